/**
 * Where participants of a session in memory are told of messages while they are away: keeping the
 * endpoints, and deciding when it is time. Decides as lua/parts/endpoints.lua does.
 */
import { otherSlot, type Slot } from '../protocol/frames.ts';
import { MAX_ENDPOINTS_PER_PARTICIPANT, PAGE_ENTRIES } from '../protocol/limits.ts';
import { parseEntry } from './entry-json.ts';
import { peerOf } from './memory-leases.ts';
import { expiryOf, type MemorySession } from './memory-session.ts';
import type { DuePush, NewEndpoint } from './store.ts';

export function keepEndpoint(session: MemorySession, { slot, ...kept }: NewEndpoint): void {
  dropEndpoint(session, slot, kept.endpoint);
  const participant = session.participants[slot];
  const endpoints = [...participant.endpoints, kept];
  participant.endpoints = endpoints.slice(-MAX_ENDPOINTS_PER_PARTICIPANT);
}

export function dropEndpoint(session: MemorySession, slot: Slot, endpoint: string): void {
  const participant = session.participants[slot];
  participant.endpoints = participant.endpoints.filter((one) => one.endpoint !== endpoint);
}

/** Counts as told whoever is to be told. */
export function duePush(
  session: MemorySession,
  slot: Slot,
  now: number,
  pauseMs: number,
): DuePush | null {
  const participant = session.participants[slot];
  if (participant.endpoints.length === 0 || participant.isTold) return null;
  if (participant.pushedAt !== null && now - participant.pushedAt < pauseMs) return null;
  if (peerOf(session, slot, now).state === 'online') return null;
  participant.isTold = true;
  participant.pushedAt = now;
  const endpoints = participant.endpoints.map(({ endpoint }) => endpoint);
  return { slot, endpoints, expiresInMs: expiryOf(session, now).expiresInMs };
}

/** Whether, among the last entries, a message of the other is that no device here has received. */
export function isWaitedFor(session: MemorySession, slot: Slot): boolean {
  const { endpoints, receipt } = session.participants[slot];
  if (endpoints.length === 0) return false;
  const from = Math.max(receipt.received, session.head.seq - PAGE_ENTRIES);
  return session.log.slice(from).some((frame) => {
    const { slot: author, box, unsends } = parseEntry(frame);
    return author === otherSlot(slot) && box !== undefined && unsends === undefined;
  });
}
