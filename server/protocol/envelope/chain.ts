/**
 * The hash chain over the log as a client has seen it. Each box carries its sender's link of
 * it, which is how a server that drops, reorders, swaps or forks is found out.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { fromBase64Url } from '../encoding.ts';
import type { Entry } from '../frames.ts';
import { CID_BYTES, KEY_BYTES, SID_BYTES } from '../limits.ts';

/** H(0) = SHA-256("duologue/v1/chain" ‖ sid). */
export function chainStart(sid: string): Uint8Array {
  return sha256(concatBytes(utf8ToBytes('duologue/v1/chain'), bytesOf(sid, SID_BYTES)));
}

/**
 * H(i) = SHA-256(H(i-1) ‖ u64be(seq) ‖ slot as one ASCII byte ‖ cid ‖ SHA-256(box)). An entry
 * that was unsent carries its box's hash and so counts the same before and after.
 */
export function chainNext(previous: Uint8Array, entry: Entry): Uint8Array {
  return sha256(
    concatBytes(
      previous,
      u64be(entry.seq),
      utf8ToBytes(entry.slot),
      bytesOf(entry.cid, CID_BYTES),
      boxHash(entry),
    ),
  );
}

/** SHA-256 of the box that stands, or stood, in this entry. */
export function boxHash(entry: Entry): Uint8Array {
  if (entry.box !== undefined) return sha256(bytesOf(entry.box));
  return bytesOf(entry.hash ?? '', KEY_BYTES);
}

function u64be(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function bytesOf(text: string, length?: number): Uint8Array {
  const bytes = fromBase64Url(text, length);
  if (!bytes) throw new Error('not base64url');
  return bytes;
}
