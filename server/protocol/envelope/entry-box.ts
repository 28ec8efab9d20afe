/**
 * Sealing and opening the content of entries. Boxes are in base64url, as they stand in JSON.
 */
import { bytesToUtf8, utf8ToBytes } from '@noble/ciphers/utils.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { fromBase64Url, toBase64Url, type Random } from '../encoding.ts';
import type { Entry, Slot } from '../frames.ts';
import { CID_BYTES } from '../limits.ts';
import { open, seal, type BoxPlace } from './box.ts';
import { formatContent, parseControl, parseMessage } from './content.ts';
import type { Content, Control, Message } from './content.ts';
import type { SessionKeys } from './keys.ts';
import { messagePaddedLength, pad, unpad } from './padding.ts';

/** An opened entry: what it says and as which of the two kinds it was sealed. */
export type OpenedEntry =
  | ({ sealedAs: 'message' } & Content<Message>)
  | ({ sealedAs: 'control' } & Content<Control>);

export function newCid(random: Random = randomBytes): string {
  return toBase64Url(random(CID_BYTES));
}

export function sealMessage(
  keys: SessionKeys,
  { sid, slot, cid }: { sid: string; slot: Slot; cid: string },
  content: Content<Message>,
): string {
  return sealContent(keys.message[slot], { kind: 'message', sid, slot, id: cid }, content);
}

/** `cid` is empty for the box that goes with an end. */
export function sealControl(
  keys: SessionKeys,
  { sid, slot, cid }: { sid: string; slot: Slot; cid: string },
  content: Content<Control>,
): string {
  return sealContent(keys.control[slot], { kind: 'control', sid, slot, id: cid }, content);
}

/** Bytes of padded plaintext that `content` takes: what the limit `messageBytes` counts. */
export function paddedContentBytes(content: Content<Message | Control>): number {
  return messagePaddedLength(utf8ToBytes(formatContent(content)).length);
}

/**
 * What an entry says, or null if it does not open. An entry with `unsends` opens as control,
 * any other as message, then as control. An entry without a box says nothing: null.
 */
export function openEntry(keys: SessionKeys, sid: string, entry: Entry): OpenedEntry | null {
  if (entry.box === undefined) return null;
  if (!entry.unsends) {
    const place: BoxPlace = { kind: 'message', sid, slot: entry.slot, id: entry.cid };
    const json = openPadded(keys.message[entry.slot], place, entry.box);
    const message = json === null ? null : parseMessage(json);
    if (message) return { sealedAs: 'message', ...message };
  }
  const control = openControl(keys, sid, entry.slot, entry.cid, entry.box);
  return control && { sealedAs: 'control', ...control };
}

/** A control box on its own: of an entry, or (with an empty cid) the one of `ended`. */
export function openControl(
  keys: SessionKeys,
  sid: string,
  slot: Slot,
  cid: string,
  box: string,
): Content<Control> | null {
  const json = openPadded(keys.control[slot], { kind: 'control', sid, slot, id: cid }, box);
  return json === null ? null : parseControl(json);
}

function sealContent(
  key: Uint8Array,
  place: BoxPlace,
  content: Content<Message | Control>,
): string {
  const plain = utf8ToBytes(formatContent(content));
  return toBase64Url(seal(key, place, pad(plain, messagePaddedLength(plain.length))));
}

function openPadded(key: Uint8Array, place: BoxPlace, box: string): string | null {
  const bytes = fromBase64Url(box);
  const padded = bytes && open(key, place, bytes);
  const plain = padded && unpad(padded);
  return plain && bytesToUtf8(plain);
}
