import { describe, expect, it } from 'vitest';
import { richPieces } from '../../../web/ui/rich-text.ts';

const codeIn = (text: string) => richPieces(text).filter(({ code }) => code !== undefined);

describe('code in a message', () => {
  it.each([
    ['run `npm test` now', [{ text: 'npm test', code: 'inline' }]],
    ['```\na\n  b\n```', [{ text: 'a\n  b', code: 'block' }]],
    ['```js\nlet a = `b`;\n```', [{ text: 'let a = `b`;', code: 'block' }]],
    ['```one line```', [{ text: 'one line', code: 'block' }]],
    ['`http://a.example/`', [{ text: 'http://a.example/', code: 'inline' }]],
  ])('%j', (text, expected) => expect(codeIn(text)).toEqual(expected));

  it.each(['a ` alone', '`over\nlines`', '``', '```\n```', '```never closed'])(
    'none in %j, and no character is lost',
    (text) => {
      expect(codeIn(text)).toEqual([]);
      expect(
        richPieces(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    },
  );

  it('leaves addresses before and behind it', () => {
    const pieces = richPieces('http://a.example/ `x` http://b.example/');
    expect(pieces.map(({ text }) => text)).toEqual([
      'http://a.example/',
      ' ',
      'x',
      ' ',
      'http://b.example/',
    ]);
    expect(pieces.flatMap(({ href }) => href ?? [])).toHaveLength(2);
  });
});
