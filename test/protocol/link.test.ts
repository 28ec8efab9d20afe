import { describe, expect, it } from 'vitest';
import {
  formatLink,
  linkFragment,
  newLinkSecret,
  newSid,
  parseLinkFragment,
} from '../../server/protocol/link.ts';
import { bytesOf, vectors } from './vectors.ts';

describe('a link', () => {
  it.each(vectors.links)('[EV1] of slot $slot holds sid and secret', ({ secret, fragment }) => {
    const parts = { sid: vectors.sid, secret: bytesOf(secret) };
    expect(linkFragment(parts)).toBe(fragment);
    expect(parseLinkFragment(fragment)).toEqual(parts);
    expect(parseLinkFragment(`#${fragment}`)).toEqual(parts);
  });

  it('[EV1] with an ordinary host stays under 72 characters', () => {
    const sid = newSid();
    const link = formatLink('https://duologue.example.org', { sid, secret: newLinkSecret(sid) });
    expect(link).toMatch(/^https:\/\/duologue\.example\.org\/c#[A-Za-z0-9_-]{32}$/);
    expect(link.length).toBeLessThan(72);
  });

  it('[EV1] is drawn again until it ends in a letter or digit', () => {
    const draws = [0xff, 0xfe, 0x01].map((last) =>
      new Uint8Array(16).fill(9, 0, 15).fill(last, 15),
    );
    const secret = newLinkSecret(vectors.sid, () => draws.shift() ?? new Uint8Array(16));
    expect(secret.at(-1)).toBe(0x01);
  });

  it.each(['', '#', 'AAAA', `${vectors.links[0]?.fragment}A`, vectors.links[0]?.fragment.slice(1)])(
    '[EV1] is not %j',
    (fragment) => {
      expect(parseLinkFragment(fragment ?? '')).toBeNull();
    },
  );
});
