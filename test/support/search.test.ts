/** A search that finds nothing proves nothing: each spelling is found, wherever it stands. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSearch, type Secret } from './search.ts';
import { spellingsOf, spellingsOfText } from './spellings.ts';

const text: Secret = { what: 'a text', spellings: spellingsOfText('größer als „der" Mond 🌒\n') };
const key: Secret = { what: 'a key', spellings: spellingsOf(randomBytes(32)) };
const search = createSearch([text, key]);

it.each([text, key])('every piece of $what in every form, at whatever byte', (secret) => {
  for (const { form, bytes } of secret.spellings) {
    for (const before of [0, 1, 2, 3, 4, 1_001]) {
      const hay = Buffer.concat([randomBytes(before), bytes, randomBytes(7)]);
      const { what } = secret;
      expect(search.in(hay)).toContainEqual({ what, form, at: before });
    }
  }
});

it('of a half nothing else is left', () => {
  const needle = Buffer.from('abcdefghijklmnopqrstuvwxyz');
  const own = createSearch([{ what: 'letters', spellings: spellingsOfText(needle.toString()) }]);
  const found = (left: Buffer) => own.in(left).map(({ form }) => form);
  expect(found(needle.subarray(4, 22))).toContain('raw');
  expect(found(needle.subarray(4, 15))).toEqual([]);
  expect(found(Buffer.from(needle.subarray(2, 25).toString('base64url')))).not.toEqual([]);
});

it('nothing where there is nothing', () => {
  expect(search.in(randomBytes(1_000_000))).toEqual([]);
  expect(search.in(Buffer.alloc(0))).toEqual([]);
});
