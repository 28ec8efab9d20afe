/**
 * Looks for many secrets at once, in every spelling, in bytes of any kind and size: logs, files,
 * the memory of a process. A hit says what was found, in which form and where, never the secret.
 */
import type { Spelling } from './spellings.ts';

export interface Secret {
  /** What it is, in words that may be shown. */
  what: string;
  spellings: readonly Spelling[];
}

export interface Hit {
  what: string;
  form: string;
  at: number;
}

export interface Search {
  /** Each secret and form once, at the first place where it was found. */
  in(bytes: Uint8Array): Hit[];
  /** What is read piece by piece has to overlap by so much. */
  readonly overlap: number;
}

/** Words of four bytes that tell a needle, at whatever byte the needle begins. */
const WORD = 4;
const SHORTEST = 2 * WORD - 1;
/** Bits of the table that says of nearly every word that no needle has it. */
const TABLE_BITS = 24;

interface Needle extends Spelling {
  what: string;
}

interface Mark {
  needle: Needle;
  /** Where in the needle the word stands. */
  offset: number;
}

/**
 * Only every fourth byte is looked at: a needle of seven bytes or more has a whole word there, at
 * one of its first four offsets.
 */
export function createSearch(secrets: readonly Secret[]): Search {
  const table = new Uint32Array(2 ** (TABLE_BITS - 5));
  const marks = new Map<number, Mark[]>();
  let overlap = 0;
  for (const { what, spellings } of secrets) {
    for (const { form, bytes } of spellings) {
      if (bytes.length < SHORTEST)
        throw new Error(`too short to be looked for: ${what} as ${form}`);
      overlap = Math.max(overlap, bytes.length);
      for (let offset = 0; offset < WORD; offset++) {
        const word = bytes.readUInt32LE(offset);
        table[hashOf(word) >>> 5]! |= 1 << (hashOf(word) & 31);
        const others = marks.get(word) ?? [];
        others.push({ needle: { what, form, bytes }, offset });
        marks.set(word, others);
      }
    }
  }

  return {
    overlap,
    in(bytes) {
      const aligned = bytes.byteOffset % WORD === 0 ? bytes : Uint8Array.from(bytes);
      const { buffer, byteOffset, length } = aligned;
      const words = new Uint32Array(buffer, byteOffset, Math.floor(length / WORD));
      const whole = Buffer.from(buffer, byteOffset, length);
      const hits = new Map<string, Hit>();
      for (let i = 0; i < words.length; i++) {
        const word = words[i]!;
        const hash = hashOf(word);
        if ((table[hash >>> 5]! & (1 << (hash & 31))) === 0) continue;
        for (const { needle, offset } of marks.get(word) ?? []) {
          const at = i * WORD - offset;
          if (at < 0 || !isAt(whole, at, needle.bytes)) continue;
          const { what, form } = needle;
          const key = `${what}\n${form}`;
          if (!hits.has(key)) hits.set(key, { what, form, at });
        }
      }
      return [...hits.values()];
    },
  };
}

function hashOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - TABLE_BITS);
}

function isAt(whole: Buffer, at: number, needle: Buffer): boolean {
  const end = at + needle.length;
  return end <= whole.length && whole.compare(needle, 0, needle.length, at, end) === 0;
}
