/**
 * What a participant may be called: 1–40 code points after NFC and trimming, no control or
 * bidirectional marks, at most 160 bytes of UTF-8.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { NAME_MAX_BYTES, NAME_MAX_CODE_POINTS } from './limits.ts';

export type NameProblem = 'empty' | 'too_long' | 'bad_characters';

// Controls, line and paragraph separators, lone surrogates, and every mark that changes the
// direction of what follows: a name stands in the middle of our sentences.
const FORBIDDEN = /[\p{Cc}\p{Cs}\u2028\u2029\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
// Characters that leave nothing to see when they stand alone.
const INVISIBLE = /^[\p{Cf}\p{Z}\u115F\u1160\u3164\uFFA0\u034F\u2800\uFE00-\uFE0F]*$/u;

/** The name as it is sealed and shown, or what is wrong with it. */
export function parseName(typed: string): { name: string } | { problem: NameProblem } {
  const name = typed.normalize('NFC').trim();
  if (FORBIDDEN.test(name)) return { problem: 'bad_characters' };
  if (INVISIBLE.test(name)) return { problem: 'empty' };
  if ([...name].length > NAME_MAX_CODE_POINTS || utf8ToBytes(name).length > NAME_MAX_BYTES) {
    return { problem: 'too_long' };
  }
  return { name };
}

/** Whether two valid names would be taken for one. */
export function isSameName(one: string, other: string): boolean {
  const fold = (name: string) => name.normalize('NFKC').toUpperCase().toLowerCase();
  return fold(one) === fold(other);
}
