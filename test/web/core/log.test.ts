// What a dishonest server may try. Every attack is found out, at the latest when a later entry
// of the other side arrives.
import { describe, expect, it } from 'vitest';
import { boxHash } from '../../../server/protocol/envelope/chain.ts';
import { newCid } from '../../../server/protocol/envelope/entry-box.ts';
import { toBase64Url } from '../../../server/protocol/encoding.ts';
import type { Entry } from '../../../server/protocol/frames.ts';
import {
  emptyLog,
  extendLog,
  headOf,
  settleLog,
  viewOf,
  type LogEntry,
} from '../../../web/core/log.ts';
import { emptyTimeline, extendTimeline } from '../../../web/core/timeline.ts';
import { createHonestLog, createSessions, newSum } from './support/session.ts';

function setUp() {
  const { a: session } = createSessions();
  const honest = createHonestLog(session);
  for (const text of ['1', '2', '3', '4', '5', '6']) honest.say(Number(text) % 2 ? 'a' : 'b', text);
  const read = (entries: Entry[]) => extendLog(emptyLog(session.sid), entries, session.keys);
  return { session, honest, read, entries: honest.entries };
}

const renumbered = (entries: Entry[]) => entries.map((entry, i) => ({ ...entry, seq: i + 1 }));
const swap = (entries: Entry[], i: number, j: number) =>
  entries.map((entry, place) => (place === i ? entries[j]! : place === j ? entries[i]! : entry));
function withoutBox(entry: Entry, hash: string): Entry {
  const { box: _, ...rest } = entry;
  return { ...rest, hash };
}

it('accepts an honest log, whole, in pages and repeated', () => {
  const { session, entries, read } = setUp();
  expect(read(entries)).toMatchObject({ tampered: false });
  const inPages = extendLog(read(entries.slice(0, 2)), entries.slice(2), session.keys);
  expect(inPages).toEqual(read(entries));
  expect(extendLog(read(entries), entries, session.keys)).toEqual(read(entries));
});

describe('[EV11] notices', () => {
  it.each<[string, (entries: Entry[]) => Entry[]]>([
    ['a gap', (all) => all.filter((_, i) => i !== 2)],
    ['a dropped entry', (all) => renumbered(all.filter((_, i) => i !== 2))],
    ['a dropped first entry', (all) => renumbered(all.slice(1))],
    ['two that changed places', (all) => renumbered(swap(all, 1, 2))],
    ['two of one author that changed places', (all) => renumbered(swap(all, 1, 3))],
    ['an entry told twice', (all) => renumbered([...all, { ...all[1]!, sum: newSum() }])],
    [
      'a replay under another cid',
      (all) => renumbered([...all, { ...all[1]!, cid: newCid(), sum: newSum() }]),
    ],
    ['a reflected entry', (all) => all.map((e, i) => (i === 1 ? { ...e, slot: 'a' } : e))],
    ['swapped boxes', (all) => all.map((e, i) => (i === 1 ? { ...e, box: all[3]!.box! } : e))],
    [
      'all authors swapped',
      (all) => all.map((entry) => ({ ...entry, slot: entry.slot === 'a' ? 'b' : 'a' })),
    ],
    [
      'an invented entry',
      (all) => [...all, { ...all[0]!, seq: 7, cid: newCid(), box: 'A'.repeat(400) }],
    ],
  ])('%s', (_, attack) => {
    const { entries, read } = setUp();
    expect(read(attack(entries)).tampered).toBe(true);
  });

  it('other bytes for a seq that was told', () => {
    const { session, entries, read } = setUp();
    for (const change of [{ box: entries[3]!.box! }, { sum: newSum() }, { at: 1 }]) {
      const log = extendLog(read(entries), [{ ...entries[1]!, ...change }], session.keys);
      expect(log.tampered).toBe(true);
    }
  });

  it('a fork, once a later entry of the other side arrives', () => {
    const { session, honest, entries, read } = setUp();
    const fork = createHonestLog(session);
    for (const entry of entries.slice(0, 4)) fork.add(entry);
    fork.say('a', 'only b is shown this');
    const shownToA = extendLog(read(entries), [], session.keys);
    expect(shownToA.tampered).toBe(false);
    const answer = { ...fork.say('b', 'an answer to it'), seq: honest.entries.length + 1 };
    expect(extendLog(shownToA, [answer], session.keys).tampered).toBe(true);
  });

  it('an entry from the future, or one that names itself', () => {
    const { session, honest, entries, read } = setUp();
    const after = { seq: 7, hash: toBase64Url(honest.log.hashes[6]!) };
    const entry = honest.sealed('b', { kind: 'text', text: 'x' }, { after });
    expect(extendLog(read(entries), [entry], session.keys).tampered).toBe(true);
  });

  it('a prev of the other author, or of nobody', () => {
    const { session, honest, entries, read } = setUp();
    for (const prev of [entries[0]!.cid, newCid()]) {
      const entry = honest.sealed('b', { kind: 'text', text: 'x' }, { prev });
      expect(extendLog(read(entries), [entry], session.keys).tampered).toBe(true);
    }
  });
});

describe('[EV11] leaves nothing out', () => {
  const shownOf = (entries: readonly LogEntry[]) =>
    extendTimeline(emptyTimeline, entries, 'a').items.flatMap((item) =>
      item.type === 'message' ? [item.body.kind === 'text' ? item.body.text : item.body.kind] : [],
    );

  it('of what comes too late, and goes on from the head', () => {
    const { session, entries, read } = setUp();
    const late = [...entries.slice(0, 2), ...entries.slice(3, 5), entries[2]!];
    const log = read(late);
    expect(log.tampered).toBe(true);
    expect(shownOf(log.entries)).toEqual(['1', '2', '4', '5', '3']);
    expect(log.head).toEqual({ seq: 5, sum: entries[4]!.sum });
    const next = extendLog(log, [...entries], session.keys);
    expect(shownOf(next.entries)).toEqual(['1', '2', '4', '5', '3', '6']);
  });

  it('of what is said after a gap: it can be read by everybody', () => {
    const { session, honest, entries, read } = setUp();
    const log = read(entries.filter((_, i) => i !== 2));
    expect(headOf(log)).toBe(6);
    const said = honest.sealed(
      'a',
      { kind: 'text', text: 'do you see this?' },
      { after: viewOf(log) },
    );
    const theirs = extendLog(honest.log, [said], session.keys);
    expect(shownOf(theirs.entries).at(-1)).toBe('do you see this?');
    expect(theirs.tampered).toBe(true);
  });

  it('and says nothing twice: what comes again under a cid is shown as what does not open', () => {
    const { session, honest, entries } = setUp();
    const { cid } = entries[0]!;
    const edits = ['once', 'twice'].map((text) =>
      honest.tell('a', { kind: 'edit', of: cid, text }),
    );
    const again = (entry: Entry) => ({ ...entry, seq: headOf(log) + 1, sum: newSum() });
    let log = honest.log;
    for (const entry of [edits[0]!, entries[1]!, entries[1]!]) {
      log = extendLog(log, [again(entry)], session.keys);
    }
    const bogus = Array.from({ length: 3 }, () => 'undecryptable');
    expect(shownOf(log.entries)).toEqual(['twice', '2', '3', '4', '5', '6', ...bogus]);
    const { items } = extendTimeline(emptyTimeline, log.entries, 'a');
    expect(new Set(items.map((item) => item.cid)).size).toBe(items.length);
  });
});

describe('[LG7] unsent entries', () => {
  it('count by their hashes, and are explained by their author', () => {
    const { session, honest, entries, read } = setUp();
    const target = entries[1]!;
    const taken = honest.tell('b', { kind: 'unsend', of: [target.cid] });
    honest.say('a', 'later');
    const live = extendLog(read(entries), honest.entries.slice(6), session.keys);
    expect(live.entries[1]?.opened).toBeNull();
    expect(live.entries[1]?.entry).not.toHaveProperty('box');
    const fresh = read(honest.entries);
    expect(fresh.hashes.at(-1)).toEqual(live.hashes.at(-1));
    for (const log of [live, fresh]) expect(settleLog(log).tampered).toBe(false);
    expect(taken.unsends).toEqual([target.cid]);
  });

  it('are tampering if nobody explains them', () => {
    const { entries, read } = setUp();
    const hash = toBase64Url(boxHash(entries[1]!));
    const log = read(entries.map((entry, i) => (i === 1 ? withoutBox(entry, hash) : entry)));
    expect(log.tampered).toBe(false);
    expect(settleLog(log).tampered).toBe(true);
  });

  it('are tampering if the server names none, and are taken back all the same', () => {
    const { session, honest, entries, read } = setUp();
    const of = [entries[1]!.cid, entries[3]!.cid];
    const { unsends: _, ...silent } = honest.sealed('b', { kind: 'unsend', of });
    const log = extendLog(read(entries), [silent], session.keys);
    expect(log.tampered).toBe(true);
    expect(log.entries[1]?.opened).toBeNull();
    const before = extendTimeline(emptyTimeline, read(entries).entries, 'a');
    const { items } = extendTimeline(before, log.entries.slice(6), 'a');
    expect(items[1]).toMatchObject({ body: { kind: 'unsent' } });
    const half = { ...silent, unsends: of.slice(0, 1) };
    const entry = honest.sealed('b', { kind: 'reset', seq: 0 });
    const more = { ...entry, unsends: of };
    for (const attack of [half, more]) {
      expect(extendLog(read(entries), [attack], session.keys).tampered).toBe(true);
    }
  });

  it('are tampering if the server names others than the author did', () => {
    const { session, honest, entries, read } = setUp();
    const unsend = honest.sealed('b', { kind: 'unsend', of: [entries[1]!.cid] });
    const attacks: Entry[] = [
      { ...unsend, unsends: [entries[3]!.cid] },
      { ...honest.sealed('b', { kind: 'unsend', of: [entries[0]!.cid] }) },
      { ...honest.sealed('b', { kind: 'text', text: 'x' }), unsends: [entries[1]!.cid] },
    ];
    for (const entry of attacks) {
      expect(extendLog(read(entries), [entry], session.keys).tampered).toBe(true);
    }
  });
});
