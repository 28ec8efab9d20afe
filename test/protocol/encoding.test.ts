import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodedLength,
  encodedLength,
  fromBase64Url,
  isBase64Url,
  toBase64Url,
} from '../../server/protocol/encoding.ts';
import { vectors } from './vectors.ts';

describe('base64url', () => {
  it.each(vectors.base64url.canonical)('[EN1] takes %j, and gives it back the same', (text) => {
    const bytes = fromBase64Url(text);
    expect(bytes).not.toBeNull();
    expect(toBase64Url(bytes ?? new Uint8Array(9))).toBe(text);
    expect(isBase64Url(text, decodedLength(text.length))).toBe(true);
  });

  it.each(vectors.base64url.refused)('[EN1] refuses %j', (text) => {
    expect(fromBase64Url(text)).toBeNull();
    expect(isBase64Url(text, 0, 99)).toBe(false);
  });

  it('[EN1] checks a text without decoding just as decoding would', () => {
    const character = fc.constantFrom(...'ABQgwEIMUYcko048_-z9=+/ \n'.split(''));
    const text = fc.array(character, { maxLength: 9 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (any) => {
        expect(isBase64Url(any, 0, 99)).toBe(fromBase64Url(any) !== null);
      }),
    );
  });

  it('[EN2] lengths of text and bytes belong together', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = toBase64Url(bytes);
        expect(encodedLength(bytes.length)).toBe(text.length);
        expect(decodedLength(text.length)).toBe(bytes.length);
        expect(fromBase64Url(text, bytes.length)).toEqual(bytes);
        expect(fromBase64Url(text, bytes.length + 1)).toBeNull();
      }),
    );
  });

  it.each([null, undefined, 7, {}, ['AA']])('[EN1] %j is not a text', (value) => {
    expect(isBase64Url(value, 0, 9)).toBe(false);
  });
});
