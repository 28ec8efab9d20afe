/** What a session in memory is reckoned to take: the limit of memory counts this. */
import { MAX_ENDPOINT_LENGTH } from '../protocol/limits.ts';
import { sizeOf } from './budget.ts';
import { FILE_OVERHEAD_BYTES } from './memory-files.ts';
import type { MemorySession } from './memory-session.ts';

/** Without boxes. */
export const SESSION_BYTES = 6 * 1024;
/** An address or a neighbourhood that tries came from. */
const CALLER_BYTES = 160;
/** Of a link that was replaced. */
export const PROOF_HASH_BYTES = 64;
/** Of the longest there may be, and the pass it goes with. */
export const ENDPOINT_BYTES = MAX_ENDPOINT_LENGTH + 200;

export function bytesOf(session: MemorySession): number {
  const { logBytes, filesBytes, files, replaced, participants } = session;
  const callers = sizeOf(participants.a.attempts) + sizeOf(participants.b.attempts);
  const ofFiles = filesBytes + files.size * FILE_OVERHEAD_BYTES;
  const ofLinks = replaced.length * PROOF_HASH_BYTES;
  const endpoints = participants.a.endpoints.length + participants.b.endpoints.length;
  const ofCallers = callers * CALLER_BYTES;
  return SESSION_BYTES + logBytes + ofFiles + ofLinks + ofCallers + endpoints * ENDPOINT_BYTES;
}
