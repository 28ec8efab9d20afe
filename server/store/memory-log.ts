/**
 * The log of a session in memory: appending, taking back, reading. Decides as lua/append.lua and
 * lua/unsend.lua do, in the same order: diverged, repeated, foreign, full, stored.
 */
import type { Position } from '../protocol/frames.ts';
import { decodedLength } from '../protocol/encoding.ts';
import { PAGE_BYTES, PAGE_ENTRIES } from '../protocol/limits.ts';
import { entryFrame, hashOfBox, jsonIn, parseEntry, standsAt } from './entry-json.ts';
import { touch } from './memory-session.ts';
import type { MemorySession, Moment } from './memory-session.ts';
import type { Append, Appended, LogPage } from './store.ts';

/** What an entry is reckoned to take beside its frame: its cid, its place in a list and a map. */
const ENTRY_OVERHEAD_BYTES = 200;

const NONE: readonly string[] = [];

export interface Room {
  maxEntries: number;
  maxSessionBytes: number;
  /** What all sessions together may still grow by. */
  memoryBytes: number;
}

export function append(
  session: MemorySession,
  entry: Append & { of?: readonly string[] },
  moment: Moment,
  room: Room,
): Appended {
  if (entry.seen && !holds(session, entry.seen)) return { result: 'diverged' };
  const earlier = stored(session, entry.cid);
  if (earlier !== undefined) {
    const isOwn = parseEntry(earlier).slot === entry.slot;
    return isOwn ? { result: 'repeated', entry: jsonIn(earlier) } : { result: 'foreign' };
  }
  const { of = NONE } = entry;
  const targets = of.flatMap((cid) => stored(session, cid) ?? []).map(parseEntry);
  if (targets.some(({ slot, unsends }) => slot !== entry.slot || unsends)) {
    return { result: 'foreign' };
  }

  const freed = targets.filter(({ box }) => box !== undefined);
  if (freed.length === 0 && !hasRoom(session, entry.box, room)) return { result: 'full' };
  for (const { box = '', ...target } of freed) {
    session.boxBytes -= decodedLength(box.length);
    replace(session, entryFrame({ ...target, box: undefined, hash: hashOfBox(box) }), target.seq);
  }
  const before = session.head.sum;
  const seq = push(session, entry, moment.now);
  moment.publish({ to: '*', seq, before, frame: session.log[seq - 1] ?? '' });
  touch(session, moment);
  return { result: 'stored', seq };
}

/** Whether the log has this very element. */
export function holds(session: MemorySession, position: Position): boolean {
  const { seq, sum } = session.head;
  // Nearly always it is the head that is asked for.
  if (position.seq === seq && position.sum === sum) return true;
  return standsAt(session.log[position.seq - 1], position);
}

export function readLog(session: MemorySession, after: Position | null): LogPage {
  if (after && !holds(session, after)) return { result: 'diverged' };
  const entries: string[] = [];
  let bytes = 0;
  for (let i = after?.seq ?? 0; i < session.log.length && entries.length < PAGE_ENTRIES; i++) {
    const json = jsonIn(session.log[i] ?? '');
    bytes += json.length;
    if (bytes > PAGE_BYTES && entries.length > 0) break;
    entries.push(json);
  }
  return { result: 'page', entries, head: session.head.seq };
}

function hasRoom(session: MemorySession, box: string, room: Room): boolean {
  return (
    session.log.length < room.maxEntries &&
    session.boxBytes + decodedLength(box.length) <= room.maxSessionBytes &&
    box.length + ENTRY_OVERHEAD_BYTES <= room.memoryBytes
  );
}

/** The entry of this cid, in its frame. */
export function stored(session: MemorySession, cid: string): string | undefined {
  const seq = session.seqOf.get(cid);
  return seq === undefined ? undefined : session.log[seq - 1];
}

function push(
  session: MemorySession,
  { slot, cid, box, sum, of: unsends }: Append & { of?: readonly string[] },
  at: number,
): number {
  const seq = session.head.seq + 1;
  const frame = entryFrame({ seq, sum, slot, cid, at, box, unsends });
  session.log.push(frame);
  session.seqOf.set(cid, seq);
  session.head = { seq, sum };
  session.boxBytes += decodedLength(box.length);
  session.logBytes += frame.length + ENTRY_OVERHEAD_BYTES;
  return seq;
}

function replace(session: MemorySession, frame: string, seq: number): void {
  session.logBytes += frame.length - (session.log[seq - 1]?.length ?? 0);
  session.log[seq - 1] = frame;
}
