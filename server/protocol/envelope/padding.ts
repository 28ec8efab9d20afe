/**
 * Padding that hides lengths: ISO/IEC 7816-4 (one byte 0x80, then zeros) up to a size of a few.
 * Messages and control go to 256·2^k, a name to 256, a file to Padmé of its length + 1.
 */
import { BOX_OVERHEAD_BYTES, MESSAGE_PAD_BYTES } from '../limits.ts';

/** The smallest 256·2^k that holds `length` bytes and the mark. */
export function messagePaddedLength(length: number): number {
  let padded = MESSAGE_PAD_BYTES;
  while (padded < length + 1) padded *= 2;
  return padded;
}

/**
 * Padmé (Nikitin et al., PETS 2019, section 4) of a file of `length` bytes with its mark: its size
 * tells no more bits than one of a float, and grows by less than an eighth.
 */
export function filePaddedLength(length: number): number {
  const marked = length + 1;
  if (marked === 1) return 1;
  const exponent = Math.floor(Math.log2(marked));
  const mantissaBits = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - mantissaBits);
  return Math.ceil(marked / step) * step;
}

/** How long the box of a file of `length` bytes is; of no shorter file is it longer. */
export function fileBoxLength(length: number): number {
  return filePaddedLength(length) + BOX_OVERHEAD_BYTES;
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
