import { describe, expect, it, vi } from 'vitest';
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

  it.each([
    ['dots and brackets', `http://a/ж${'.'.repeat(900)}x${')'.repeat(900)}`],
    ['brackets alone', `http://a/ж${')'.repeat(1900)}`],
  ])('trims %s without going over them again and again', (_, text) => {
    // Each character is looked at twice at most: once to count, once to trim.
    let looks = 0;
    const charAt = vi.spyOn(String.prototype, 'charAt').mockImplementation(function (
      this: string,
      at,
    ) {
      looks += 1;
      return this[at] ?? '';
    });
    const [piece] = linkify(text);
    charAt.mockRestore();
    expect(piece?.text).toMatch(/^http:\/\/a\/ж/);
    expect(looks).toBeLessThanOrEqual(text.length);
  });

  it('takes nothing longer than an address can be', () => {
    expect(links(`http://a/${'ж'.repeat(2_040)}`)).toEqual([]);
    expect(links(`http://a/${'x'.repeat(2_000)}`)).toHaveLength(1);
  });

  it('stops an address at a mark that would turn its reading', () => {
    expect(links('https://example.com/\u202Egnp.exe')).toEqual(['https://example.com/']);
  });
});
