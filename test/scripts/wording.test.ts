/** What a server says of times is its word only: no number of it stops the program. */
import { expect, it } from 'vitest';
import { clock, day, happeningFields, peerText } from '../../scripts/chat/wording.ts';

it.each([0, 8.64e15, 8.64e15 + 1, Number.MAX_SAFE_INTEGER])('a message of %d', (at) => {
  expect(clock(at)).toMatch(/^\d\d:\d\d$/);
  expect(day(at)).toMatch(/\d/);
  expect(peerText({ state: 'offline', typing: false, lastAt: at })).toMatch(/^Last here/);
  const item = { type: 'note', cid: '', seq: 1, at, by: 'a', note: { kind: 'reset' } } as const;
  const fields = happeningFields({ type: 'note', item }, { a: 'Ann', b: 'Bob' });
  expect(fields.split('\t').slice(1)).toEqual(['Ann', 'reset', '']);
});
