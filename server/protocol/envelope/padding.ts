/**
 * Padding that hides lengths: ISO/IEC 7816-4 (one byte 0x80, then zeros) up to a size of a few.
 * Messages and control go to 256·2^k, a name to 256, a file to Padmé of its length + 1.
 */
import { MESSAGE_PAD_BYTES } from '../limits.ts';

/** The smallest 256·2^k that holds `length` bytes and the mark. */
export function messagePaddedLength(length: number): number {
  let padded = MESSAGE_PAD_BYTES;
  while (padded < length + 1) padded *= 2;
  return padded;
}

/** `plain` ‖ 0x80 ‖ zeros. Throws if it does not fit: that is the caller's mistake. */
export function pad(plain: Uint8Array, paddedLength: number): Uint8Array {
  if (plain.length + 1 > paddedLength) throw new RangeError('does not fit its padding');
  const padded = new Uint8Array(paddedLength);
  padded.set(plain);
  padded[plain.length] = 0x80;
  return padded;
}

/** What was padded, or null if the padding is not whole. */
export function unpad(padded: Uint8Array): Uint8Array | null {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  return end >= 0 && padded[end] === 0x80 ? padded.subarray(0, end) : null;
}
