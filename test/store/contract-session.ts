/** Making, finding and ending a session. */
import { expect, test, vi } from 'vitest';
import { callerAt, newBox, newHash, newSession, open, random, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';

export function sessionContract(make: MakeNodes): void {
  test('a new session is found as it was made, waiting for both', async () => {
    const { store, session, sid } = await setUp(make);
    const found = await store.find(sid);
    expect(found).toMatchObject({
      state: 'live',
      session: { idleMs: session.idleMs, expiresBy: 'link' },
    });
    for (const slot of ['a', 'b'] as const) {
      expect(found).toHaveProperty(`session.participants.${slot}`, {
        ...session.participants[slot],
        entered: false,
        endpoints: [],
        passes: [],
      });
    }
  });

  test('sessions that are alive are counted', async () => {
    const { store, sid } = await setUp(make);
    const before = await store.count();
    await store.create(newSession());
    expect(await store.count()).toBe(before + 1);
    await store.end(sid, 'a', null);
    await expect.poll(() => store.count()).toBe(before);
  });

  test('an id that was never used is unknown, and so is what is asked about it', async () => {
    const { store } = await open(make);
    const sid = random(8);
    const entry = { slot: 'a', cid: random(16), box: newBox(), sum: 'sum', seen: null } as const;
    const lease = { slot: 'a', passHash: newHash(), connectionId: 'c', device: null } as const;
    expect(await store.find(sid)).toEqual({ state: 'unknown' });
    expect(await store.append(sid, entry)).toEqual({ result: 'gone' });
    expect(await store.unsend(sid, { ...entry, of: [random(16)] })).toEqual({ result: 'gone' });
    expect(await store.readLog(sid, null)).toEqual({ result: 'gone' });
    expect(await store.connect(sid, lease, null)).toEqual({ result: 'gone' });
    expect(await store.renewLease(sid, lease)).toEqual({ result: 'gone' });
    expect(await store.takeTry(sid, 'a', callerAt('here'))).toBeNull();
    expect(await store.peekTries(sid, 'a', callerAt('here'))).toBeNull();
    expect(
      await store.enter(sid, 'a', { codeHash: 'x', passHash: 'y', caller: callerAt('z') }),
    ).toBe('gone');
    expect(await store.end(sid, 'a', null)).toBe('gone');
    await store.leave(sid, 'a', newHash());
    await store.disconnect(sid, lease);
    await store.receipt(sid, 'a', { received: 1, read: 1 });
    await store.typing(sid, 'a', true);
    await store.keep(sid);
    await store.announceTries(sid, 'a', 5);
    expect(await store.find(sid)).toEqual({ state: 'unknown' });
  });

  test('[HT6] with a proof a session is found by its own two alone, in life and after it', async () => {
    const { store, sid, session } = await setUp(make);
    const { a, b } = session.participants;
    for (const state of ['live', 'ended']) {
      for (const proofHash of [undefined, a.proofHash, b.proofHash]) {
        expect(await store.find(sid, proofHash)).toMatchObject({ state });
      }
      for (const proofHash of [newHash(), a.codeHash, sid]) {
        expect(await store.find(sid, proofHash)).toEqual({ state: 'unknown' });
      }
      await store.end(sid, 'a', null);
    }
    expect(await store.find(random(8), a.proofHash)).toEqual({ state: 'unknown' });
  });

  test('[HT2] of many that make the same id at once, one does', async () => {
    const { store, other } = await open(make);
    const session = newSession();
    const made = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 ? store : other).create(session)),
    );
    expect(made.filter((one) => one === 'created')).toHaveLength(1);
    expect(made.filter((one) => one === 'id_taken')).toHaveLength(49);
  });

  test('a refused session changes nothing of the one that is there', async () => {
    const { store, session, sid } = await setUp(make);
    expect(await store.create(newSession({ sid }))).toBe('id_taken');
    expect(await store.find(sid)).toMatchObject({
      session: { participants: { a: session.participants.a } },
    });
  });

  test('no more sessions than allowed; an ended one makes room', async () => {
    const { store } = await open(make, { options: { maxSessions: 2 } });
    const first = newSession();
    expect(await store.create(first)).toBe('created');
    expect(await store.create(newSession())).toBe('created');
    expect(await store.create(newSession())).toBe('full');
    await store.end(first.sid, 'a', null);
    await vi.waitFor(async () => expect(await store.create(newSession())).toBe('created'));
  });

  test('an expired session makes room', async () => {
    const { store } = await open(make, { options: { maxSessions: 1, linkTtlMs: 80 } });
    expect(await store.create(newSession())).toBe('created');
    await vi.waitFor(async () => expect(await store.create(newSession())).toBe('created'));
  });

  test('[LF4] the end leaves the reason and nothing else', async () => {
    const { store, session, sid, meet, send } = await setUp(make);
    await meet();
    await send('a');
    const box = newBox();
    expect(await store.end(sid, 'b', box)).toBe('ended');
    expect(await store.find(sid)).toEqual({
      state: 'ended',
      ended: {
        ...{ reason: 'ended', by: 'b', box, idleMs: session.idleMs },
        proofHashes: {
          a: session.participants.a.proofHash,
          b: session.participants.b.proofHash,
        },
      },
    });
    expect(await store.readLog(sid, null)).toEqual({ result: 'gone' });
    expect(await store.end(sid, 'a', null)).toBe('gone');
  });

  test('[LF5] an end without a box has none', async () => {
    const { store, sid } = await setUp(make);
    await store.end(sid, 'a', null);
    const found = await store.find(sid);
    expect(found).toMatchObject({ ended: { reason: 'ended', by: 'a' } });
    expect(found).not.toHaveProperty('ended.box');
  });

  test('an id whose notice is kept is taken, and free again after it', async () => {
    const { store, session, sid } = await setUp(make, { options: { endedNoticeTtlMs: 150 } });
    await store.end(sid, 'a', null);
    expect(await store.create(session)).toBe('id_taken');
    await vi.waitFor(async () => expect(await store.find(sid)).toEqual({ state: 'unknown' }));
    expect(await store.create(session)).toBe('created');
  });

  test('the shared secret is 32 bytes and the same on every node', async () => {
    const { store, other } = await open(make);
    const [one, two] = await Promise.all([store.sharedSecret(), other.sharedSecret()]);
    expect(one).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(two).toBe(one);
    expect(await store.sharedSecret()).toBe(one);
  });

  test('ping answers', async () => {
    const { store } = await open(make);
    await expect(store.ping()).resolves.toBeUndefined();
  });
}
