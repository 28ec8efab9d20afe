/** Whatever somebody writes: nothing of it is obeyed by a terminal, and nothing of it hides. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginning,
  field,
  linesOf,
  oneLine,
  textWidth,
  wrapped,
} from '../../scripts/chat/terminal-text.ts';

/** Any code point there is, halves of pairs too. */
const any = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point));
/** Named one by one, apart from the classes by which the program goes. */
const DANGEROUS = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  ...[0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff, 0x1bca0],
  ...range(0x202a, 0x202e),
  ...range(0x2060, 0x2064),
  ...range(0x2066, 0x206f),
  ...range(0xfff9, 0xfffb),
  ...range(0xe0020, 0xe007f),
].map((point) => String.fromCodePoint(point));

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const ways = { oneLine, field, linesOf: (text: string) => linesOf(text).join('') };

describe.each(Object.entries(ways))('%s', (_name, shown) => {
  it('lets no control character, no mark of direction and no hidden one through', () => {
    for (const character of DANGEROUS) {
      expect(shown(`a${character}b`), JSON.stringify(character)).not.toContain(character);
    }
  });

  it('lets no such character through in the company of any others', () => {
    const character = fc.oneof(fc.constantFrom(...DANGEROUS), any);
    fc.assert(
      fc.property(fc.array(character), (characters) => {
        const text = shown(characters.join(''));
        expect(DANGEROUS.filter((one) => text.includes(one))).toEqual([]);
        expect(text).not.toMatch(/\p{Cs}/u);
      }),
    );
  });

  it('leaves all languages and their emoji as they are', () => {
    for (const text of ['Grüße', 'नमस्ते क्‍ष', 'مرحبا', 'می‌خواهم', '今晩は', '👩‍👩‍👧‍👦 🇩🇪 ❤️']) {
      expect(shown(text)).toBe(text);
    }
  });
});

it('shows what an order would have been', () => {
  expect(oneLine('\x1b]0;title\x07 \u202egpj.exe')).toBe('\\u{1b}]0;title\\u{7} \\u{202e}gpj.exe');
  expect(oneLine('\u009b31mred')).toBe('\\u{9b}31mred');
  expect(linesOf('a\tb\r\nc\rd\u2028e')).toEqual(['a    b', 'c', 'd', 'e']);
});

it('makes one field of anything, from which it can be had back', () => {
  fc.assert(
    fc.property(fc.array(any), (characters) => {
      const text = characters.join('');
      const written = field(text);
      expect(written).not.toMatch(/[\t\n]/);
      const read = written.replace(/\\(u\{([0-9a-f]+)\}|.)/g, (_all, kind: string, hex: string) =>
        hex === undefined
          ? ({ n: '\n', t: '\t' }[kind] ?? kind)
          : String.fromCodePoint(Number.parseInt(hex, 16)),
      );
      expect(read).toBe(text);
    }),
  );
});

it('breaks lines before the terminal does, so that none begins with what somebody chose', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 300 })),
      fc.integer({ min: 40, max: 200 }),
      (texts, columns) => {
        const rows = wrapped(texts.flatMap(linesOf), columns, 6).split('\n');
        for (const row of rows) expect(textWidth(row)).toBeLessThan(columns);
        for (const row of rows.slice(1)) expect(row).toMatch(/^ {6}/);
      },
    ),
  );
  const spoof = `${'x'.repeat(79)} 17:21 Abhi: I agree`;
  expect(wrapped(linesOf(`17:20 Anny: ${spoof}\n17:22 Abhi: me too`), 80, 6)).not.toMatch(
    /^17:2[12]/m,
  );
});

it('shortens by characters, not by their halves', () => {
  expect(beginning('👍'.repeat(50), 3)).toBe('👍👍…');
  expect(beginning('one\ntwo', 40)).toBe('one two');
});
