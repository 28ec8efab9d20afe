import { describe, expect, it } from 'vitest';
import { linkify } from '../../../web/ui/linkify.ts';

const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? []);

describe('linkify', () => {
  it('loses no character', () => {
    const text = 'a https://example.com/x?y=1#z, (http://b.example) <https://c.example>\nend';
    expect(linkify(text).map((piece) => piece.text)).toHaveLength(7);
    expect(
      linkify(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  it.each([
    ['see https://example.com.', ['https://example.com/']],
    ['(https://example.com/a)', ['https://example.com/a']],
    ['https://en.example.org/wiki/A_(b)', ['https://en.example.org/wiki/A_(b)']],
    [
      'https://example.com/a,https://example.com/b',
      ['https://example.com/a,https://example.com/b'],
    ],
    ['HTTP://EXAMPLE.COM/', ['http://example.com/']],
    ['"https://example.com/x"', ['https://example.com/x']],
  ])('%s', (text, expected) => expect(links(text)).toEqual(expected));

  it.each([
    'javascript:alert(1)',
    'data:text/html,<b>',
    'ftp://example.com',
    'example.com',
    'https://',
    'xhttps://example.com',
  ])('makes no link of %s', (text) => expect(links(text)).toEqual([]));

  it('stops an address at a mark that would turn its reading', () => {
    expect(links('https://example.com/\u202Egnp.exe')).toEqual(['https://example.com/']);
  });
});
