/** Codes are tried, passes given and taken back. */
import { expect, test, vi } from 'vitest';
import { MAX_PASSES_PER_PARTICIPANT } from '../../server/protocol/limits.ts';
import type { AttemptBudget } from '../../server/store/budget.ts';
import type { Store } from '../../server/store/store.ts';
import { callerAt, newHash, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';

const budget: AttemptBudget = {
  tries: 5,
  waitsMs: [150, 300, 600],
  knownPerHour: 800,
  knownAtOnce: 100,
  newPerHour: 200,
};
const HOUR_MS = 3_600_000;

async function passesOf(store: Store, sid: string) {
  const found = await store.find(sid);
  return found.state === 'live' ? found.session.participants.a.passes : [];
}

export function enteringContract(make: MakeNodes): void {
  test('[HT4] the right code gives a pass, and the other participant none', async () => {
    const { store, sid, enter } = await setUp(make);
    const pass = await enter('a');
    expect(await store.find(sid)).toMatchObject({
      session: {
        participants: { a: { entered: true, passes: [pass] }, b: { entered: false, passes: [] } },
      },
    });
  });

  test('a code that was replaced meanwhile gives none', async () => {
    const { store, sid } = await setUp(make);
    const stale = {
      codeHash: 'the hash of another code',
      passHash: newHash(),
      caller: callerAt('here'),
    };
    expect(await store.enter(sid, 'a', stale)).toBe('changed');
    expect(await passesOf(store, sid)).toEqual([]);
  });

  test('the eleventh pass revokes the oldest and says so to the nodes', async () => {
    const { store, sid, enter, frames } = await setUp(make);
    const passes: string[] = [];
    for (let i = 0; i <= MAX_PASSES_PER_PARTICIPANT; i++) passes.push(await enter('a'));
    expect(await passesOf(store, sid)).toEqual(passes.slice(1));
    await vi.waitFor(() => expect(frames('!')).toEqual([{ close: 4501, pass: passes[0] }]));
  });

  test('entering again with the same pass is one pass', async () => {
    const { store, sid, enter } = await setUp(make);
    const pass = await enter('a');
    await enter('a', pass);
    expect(await passesOf(store, sid)).toEqual([pass]);
  });

  test('[HT5] leaving revokes this pass alone, its connections are closed on every node', async () => {
    const { store, sid, enter, connect, frames } = await setUp(make);
    const kept = await enter('a');
    const { lease } = await connect('a');
    await store.leave(sid, 'a', lease.passHash);
    expect(await passesOf(store, sid)).toEqual([kept]);
    expect(await store.renewLease(sid, lease)).toEqual({ result: 'pass_gone' });
    expect(await store.connect(sid, lease, null)).toEqual({ result: 'pass_gone' });
    await vi.waitFor(() => expect(frames('!')).toEqual([{ close: 4501, pass: lease.passHash }]));
    await store.leave(sid, 'a', lease.passHash);
    expect(await passesOf(store, sid)).toEqual([kept]);
  });

  test('five tries, then one after each wait, each longer and the last repeated', async () => {
    const { store, sid } = await setUp(make, { budget });
    const take = () => store.takeTry(sid, 'a', callerAt('here'));
    for (const triesLeft of [4, 3, 2, 1]) {
      expect(await take()).toMatchObject({ taken: true, triesLeft, retryInMs: 0 });
    }
    let retryInMs = 0;
    for (const [i, waitMs] of [150, 300, 600, 600].entries()) {
      const taken = await vi.waitFor(async () => {
        const taken = await take();
        expect(taken).toMatchObject({ taken: true });
        return taken;
      });
      expect(taken).toEqual({
        ...{ taken: true, failures: 5 + i, told: 0, triesLeft: 0, retryInMs: waitMs },
      });
      const refused = await take();
      ({ retryInMs } = refused ?? { retryInMs: 0 });
      expect(refused).toEqual({ taken: false, retryInMs });
      expect(retryInMs).toBeGreaterThan(waitMs - 140);
      expect(retryInMs).toBeLessThanOrEqual(waitMs);
    }
  });

  test('a refused try takes nothing, and a look at the budget neither', async () => {
    const { store, sid } = await setUp(make, { budget });
    expect(await store.peekTries(sid, 'a', callerAt('here'))).toEqual({
      triesLeft: 5,
      retryInMs: 0,
    });
    for (let i = 0; i < 5; i++) await store.takeTry(sid, 'a', callerAt('here'));
    for (let i = 0; i < 5; i++) await store.takeTry(sid, 'a', callerAt('here'));
    expect(await store.peekTries(sid, 'a', callerAt('here'))).toMatchObject({ triesLeft: 0 });
    await vi.waitFor(async () =>
      expect(await store.peekTries(sid, 'a', callerAt('here'))).toEqual({
        triesLeft: 1,
        retryInMs: 0,
      }),
    );
    expect(await store.takeTry(sid, 'a', callerAt('here'))).toMatchObject({
      taken: true,
      failures: 6,
    });
  });

  test('another address and the other participant have tries of their own', async () => {
    const { store, sid } = await setUp(make, { budget });
    for (let i = 0; i < 5; i++) await store.takeTry(sid, 'a', callerAt('here'));
    expect(await store.takeTry(sid, 'a', callerAt('there'))).toEqual({
      ...{ taken: true, failures: 6, told: 0, triesLeft: 4, retryInMs: 0 },
    });
    expect(await store.takeTry(sid, 'b', callerAt('here'))).toEqual({
      ...{ taken: true, failures: 1, told: 0, triesLeft: 4, retryInMs: 0 },
    });
  });

  test('the right code forgives its try and its address', async () => {
    const { store, sid, enter } = await setUp(make, { budget });
    for (let i = 0; i < 4; i++) await store.takeTry(sid, 'a', callerAt('here'));
    const pass = await enter('a');
    expect(await store.peekTries(sid, 'a', callerAt('here'))).toEqual({
      triesLeft: 5,
      retryInMs: 0,
    });
    expect(await store.takeTry(sid, 'a', callerAt('here'))).toMatchObject({
      failures: 4,
      triesLeft: 4,
    });
    await enter('a', pass);
    expect(await store.peekTries(sid, 'a', callerAt('here'))).toMatchObject({ triesLeft: 4 });
  });

  test('right codes at once leave no failure behind', async () => {
    const { store, sid, enter } = await setUp(make, { budget });
    for (let i = 0; i < 3; i++) await store.takeTry(sid, 'a', callerAt('here'));
    for (let i = 0; i < 3; i++) await enter('a');
    expect(await store.takeTry(sid, 'a', callerAt('there'))).toMatchObject({ failures: 1 });
  });

  test('new addresses share a bucket that those known before do not need', async () => {
    const { store, sid } = await setUp(make, { budget: { ...budget, newPerHour: 3 } });
    for (const address of ['one', 'two', 'three']) {
      expect(await store.takeTry(sid, 'a', callerAt(address))).toMatchObject({
        taken: true,
        retryInMs: 0,
      });
    }
    const refused = await store.takeTry(sid, 'a', callerAt('four'));
    expect(refused).toMatchObject({ taken: false });
    // It drains continuously: room for one after a third of an hour.
    expect(refused?.retryInMs).toBeGreaterThan(HOUR_MS / 3 - 5_000);
    expect(refused?.retryInMs).toBeLessThanOrEqual(HOUR_MS / 3);
    expect(await store.peekTries(sid, 'a', callerAt('four'))).toMatchObject({ triesLeft: 5 });
    expect(await store.takeTry(sid, 'a', callerAt('one'))).toMatchObject({
      taken: true,
      failures: 4,
    });
    expect(await store.takeTry(sid, 'b', callerAt('four'))).toMatchObject({ taken: true });
  });

  test('a neighbourhood is new once, whichever of its addresses comes', async () => {
    const { store, sid } = await setUp(make, { budget: { ...budget, newPerHour: 2 } });
    const take = (address: string, neighbourhood: string) =>
      store.takeTry(sid, 'a', callerAt(address, neighbourhood));
    for (let i = 0; i < 20; i++) {
      expect(await take(`one of many: ${i}`, 'theirs')).toMatchObject({
        ...{ taken: true, failures: i + 1, triesLeft: 4 },
      });
    }
    expect(await take('alone', 'elsewhere')).toMatchObject({ taken: true });
    expect(await take('too many', 'a third place')).toMatchObject({ taken: false });
  });

  test('so many tries of known neighbourhoods are taken at once, the others in their time', async () => {
    const few = { ...budget, knownPerHour: 3600, knownAtOnce: 3 };
    const { store, sid } = await setUp(make, { budget: few });
    const take = (i: number) => store.takeTry(sid, 'a', callerAt(`one of many: ${i}`, 'theirs'));
    for (let i = 0; i < 4; i++) expect(await take(i)).toMatchObject({ taken: true });
    const refused = await take(5);
    expect(refused).toMatchObject({ taken: false });
    expect(refused?.retryInMs).toBeLessThanOrEqual(1000);
    await vi.waitFor(async () => expect(await take(5)).toMatchObject({ taken: true }), 5_000);
  });

  test('known addresses share a bucket that new ones do not need', async () => {
    const few = { ...budget, knownPerHour: 2, knownAtOnce: 2 };
    const { store, sid } = await setUp(make, { budget: few });
    for (let i = 0; i < 2; i++) await store.takeTry(sid, 'a', callerAt('one'));
    // Two were allowed, the first was new: one more of a known address.
    expect(await store.takeTry(sid, 'a', callerAt('one'))).toMatchObject({
      taken: true,
      triesLeft: 2,
    });
    const refused = await store.takeTry(sid, 'a', callerAt('one'));
    expect(refused).toMatchObject({ taken: false });
    expect(refused?.retryInMs).toBeGreaterThan(HOUR_MS / 2 - 5_000);
    expect(await store.takeTry(sid, 'a', callerAt('two'))).toMatchObject({ taken: true });
  });

  test('a forgiven try is given back to its bucket', async () => {
    const { store, sid, enter } = await setUp(make, { budget: { ...budget, newPerHour: 1 } });
    await store.takeTry(sid, 'a', callerAt('here'));
    expect(await store.takeTry(sid, 'a', callerAt('there'))).toMatchObject({ taken: false });
    await enter('a');
    expect(await store.takeTry(sid, 'a', callerAt('there'))).toMatchObject({
      taken: true,
      failures: 1,
    });
  });

  test('who is forgiven leaves the neighbourhood to those who failed there', async () => {
    const { store, sid, session } = await setUp(make, { budget: { ...budget, newPerHour: 1 } });
    const take = (address: string) => store.takeTry(sid, 'a', callerAt(address, 'ours'));
    const forgive = (address: string) =>
      store.enter(sid, 'a', {
        ...{ codeHash: session.participants.a.codeHash, passHash: newHash() },
        caller: callerAt(address, 'ours'),
      });
    for (const address of ['one', 'one', 'other']) await take(address);
    await forgive('one');
    // Still known: the bucket for new ones is used up.
    expect(await take('third')).toMatchObject({ taken: true, failures: 3 });
    await forgive('third');
    await forgive('other');
    // Nobody has failed here any more, and the try of the first is the bucket's again.
    expect(await take('one')).toMatchObject({ taken: true, triesLeft: 4 });
    expect(await store.takeTry(sid, 'a', callerAt('elsewhere'))).toMatchObject({ taken: false });
  });

  test('[EP4] both are told of so many failed tries once, and never of fewer', async () => {
    const { store, other, sid, frames } = await setUp(make, { budget });
    const told = async () => {
      const taken = await store.takeTry(sid, 'b', callerAt(newHash()));
      return taken?.taken && taken.told;
    };
    expect(await told()).toBe(0);
    await Promise.all([store, other].map((node) => node.announceTries(sid, 'b', 20)));
    await store.announceTries(sid, 'b', 5);
    expect(await told()).toBe(20);
    await store.announceTries(sid, 'a', 5);
    await store.announceTries(sid, 'b', 100);
    const notice = (slot: string, count: number) => ({
      type: 'notice',
      kind: 'tries',
      slot,
      count,
    });
    await vi.waitFor(() =>
      expect(frames('*')).toEqual([notice('b', 20), notice('a', 5), notice('b', 100)]),
    );
  });

  test('of many tries at once no more are taken than there are', async () => {
    const { store, other, sid } = await setUp(make, { budget });
    const taken = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? store : other).takeTry(sid, 'b', callerAt('here')),
      ),
    );
    expect(taken.filter((one) => one?.taken)).toHaveLength(5);
  });
}
