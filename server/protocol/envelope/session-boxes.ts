/**
 * What a session is created with, sealed: its key for each of the two, and their names. Boxes
 * are in base64url, as they stand in JSON.
 */
import { bytesToUtf8, utf8ToBytes } from '@noble/ciphers/utils.js';
import { fromBase64Url, toBase64Url } from '../encoding.ts';
import type { Slot } from '../frames.ts';
import { KEY_BYTES, NAME_PADDED_BYTES } from '../limits.ts';
import { parseName } from '../name.ts';
import { open, seal } from './box.ts';
import type { SessionKeys } from './keys.ts';
import { pad, unpad } from './padding.ts';

/** The session key sealed under one participant's wrap key: 72 bytes. */
export function sealKey(wrap: Uint8Array, sid: string, slot: Slot, key: Uint8Array): string {
  return toBase64Url(seal(wrap, { kind: 'key', sid, slot, id: '' }, key));
}

export function openKey(wrap: Uint8Array, sid: string, slot: Slot, box: string): Uint8Array | null {
  const bytes = fromBase64Url(box);
  const key = bytes && open(wrap, { kind: 'key', sid, slot, id: '' }, bytes);
  return key?.length === KEY_BYTES ? key : null;
}

/** `name` must have come out of parseName. */
export function sealName(keys: SessionKeys, sid: string, slot: Slot, name: string): string {
  const padded = pad(utf8ToBytes(name), NAME_PADDED_BYTES);
  return toBase64Url(seal(keys.names, { kind: 'names', sid, slot, id: '' }, padded));
}

/** The name, or "Guest" in place of one that does not open or breaks the rule of names. */
export function openName(keys: SessionKeys, sid: string, slot: Slot, box: string): string {
  const bytes = fromBase64Url(box);
  const padded = bytes && open(keys.names, { kind: 'names', sid, slot, id: '' }, bytes);
  const plain = padded && unpad(padded);
  const typed = plain && bytesToUtf8(plain);
  const parsed = typed === null ? null : parseName(typed);
  return parsed && 'name' in parsed && parsed.name === typed ? parsed.name : 'Guest';
}
