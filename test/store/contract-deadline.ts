/**
 * One deadline for all that belongs to a session. Real time passes here, as little as can be.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { callerAt, open, setUp } from './fixture.ts';
import type { Fixture, MakeNodes } from './fixture.ts';

const isNear = (ms: number, wanted: number) => {
  expect(ms).toBeLessThanOrEqual(wanted);
  expect(ms).toBeGreaterThan(wanted - 2_000);
};

const expires = ({ frames }: Fixture) =>
  frames('*').filter((frame) => JSON.stringify(frame).includes('"expires"'));

/** Until the session is gone; returns what is found then. */
async function outlive({ store, sid }: Fixture) {
  return vi.waitFor(
    async () => {
      const found = await store.find(sid);
      expect(found.state).toBe('ended');
      return found;
    },
    { timeout: 5_000, interval: 20 },
  );
}

export function deadlineContract(make: MakeNodes): void {
  test('[LF1] while it waits nothing moves the deadline', async () => {
    const options = { linkTtlMs: 10_000 };
    const fixture = await setUp(make, { options }, { idleMs: 60_000 });
    const { store, sid, enter, send } = fixture;
    await enter('a');
    await send('a');
    await store.keep(sid);
    await enter('a');
    isNear(await fixture.expiresInMs(), 10_000);
    expect(expires(fixture)).toEqual([]);
  });

  test('[LF2] when both have entered it is idleMs away, even if that is sooner', async () => {
    const fixture = await setUp(make, {}, { idleMs: 5_000 });
    await fixture.enter('b');
    isNear(await fixture.expiresInMs(), 60_000);
    await fixture.enter('a');
    isNear(await fixture.expiresInMs(), 5_000);
    await vi.waitFor(() =>
      expect(expires(fixture)).toEqual([{ type: 'expires', inMs: 5_000, by: 'silence' }]),
    );
  });

  test('[LF2] or later', async () => {
    const fixture = await setUp(make, {}, { idleMs: 900_000 });
    await fixture.meet();
    isNear(await fixture.expiresInMs(), 900_000);
  });

  test('[LF2] never past creation + maxTtlMs', async () => {
    const fixture = await setUp(make, { options: { maxTtlMs: 90_000 } }, { idleMs: 600_000 });
    await fixture.meet();
    isNear(await fixture.expiresInMs(), 90_000);
    expect(await fixture.store.find(fixture.sid)).toMatchObject({
      session: { expiresBy: 'limit' },
    });
    await fixture.send('a');
    isNear(await fixture.expiresInMs(), 90_000);
  });

  test('[LF2] the first message that would move it past creation + maxTtlMs says so', async () => {
    const fixture = await setUp(make, { options: { maxTtlMs: 9_700 } }, { idleMs: 9_000 });
    const createdBy = performance.now();
    await fixture.meet();
    // Sooner than a second after the deadline was moved last.
    await sleep(Math.max(0, createdBy + 750 - performance.now()));
    await fixture.send('a');
    expect(await fixture.store.find(fixture.sid)).toMatchObject({
      session: { expiresBy: 'limit' },
    });
  });

  test('[LF1] a link that would outlive maxTtlMs does not', async () => {
    const fixture = await setUp(make, { options: { linkTtlMs: 60_000, maxTtlMs: 30_000 } });
    isNear(await fixture.expiresInMs(), 30_000);
    expect(await fixture.store.find(fixture.sid)).toMatchObject({
      session: { expiresBy: 'limit' },
    });
  });

  test('[LF2] [LF3] activity moves it once more than a second has passed, nothing else does', async () => {
    const fixture = await setUp(make, {}, { idleMs: 20_000 });
    const { store, sid, connect, send, append } = fixture;
    const { lease } = await connect('a');
    await connect('b');
    const { cid } = await send('a');
    await store.keep(sid);
    // Less than a second: the deadline stands, however much was said.
    await vi.waitFor(() => expect(expires(fixture)).toHaveLength(1));

    await vi.waitFor(async () => expect(await fixture.expiresInMs()).toBeLessThan(18_900), {
      timeout: 5_000,
    });
    await store.receipt(sid, 'b', { received: 1, read: 1 });
    await store.typing(sid, 'b', true);
    await store.renewLease(sid, lease);
    await store.takeTry(sid, 'a', callerAt('here'));
    await store.disconnect(sid, lease);
    expect(await append('a', { cid })).toMatchObject({ result: 'repeated' });
    expect(await append('b', { cid })).toMatchObject({ result: 'foreign' });
    expect(await fixture.expiresInMs()).toBeLessThan(18_900);

    await send('b');
    expect(await fixture.expiresInMs()).toBeGreaterThan(18_900);
    const moved = { type: 'expires', inMs: 20_000, by: 'silence' };
    await vi.waitFor(() => expect(expires(fixture)).toEqual([moved, moved]));
  });

  test('[LF2] keep, an entering and an unsend are activity', async () => {
    const nodes = await open(make);
    const moves = async (act: (fixture: Fixture) => Promise<unknown>) => {
      const fixture = await setUp(async () => nodes, {}, { idleMs: 20_000 });
      await fixture.meet();
      await vi.waitFor(async () => expect(await fixture.expiresInMs()).toBeLessThan(18_990), {
        timeout: 5_000,
      });
      await act(fixture);
      expect(await fixture.expiresInMs()).toBeGreaterThan(18_990);
    };
    await Promise.all([
      moves(({ store, sid }) => store.keep(sid)),
      moves(({ enter }) => enter('a')),
      moves(({ unsend }) => unsend('a', ['x'])),
    ]);
  });

  test('[LF5] a session nobody came to ends by its link', async () => {
    const fixture = await setUp(make, { options: { linkTtlMs: 100 } });
    await fixture.enter('a');
    const { participants } = fixture.session;
    expect(await outlive(fixture)).toEqual({
      state: 'ended',
      ended: {
        ...{ reason: 'link', idleMs: fixture.session.idleMs },
        proofHashes: { a: participants.a.proofHash, b: participants.b.proofHash },
      },
    });
  });

  test('[LF5] a session nobody says anything in ends by silence', async () => {
    const fixture = await setUp(make, {}, { idleMs: 100 });
    await fixture.meet();
    expect(await outlive(fixture)).toMatchObject({ ended: { reason: 'silence' } });
  });

  test('[LF5] a session that reached its limit ends by it', async () => {
    const options = { linkTtlMs: 200, maxTtlMs: 200 };
    const fixture = await setUp(make, { options }, { idleMs: 60_000 });
    await fixture.meet();
    expect(await outlive(fixture)).toMatchObject({ ended: { reason: 'limit' } });
  });

  test('past the deadline everything is gone at once, and nothing comes back', async () => {
    const fixture = await setUp(make, {}, { idleMs: 200 });
    const { store, sid, connect, send, append, published } = fixture;
    const { lease } = await connect('a');
    await connect('b');
    const { cid, seq, sum } = await send('a');
    await outlive(fixture);
    const before = published.length;
    expect(await append('a')).toMatchObject({ result: 'gone' });
    expect(await append('a', { cid })).toMatchObject({ result: 'gone' });
    expect(await fixture.unsend('a', [cid])).toMatchObject({ result: 'gone' });
    expect(await store.readLog(sid, { seq, sum })).toEqual({ result: 'gone' });
    expect(await store.connect(sid, lease, null)).toEqual({ result: 'gone' });
    expect(await store.renewLease(sid, lease)).toEqual({ result: 'gone' });
    expect(await store.takeTry(sid, 'a', callerAt('here'))).toBeNull();
    expect(await store.end(sid, 'a', null)).toBe('gone');
    await store.disconnect(sid, lease);
    await store.leave(sid, 'a', lease.passHash);
    await store.receipt(sid, 'a', { received: 1, read: 1 });
    await store.typing(sid, 'a', true);
    await store.keep(sid);
    await store.announceTries(sid, 'a', 5);
    expect(await store.find(sid)).toMatchObject({ ended: { reason: 'silence' } });
    expect(published).toHaveLength(before);
  });

  test('the notice of an expired session is readable for its time and no longer', async () => {
    const options = { linkTtlMs: 60, endedNoticeTtlMs: 200 };
    const fixture = await setUp(make, { options });
    const { store, sid, session } = fixture;
    await outlive(fixture);
    expect(await store.create(session)).toBe('id_taken');
    await vi.waitFor(async () => expect(await store.find(sid)).toEqual({ state: 'unknown' }));
  });
}
