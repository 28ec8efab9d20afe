/**
 * base64url without padding, canonical: the one text form of bytes on the wire. A text that
 * another text also decodes to is refused, so equal bytes are equal strings everywhere. By hand,
 * because no library is as small and the check without decoding is needed anyway.
 */
/** Where new bytes come from; a test hands in its own. */
export type Random = (bytes: number) => Uint8Array;

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
// Marked as pure, or a bundler keeps it in a chunk of its own.
const SIX_BITS = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) =>
  CHARACTERS.indexOf(String.fromCharCode(code)),
);

export function toBase64Url(bytes: Uint8Array): string {
  // A list, joined: engines keep a text that grows as a tree, with a node for each character.
  const text: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let shift = 18; shift >= 0; shift -= 6) text.push(CHARACTERS.charAt((bits >> shift) & 63));
  }
  return text.join('').slice(0, encodedLength(bytes.length));
}

/** The bytes of `text`, or null if it is not canonical base64url or not `byteLength` long. */
export function fromBase64Url(
  text: string,
  byteLength = decodedLength(text.length),
): Uint8Array | null {
  if (!isBase64Url(text, byteLength)) return null;
  const bytes = new Uint8Array(byteLength);
  let bits = 0;
  for (let i = 0, at = 0; i < text.length; i++) {
    bits = (bits << 6) | (SIX_BITS[text.charCodeAt(i)] ?? 0);
    // Every character but the first of four completes a byte; what lies above it falls away.
    if (i % 4 > 0) bytes[at++] = bits >> (6 - 2 * (i % 4));
  }
  return bytes;
}

/** How many characters `byteLength` bytes take. */
export function encodedLength(byteLength: number): number {
  return Math.ceil((byteLength * 4) / 3);
}

/** How many bytes a canonical text of `length` characters holds. */
export function decodedLength(length: number): number {
  return Math.floor((length * 3) / 4);
}

const ALPHABET = /^[A-Za-z0-9_-]*$/;
// The last character of 1 or 2 spare bytes has 4 or 2 bits that no byte uses; canonical means zero.
const LAST_OF_ONE = 'AQgw';
const LAST_OF_TWO = 'AEIMQUYcgkosw048';

/**
 * Whether `value` is canonical base64url of between `minBytes` and `maxBytes` bytes. Decodes
 * nothing: the server checks every box this way and never needs its bytes.
 */
export function isBase64Url(
  value: unknown,
  minBytes: number,
  maxBytes = minBytes,
): value is string {
  if (typeof value !== 'string') return false;
  const bytes = decodedLength(value.length);
  if (bytes < minBytes || bytes > maxBytes || encodedLength(bytes) !== value.length) return false;
  const last = value.slice(-1);
  if (bytes % 3 === 1 && !LAST_OF_ONE.includes(last)) return false;
  if (bytes % 3 === 2 && !LAST_OF_TWO.includes(last)) return false;
  return ALPHABET.test(value);
}
