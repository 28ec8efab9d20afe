import { describe, expect, it } from 'vitest';
import type { Entry, ServerFrame, Welcome } from '../../../server/protocol/frames.ts';
import {
  initialState,
  lastReceived,
  reduce,
  type ChatState,
} from '../../../web/core/chat-state.ts';
import { createHonestLog, createSessions } from './support/session.ts';

const receipt = { received: 0, read: 0 };

function setUp() {
  const { a: session } = createSessions();
  const honest = createHonestLog(session);
  const welcome = (entries: Entry[], reset = false): Welcome => ({
    ...{ type: 'welcome', slot: 'a', head: entries.length, sum: entries.at(-1)?.sum ?? '', reset },
    ...{ idleMs: 60_000, expiresInMs: 50_000, expiresBy: 'silence' },
    limits: { messageBytes: 1, fileBytes: 1, filesBytes: 1, files: 1, entries: 1 },
    receipts: { a: receipt, b: receipt },
    peer: { state: 'online' },
  });
  const take = (state: ChatState, ...frames: ServerFrame[]) =>
    frames.reduce(
      (now, frame) => reduce(now, { type: 'frame-received', frame, now: 1_000 }, session.keys),
      state,
    );
  const page = (list: Entry[]): ServerFrame => ({ type: 'entries', list });
  return { session, honest, welcome, take, page, start: initialState(session.sid, 'a') };
}

it('[HS5] is synced once the head of the welcome is reached', () => {
  const { honest, welcome, take, page, start } = setUp();
  expect(take(start, welcome([])).synced).toBe(true);
  for (const text of ['1', '2', '3']) honest.say('b', text);
  const half = take(start, welcome(honest.entries), page(honest.entries.slice(0, 2)));
  expect(half).toMatchObject({ synced: false, loaded: false });
  const whole = take(half, page(honest.entries.slice(2)));
  expect(whole).toMatchObject({ synced: true, loaded: true });
  expect(reduce(whole, { type: 'disconnected' }, {} as never)).toMatchObject({
    ...{ synced: false, loaded: true, goal: null },
  });
  expect(lastReceived(whole)).toBe(3);
});

it('[LG2] is not moved by the answer to a repeat, even of a seq to come', () => {
  const { honest, welcome, take, start } = setUp();
  const synced = take(start, welcome([]));
  honest.say('b', '1');
  const own = honest.say('a', '2');
  expect(take(synced, { type: 'entry', ...own })).toBe(synced);
  const after = take(synced, ...honest.entries.map((e) => ({ type: 'entry', ...e }) as const));
  expect(after.log.entries).toHaveLength(2);
  expect(take(after, { type: 'entry', ...own }).notices.tampered).toBe(false);
});

describe('[RS3] a reset', () => {
  it('shows the old log until the new one is read', () => {
    const { honest, welcome, take, page, start } = setUp();
    honest.say('b', '1');
    honest.say('a', '2');
    const [first] = honest.entries;
    const before = take(start, welcome(honest.entries), page(honest.entries));
    const during = take(before, welcome([first!], true));
    expect(during).toMatchObject({ synced: true, log: before.log });
    const after = take(during, page([first!]));
    expect(after.timeline.items).toHaveLength(1);
    expect(after.loss).toMatchObject({ head: 1, isAnnounced: false });
    expect(after.loss?.own.map(({ entry }) => entry.seq)).toEqual([2]);
    expect(after.notices).toMatchObject({ reset: true, tampered: false });
  });

  it('that was announced by another device is not announced again', () => {
    const { session, honest, welcome, take, page, start } = setUp();
    honest.say('b', '1');
    const before = take(start, welcome(honest.entries), page(honest.entries));
    const other = createHonestLog(session);
    other.tell('b', { kind: 'reset', seq: 0 });
    const after = take(before, welcome(other.entries, true), page(other.entries));
    expect(after.loss?.isAnnounced).toBe(true);
  });

  it('is told once, though two devices tell of it, and again for the next loss', () => {
    const { honest, welcome, take, page, start } = setUp();
    honest.say('b', '1');
    honest.tell('b', { kind: 'reset', seq: 1 });
    honest.tell('a', { kind: 'reset', seq: 1 });
    honest.tell('a', { kind: 'reset', seq: 3 });
    const state = take(start, welcome(honest.entries), page(honest.entries));
    expect(state.timeline.items.flatMap(({ type, seq }) => (type === 'note' ? [seq] : []))).toEqual(
      [2, 4],
    );
    expect(state.notices.reset).toBe(true);
  });
});

it('[EV11] keeps an alarm over resets and reconnects', () => {
  const { honest, welcome, take, page, start } = setUp();
  honest.say('b', '1');
  honest.say('b', '2');
  const gap = take(start, welcome(honest.entries), page(honest.entries.slice(1)));
  expect(gap.notices.tampered).toBe(true);
  const again = take(gap, welcome(honest.entries, true), page(honest.entries));
  expect(again.notices.tampered).toBe(true);
});

it('[EP2] forgets typing when the message comes, and hears only the other', () => {
  const { honest, welcome, take, start } = setUp();
  const typing = take(start, welcome([]), { type: 'typing', slot: 'b', on: true });
  expect(typing.peer.typing).toBe(true);
  expect(take(typing, { type: 'entry', ...honest.say('b', '1') }).peer.typing).toBe(false);
  expect(take(typing, { type: 'peer', state: 'offline', lastAt: 5 }).peer).toEqual({
    ...{ state: 'offline', lastAt: 5, typing: false },
  });
  const own = take(start, welcome([]), { type: 'typing', slot: 'a', on: true });
  expect(own.peer.typing).toBe(false);
});

it('[EP4] [LF3] keeps what it is told', () => {
  const { welcome, take, start } = setUp();
  const state = take(
    start,
    welcome([]),
    { type: 'notice', kind: 'tries', slot: 'a', count: 5 },
    { type: 'expires', inMs: 9_000, by: 'limit' },
    { type: 'receipt', slot: 'b', received: 3, read: 2 },
  );
  expect(state.notices.tries).toEqual({ a: 5 });
  expect(state.expiry).toEqual({ deadline: 10_000, by: 'limit', idleMs: 60_000, warnMs: 30_000 });
  expect(state.receipts.b).toEqual({ received: 3, read: 2 });
});

it('[EV8] shows what it does not know as that, and follows the rules of edits', () => {
  const { session, honest, welcome, take, page, start } = setUp();
  const first = honest.say('a', 'mine');
  honest.tell('b', { kind: 'edit', of: first.cid, text: 'not yours to edit' });
  honest.tell('b', { kind: 'react', of: first.cid, emoji: 'x'.repeat(33) });
  // as: a kind of the future
  honest.tell('b', { kind: 'poll' } as unknown as { kind: 'void' });
  honest.tell('a', { kind: 'renewed', slot: 'b' });
  const garbage = { ...honest.sealed('b', { kind: 'text', text: '' }), box: 'A'.repeat(400) };
  const state = take(start, welcome([]), page([...honest.entries, garbage]));
  expect(state.timeline.items).toMatchObject([
    { body: { kind: 'text', text: 'mine' }, edited: false, reactions: {} },
    { body: { kind: 'unknown' } },
    { type: 'note', note: { kind: 'renewed', slot: 'b' } },
    { body: { kind: 'undecryptable' } },
  ]);
  expect(session.slot).toBe('a');
});
