/**
 * The independent client is only worth something if it would notice: what it seals, what it refuses, and
 * what it puts back after the store lost its tail. The log is a plain array here.
 */
import { describe, expect, test } from 'vitest';
import vectors from './vectors.json' with { type: 'json' };
import * as crypto from '../support/independent-crypto.ts';
import type { Slot } from '../support/independent-crypto.ts';
import { Device, Tampered } from '../support/independent-device.ts';
import type { Content, Entry } from '../support/independent-device.ts';

const { sid } = vectors;
const keys = crypto.sessionKeys(crypto.decode(vectors.sessionKey), sid);

function device(slot: Slot): Device {
  const names = { a: 'Abhi', b: 'Anny' };
  return new Device({ base: 'http://x', sid, slot, proof: '', keys, names, jar: new Map() });
}

/** Appends what waits in the outbox of `from`; each of the others reads it. */
function flush(log: Entry[], from: Device, ...others: Device[]): void {
  for (const { cid, box, unsends } of [...from.outbox]) {
    const more = unsends === undefined ? {} : { unsends };
    const seq = log.length + 1;
    const entry: Entry = {
      seq,
      sum: crypto.draw(8),
      slot: from.member.slot,
      cid,
      at: 0,
      box,
      ...more,
    };
    log.push(entry);
    for (const reader of [from, ...others]) {
      reader.take({ ...entry });
      reader.acknowledge(entry);
    }
  }
}

function conversation() {
  const [log, a, b] = [[] as Entry[], device('a'), device('b')];
  for (const [from, to, text] of [
    [a, b, 'one'],
    [a, b, 'two'],
    [b, a, 'three'],
  ] as const) {
    void from.post({ kind: 'text', text });
    flush(log, from, to);
  }
  return { log, a, b };
}

/** An entry of `a` with its view of the log as the test wants it. */
function forged(reader: Device, change: Partial<Content>, seq = reader.log.length + 1): Entry {
  const after = { seq: reader.log.length, hash: reader.chain.at(-1)! };
  const content: Content = { v: 1, kind: 'text', text: 'x', prev: null, after, ...change };
  const cid = crypto.draw(16);
  const place = { kind: 'message', sid, slot: 'a', id: cid } as const;
  const box = crypto.sealText(keys['message/a'], place, JSON.stringify(content));
  return { seq, sum: crypto.draw(8), slot: 'a', cid, at: 0, box };
}

describe('what an honest client seals', () => {
  test('[EV10] prev is the box before, after is the view when sealing', () => {
    const { log, a, b } = conversation();
    const content = (seq: number) => a.log[seq - 1]!.content!;
    expect(content(1)).toMatchObject({ prev: null, after: { seq: 0, hash: a.chain[0] } });
    expect(content(2)).toMatchObject({ prev: log[0]!.cid, after: { seq: 1, hash: a.chain[1] } });
    expect(content(3)).toMatchObject({ prev: null, after: { seq: 2, hash: a.chain[2] } });
    expect(a.chain).toEqual(b.chain);
  });

  test('[EV10] several boxes that wait name one another, and the same view', () => {
    const [log, a, b] = [[] as Entry[], device('a'), device('b')];
    for (const text of ['one', 'two', 'three']) void a.post({ kind: 'text', text });
    flush(log, a, b);
    expect(b.log.map(({ content }) => content!.prev)).toEqual([null, log[0]!.cid, log[1]!.cid]);
    expect(b.log.map(({ content }) => content!.after.seq)).toEqual([0, 0, 0]);
  });
});

describe('what a client notices', () => {
  test.each([
    ['prev is in nobody’s log', { prev: crypto.draw(16) }, 'prev'],
    ['after names its own entry', { after: { seq: 4, hash: vectors.chain.start } }, 'after'],
    ['after has another hash', { after: { seq: 1, hash: vectors.chain.start } }, 'after'],
  ] as const)('[EV11] %s', (_, change, message) => {
    const { b } = conversation();
    expect(() => b.take(forged(b, change))).toThrow(message);
  });

  test('[EV11] prev stands in the other slot', () => {
    const { log, b } = conversation();
    expect(() => b.take(forged(b, { prev: log[2]!.cid }))).toThrow('prev');
    expect(b.take(forged(b, { prev: log[0]!.cid }))).not.toBeNull();
  });

  test('[EV11] seq does not follow', () => {
    const { b } = conversation();
    expect(() => b.take(forged(b, {}, 5))).toThrow('follows');
  });

  test('[EV11] an entry of the other slot, or under another cid, does not open', () => {
    const { b } = conversation();
    expect(() => b.take({ ...forged(b, {}), slot: 'b' })).toThrow('does not open');
    expect(() => b.take({ ...forged(b, {}), cid: crypto.draw(16) })).toThrow('does not open');
    expect(() => b.take({ ...forged(b, {}), unsends: [] })).toThrow('does not open');
  });

  test('[EV11] an entry comes again with other bytes; [LG2] with the same it moves nothing', () => {
    const { log, b } = conversation();
    const before = [...b.chain];
    expect(b.take({ ...log[0]! })).toBeNull();
    expect(b.take({ ...log[0]!, box: log[0]!.box! })).toBeNull();
    expect(() => b.take({ ...log[0]!, box: log[1]!.box! })).toThrow(Tampered);
    expect(() => b.take(forged(b, {}, 2))).toThrow(Tampered);
    expect(b.chain).toEqual(before);
  });

  test('[EV11] a box may be replaced by its hash only where its author unsent it', () => {
    const { log, a, b } = conversation();
    const of = [log[0]!.cid, log[2]!.cid];
    void a.post({ kind: 'unsend', of }, of);
    flush(log, a, b);
    expect(b.log.map(({ sealedAs }) => sealedAs)).toEqual([
      'unsent',
      'message',
      'message',
      'control',
    ]);
    const read = (lost: number[]) => {
      const late = device('b');
      for (const [i, { box, ...entry }] of log.entries())
        late.take(
          lost.includes(i) ? { ...entry, hash: crypto.boxHash(log[i]!) } : { ...entry, box: box! },
        );
      expect(late.chain).toEqual(a.chain);
      return late.unexplained().map(({ seq }) => seq);
    };
    expect(read([0])).toEqual([]);
    expect(read([0, 1])).toEqual([2]);
    expect(read([2])).toEqual([3]);
  });
});

describe('a store that lost its tail', () => {
  function lost(keep: number) {
    const { log, a, b } = conversation();
    const tail = log.splice(keep);
    const [vanishedA, vanishedB] = (['a', 'b'] as const).map((slot) =>
      tail.filter((entry) => entry.slot === slot),
    );
    for (const reader of [a, b]) {
      reader.reset();
      for (const entry of log) reader.take({ ...entry });
    }
    return { log, a, b, vanishedA: vanishedA!, vanishedB: vanishedB! };
  }

  test('[RS4] own entries come back first, then the outbox, then one word of the reset', () => {
    const { log, a, b, vanishedA, vanishedB } = lost(1);
    void a.post({ kind: 'text', text: 'four' });
    const waiting = a.outbox[0]!.cid;
    a.putBack(1);
    flush(log, a, b);
    b.putBack(1);
    flush(log, b, a);
    expect(log.slice(1).map(({ cid }) => cid)).toEqual([
      vanishedA[0]!.cid,
      waiting,
      expect.any(String),
      vanishedB[0]!.cid,
    ]);
    expect(b.log[3]!.content).toMatchObject({ kind: 'reset', seq: 1 });
    expect(a.chain).toEqual(b.chain);
  });

  test('[EV12] a box whose view still holds is put back as the same bytes, another is sealed anew', () => {
    const { a, b, vanishedA, vanishedB } = lost(1);
    a.putBack(1);
    b.putBack(1);
    expect(a.outbox[0]).toMatchObject({ cid: vanishedA[0]!.cid, box: vanishedA[0]!.box });
    expect(b.outbox[0]!.cid).toBe(vanishedB[0]!.cid);
    expect(b.outbox[0]!.box).not.toBe(vanishedB[0]!.box);
    expect(b.outbox[0]!.content.after.seq).toBe(1);
  });

  test('[RS4] what was unsent comes back as void', () => {
    const { log, a, b } = conversation();
    void a.post({ kind: 'unsend', of: [log[1]!.cid] }, [log[1]!.cid]);
    flush(log, a, b);
    a.reset();
    a.take({ ...log[0]! });
    a.putBack(1);
    expect(a.outbox.map(({ content }) => content.kind)).toEqual(['void', 'unsend', 'reset']);
    expect(a.outbox[0]).toMatchObject({ cid: log[1]!.cid, content: { prev: log[0]!.cid } });
    expect(a.outbox[1]!.unsends).toEqual([log[1]!.cid]);
  });
});
