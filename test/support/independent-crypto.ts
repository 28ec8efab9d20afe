/**
 * The rules EN and EV, written a second time from PROTOCOL.md alone: node:crypto and nothing of the project.
 * It exists to show that the document is enough, so it must never import from server/ or web/.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

export type Slot = 'a' | 'b';
export type BoxKind = 'key' | 'names' | 'message' | 'control' | 'file';
export interface Place {
  kind: BoxKind;
  sid: string;
  slot: Slot;
  id: string;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function concat(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

// EN1

export function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Refuses whatever does not come out the same when written again: padding, spaces, loose bits. */
export function decode(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (encode(bytes) !== text) throw new Error('not canonical base64url');
  return bytes;
}

export const draw = (length: number): string => encode(randomBytes(length));

// EN3, EN4

const DIRECTION_AND_BREAKS =
  /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u;
const VISIBLE = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}]/u;

/** The name as it is to be kept; throws one of the reasons the vectors know. */
export function checkName(input: string): string {
  const name = input.normalize('NFC').trim();
  if (DIRECTION_AND_BREAKS.test(name)) throw new Error('bad_characters');
  if (!VISIBLE.test(name)) throw new Error('empty');
  if ([...name].length > 40 || utf8(name).length > 160) throw new Error('too_long');
  return name;
}

export function normaliseCode(input: string): string {
  // Full-width characters and dashes of every length: the vectors ask for both.
  const code = input
    .normalize('NFKC')
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  if (!/^[0-9A-HJKMNP-TV-Z]{8}$/.test(code)) throw new Error('not a code');
  return code;
}

// EV1–EV3

export interface Link {
  sid: string;
  secret: Uint8Array;
}

export function drawLinkSecret(sid: string): Uint8Array {
  for (;;) {
    const secret = new Uint8Array(randomBytes(16));
    if (/[A-Za-z0-9]$/.test(fragment(sid, secret))) return secret;
  }
}

export function fragment(sid: string, secret: Uint8Array): string {
  return encode(concat(decode(sid), secret));
}

export function parseLink(link: string): Link {
  const bytes = decode(link.slice(link.indexOf('#') + 1));
  if (bytes.length !== 24) throw new Error('not a link');
  return { sid: encode(bytes.slice(0, 8)), secret: bytes.slice(8) };
}

export function deriveKey(secret: Uint8Array, sid: string, name: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, decode(sid), utf8(`duologue/v1/${name}`), 32));
}

export const linkKeys = (link: Link) => ({
  proof: deriveKey(link.secret, link.sid, 'proof'),
  wrap: deriveKey(link.secret, link.sid, 'wrap'),
});

export const sessionKeyNames = [
  'names',
  'message/a',
  'message/b',
  'control/a',
  'control/b',
  'file',
] as const;
export type SessionKeyName = (typeof sessionKeyNames)[number];
export type SessionKeys = Record<SessionKeyName, Uint8Array>;

export function sessionKeys(sessionKey: Uint8Array, sid: string): SessionKeys {
  return Object.fromEntries(
    sessionKeyNames.map((name) => [name, deriveKey(sessionKey, sid, name)]),
  ) as SessionKeys;
}

export function sha256(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );
}

// EV4: XChaCha20-Poly1305 is ChaCha20-Poly1305 under the key that HChaCha20 makes.

export function hchacha20(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const input = Buffer.concat([utf8('expand 32-byte k'), key, nonce]);
  const x = Uint32Array.from({ length: 16 }, (_, i) => input.readUInt32LE(i * 4));
  const mix = (to: number, from: number, by: number, left: number) => {
    x[to] = x[to]! + x[from]!;
    const y = x[by]! ^ x[to];
    x[by] = (y << left) | (y >>> (32 - left));
  };
  const quarter = (a: number, b: number, c: number, d: number) => {
    mix(a, b, d, 16);
    mix(c, d, b, 12);
    mix(a, b, d, 8);
    mix(c, d, b, 7);
  };
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++)
      quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  const out = Buffer.alloc(32);
  for (let i = 0; i < 4; i++) {
    out.writeUInt32LE(x[i]!, i * 4);
    out.writeUInt32LE(x[12 + i]!, 16 + i * 4);
  }
  return new Uint8Array(out);
}

const TAG = 16;
const inner = (nonce: Uint8Array) => concat(new Uint8Array(4), nonce.subarray(16));
const additional = ({ kind, sid, slot, id }: Place) =>
  utf8(`duologue/v1\n${kind}\n${sid}\n${slot}\n${id}`);

/** A box of bytes as they are; `nonce` is given by known answers only. */
export function seal(
  key: Uint8Array,
  place: Place,
  plain: Uint8Array,
  nonce: Uint8Array = randomBytes(24),
): Uint8Array {
  const cipher = createCipheriv(
    'chacha20-poly1305',
    hchacha20(key, nonce.subarray(0, 16)),
    inner(nonce),
    { authTagLength: TAG },
  );
  cipher.setAAD(additional(place), { plaintextLength: plain.length });
  return concat(nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

export function open(key: Uint8Array, place: Place, box: Uint8Array): Uint8Array {
  if (box.length < 24 + TAG) throw new Error('too short for a box');
  const nonce = box.subarray(0, 24);
  const sealed = box.subarray(24, box.length - TAG);
  const decipher = createDecipheriv(
    'chacha20-poly1305',
    hchacha20(key, nonce.subarray(0, 16)),
    inner(nonce),
    { authTagLength: TAG },
  );
  decipher.setAAD(additional(place), { plaintextLength: sealed.length });
  decipher.setAuthTag(box.subarray(box.length - TAG));
  return concat(decipher.update(sealed), decipher.final());
}

// EV5

export function pad(plain: Uint8Array, largest: number): Uint8Array {
  let size = 256;
  while (size < plain.length + 1) size *= 2;
  if (size > largest) throw new Error('too large');
  return concat(plain, Uint8Array.of(0x80), new Uint8Array(size - plain.length - 1));
}

export function unpad(padded: Uint8Array): Uint8Array {
  const mark = padded.findLastIndex((byte) => byte !== 0);
  if (padded[mark] !== 0x80) throw new Error('no padding mark');
  return padded.slice(0, mark);
}

// EV6, EV7

const LARGEST: Record<BoxKind, number> = {
  key: 0,
  names: 256,
  message: 16_384,
  control: 16_384,
  file: 0,
};

export function sealText(key: Uint8Array, place: Place, text: string, nonce?: Uint8Array): string {
  return encode(seal(key, place, pad(utf8(text), LARGEST[place.kind]), nonce));
}

export function openText(key: Uint8Array, place: Place, box: string): string {
  return strictUtf8.decode(unpad(open(key, place, decode(box))));
}

export function openName(keys: SessionKeys, sid: string, slot: Slot, box: string): string {
  try {
    const name = openText(keys.names, { kind: 'names', sid, slot, id: '' }, box);
    if (checkName(name) === name) return name;
  } catch {
    // Falls through to what EV6 says.
  }
  return 'Guest';
}

// EV9

export interface Chained {
  seq: number;
  slot: Slot;
  cid: string;
  box?: string;
  hash?: string;
}

export const chainStart = (sid: string): Uint8Array =>
  sha256(utf8('duologue/v1/chain'), decode(sid));

export const boxHash = (entry: Chained): string =>
  entry.box === undefined ? encode(decode(entry.hash ?? '')) : encode(sha256(decode(entry.box)));

export function chainNext(before: Uint8Array, entry: Chained): Uint8Array {
  const seq = Buffer.alloc(8);
  seq.writeBigUInt64BE(BigInt(entry.seq));
  return sha256(before, seq, utf8(entry.slot), decode(entry.cid), decode(boxHash(entry)));
}
