/**
 * Files, sealed: the same key for both, the place saying whose it is and to which message it
 * belongs. A file is bytes and nothing else; its name and kind are in the message, and so is its hash.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64Url, type Random } from '../encoding.ts';
import type { Slot } from '../frames.ts';
import { open, seal, type BoxPlace } from './box.ts';
import type { SessionKeys } from './keys.ts';
import { filePaddedLength, pad, unpad } from './padding.ts';

/** `cid` is that of the message. */
export interface FileBoxPlace {
  sid: string;
  slot: Slot;
  cid: string;
}

export function sealFile(
  { file }: Pick<SessionKeys, 'file'>,
  place: FileBoxPlace,
  bytes: Uint8Array,
  random?: Random,
): Uint8Array {
  return seal(file, boxPlace(place), pad(bytes, filePaddedLength(bytes.length)), random);
}

/** The file, or null if the box was not sealed for this place. Its message says whether it is the one. */
export function openFile(
  { file }: Pick<SessionKeys, 'file'>,
  place: FileBoxPlace,
  box: Uint8Array,
): Uint8Array | null {
  const padded = open(file, boxPlace(place), box);
  return padded && unpad(padded);
}

/** What a message says of its file: SHA-256 of the bytes, in base64url. */
export function hashFile(bytes: Uint8Array): string {
  return toBase64Url(sha256(bytes));
}

function boxPlace({ sid, slot, cid }: FileBoxPlace): BoxPlace {
  return { kind: 'file', sid, slot, id: cid };
}
