/**
 * base64url without padding, canonical: the one text form of bytes on the wire. A text that
 * another text also decodes to is refused, so equal bytes are equal strings everywhere.
 */
import { base64urlnopad } from '@scure/base';

/** Where new bytes come from; a test hands in its own. */
export type Random = (bytes: number) => Uint8Array;

export function toBase64Url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/** The bytes of `text`, or null if it is not canonical base64url or not `byteLength` long. */
export function fromBase64Url(text: string, byteLength?: number): Uint8Array | null {
  if (byteLength !== undefined && text.length !== encodedLength(byteLength)) return null;
  try {
    return base64urlnopad.decode(text);
  } catch {
    return null;
  }
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
