import { expect, it } from 'vitest';
import { formatLink, newLinkSecret, newSid } from '../../../server/protocol/link.ts';
import { parsePastedLink, readLocation } from '../../../web/core/session-link.ts';

const sid = newSid();
const link = { sid, secret: newLinkSecret(sid) };
const url = new URL(formatLink('https://host/chat', link));
const fragment = url.hash.slice(1);

it('reads the link and the folder of the page', () => {
  expect(readLocation(url)).toEqual({ base: 'https://host/chat', link, repaired: null });
  expect(readLocation(new URL(formatLink('http://host:3000', link)))).toEqual({
    base: 'http://host:3000',
    link,
    repaired: null,
  });
});

it.each(['%23', '%2523'])('repairs %s in place of #', (mark) => {
  const { origin } = url;
  const opened = readLocation({ origin, pathname: `/chat/c${mark}${fragment}`, hash: '' });
  expect(opened).toEqual({ base: 'https://host/chat', link, repaired: `/chat/c#${fragment}` });
});

it('says when the part after # is missing or not whole', () => {
  const at = (hash: string) => readLocation({ origin: 'https://host', pathname: '/c', hash }).link;
  expect(at('')).toBeNull();
  expect(at(`#${fragment.slice(1)}`)).toBeNull();
  expect(at(`#${fragment}A`)).toBeNull();
  expect(at(`#${fragment}.`)).toEqual(link);
});

it.each([
  ['the whole link', url.href],
  ['the fragment with #', `#${fragment}`],
  ['the fragment alone', ` ${fragment}\n`],
  ['a message around it', `Here: <${url.href}>, see you`],
  ['an escaped #', url.href.replace('#', '%23')],
])('takes %s', (_, typed) => {
  expect(parsePastedLink(typed)).toEqual(link);
});

it.each(['', 'hello', 'https://host/c', `${fragment}x`])('refuses %j', (typed) => {
  expect(parsePastedLink(typed)).toBeNull();
});
