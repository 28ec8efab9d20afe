/**
 * Finding a session by the proof that one has a link to it. Without the right proof a session
 * that lives, one that has ended and one that never was are the same, also in the work done.
 */
import { timingSafeEqual } from 'node:crypto';
import { fromBase64Url } from '../protocol/encoding.ts';
import { hashProof } from '../protocol/envelope/keys.ts';
import { AppError } from '../protocol/errors.ts';
import type { Slot } from '../protocol/frames.ts';
import { KEY_BYTES } from '../protocol/limits.ts';
import type { Found, SessionRecord, Store } from '../store/store.ts';

export interface Mine {
  /** Whose link the proof came from. */
  slot: Slot;
  session: SessionRecord;
}

/**
 * Throws `not_found`, or `ended` with all that is known about the end; with the reason `renewed`,
 * and no more, for the proof of a link that was replaced.
 */
export async function findByProof(store: Store, sid: string, proof: string): Promise<Mine> {
  const hash = hashOf(proof);
  const found = await store.find(sid, hash);
  const slot = slotOf(proofHashesOf(found), hash);
  if (found.state === 'replaced') throw new AppError('ended', { details: { reason: 'renewed' } });
  if (slot === null || found.state === 'unknown') throw new AppError('not_found');
  if (found.state === 'ended') {
    const { proofHashes: _, ...details } = found.ended;
    throw new AppError('ended', { details });
  }
  return { slot, session: found.session };
}

/** SHA-256 of nothing anyone can send as a proof. */
const NOBODY = hashProof(new Uint8Array());

function proofHashesOf(found: Found): Record<Slot, string> {
  if (found.state === 'unknown' || found.state === 'replaced') return { a: NOBODY, b: NOBODY };
  if (found.state === 'ended') return found.ended.proofHashes;
  const { a, b } = found.session.participants;
  return { a: a.proofHash, b: b.proofHash };
}

/** What is no proof has a hash that nobody's proof has. */
function hashOf(proof: string): string {
  return hashProof(fromBase64Url(proof, KEY_BYTES) ?? new Uint8Array(1));
}

function slotOf(proofHashes: Record<Slot, string>, proofHash: string): Slot | null {
  const hash = Buffer.from(proofHash);
  // Both are compared, whichever matches.
  const a = isEqual(hash, proofHashes.a);
  const b = isEqual(hash, proofHashes.b);
  return a ? 'a' : b ? 'b' : null;
}

function isEqual(hash: Buffer, stored: string): boolean {
  const other = Buffer.from(stored);
  return other.length === hash.length && timingSafeEqual(hash, other);
}
