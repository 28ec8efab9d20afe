/** Links and codes are replaced, and what was known of the old ones with them. */
import { describe, expect, test, vi } from 'vitest';
import type { Slot } from '../../server/protocol/frames.ts';
import { otherSlot } from '../../server/protocol/frames.ts';
import { REPLACED_LINKS_KEPT, type Renewal, type RenewalResult } from '../../server/store/store.ts';
import { callerAt, newBox, newCid, newHash, newSum, random, setUp } from './fixture.ts';
import type { Fixture, MakeNodes } from './fixture.ts';

function newRenewal(by: Slot, slot: Slot, passHash: string): Renewal {
  return {
    ...{ by, slot, passHash, proofHash: newHash(), key: newBox(72), codeHash: `$2b$${random(40)}` },
    ...{ cid: newCid(), box: newBox(), sum: newSum(), seen: null },
  };
}

async function participantOf({ store, sid }: Fixture, slot: Slot) {
  const found = await store.find(sid);
  if (found.state !== 'live') throw new Error(found.state);
  return found.session.participants[slot];
}

/** What can be seen of a session: for comparing before and after what must change nothing. */
async function picture({ store, sid, session, log }: Fixture) {
  const proofs = [session.participants.a.proofHash, session.participants.b.proofHash];
  const found = await store.find(sid);
  if (found.state === 'live') found.session.expiresInMs = 0;
  return {
    found,
    log: await log(),
    byProof: await Promise.all(
      proofs.map((one) => store.find(sid, one).then(({ state }) => state)),
    ),
  };
}

export function renewalContract(make: MakeNodes): void {
  test("[HT11] the other's link and code are replaced, their passes revoked, in one step with the entry", async () => {
    const f = await setUp(make);
    const { store, sid, meet, frames, published, log } = f;
    const passes = await meet();
    const renewal = newRenewal('a', 'b', passes.a);
    const { proofHash, key, codeHash, cid, box, sum } = renewal;
    expect(await store.renew(sid, renewal)).toBe('renewed');
    expect(await participantOf(f, 'b')).toEqual({
      ...{ proofHash, key, codeHash, entered: true, passes: [], endpoints: [] },
      name: f.session.participants.b.name,
    });
    expect(await participantOf(f, 'a')).toMatchObject({
      ...f.session.participants.a,
      passes: [passes.a],
    });
    const [entry] = await log();
    expect(await log()).toEqual([{ seq: 1, sum, slot: 'a', cid, at: entry?.['at'], box }]);
    await vi.waitFor(() => expect(frames('!')).toEqual([{ close: 4501, pass: passes.b }]));
    expect(published.find(({ seq }) => seq === 1)).toMatchObject({ to: '*' });
    expect(frames('*')).toContainEqual({ type: 'entry', ...entry });
  });

  test('[HT11] of the passes of whoever renews their own link, the one they ask with stays', async () => {
    const f = await setUp(make);
    const { store, sid, enter, connect, frames } = f;
    const kept = await enter('a');
    const here = await connect('a', { passHash: kept });
    const there = await connect('a');
    expect(await store.renew(sid, newRenewal('a', 'a', kept))).toBe('renewed');
    expect(await participantOf(f, 'a')).toMatchObject({ passes: [kept] });
    expect(await store.renewLease(sid, here.lease)).toMatchObject({ result: 'renewed' });
    expect(await store.renewLease(sid, there.lease)).toEqual({ result: 'pass_gone' });
    await vi.waitFor(() =>
      expect(frames('!')).toEqual([{ close: 4501, pass: there.lease.passHash }]),
    );
  });

  test("[HT11] the other's link stays as it is while they are connected", async () => {
    const f = await setUp(make);
    const { store, other, sid, connect, meet } = f;
    const passes = await meet();
    const { lease } = await connect('b', { passHash: passes.b });
    const before = await picture(f);
    expect(await other.renew(sid, newRenewal('a', 'b', passes.a))).toBe('connected');
    expect(await picture(f)).toEqual(before);
    await store.disconnect(sid, lease);
    expect(await other.renew(sid, newRenewal('a', 'b', passes.a))).toBe('renewed');
  });

  test('[HT11] a lease that has run out is no connection', async () => {
    const { store, sid, connect, enter } = await setUp(make, { leaseMs: 80 });
    const pass = await enter('a');
    await connect('b');
    const renewal = newRenewal('a', 'b', pass);
    await vi.waitFor(async () => expect(await store.renew(sid, renewal)).toBe('renewed'));
  });

  test('[HT11] it takes a pass that holds, of whoever asks', async () => {
    const f = await setUp(make);
    const passes = await f.meet();
    const before = await picture(f);
    for (const passHash of [newHash(), passes.b]) {
      expect(await f.store.renew(f.sid, newRenewal('a', 'b', passHash))).toBe('pass_gone');
    }
    expect(await picture(f)).toEqual(before);
  });

  test('[HT11] a link that was replaced is told so and no more, in life and after it', async () => {
    const { store, other, sid, session, enter } = await setUp(make);
    const pass = await enter('a');
    const first = newRenewal('a', 'b', pass);
    const second = newRenewal('a', 'b', pass);
    await store.renew(sid, first);
    await store.renew(sid, second);
    const old = [session.participants.b.proofHash, first.proofHash];
    for (const state of ['live', 'ended']) {
      for (const node of [store, other]) {
        for (const hash of old) expect(await node.find(sid, hash)).toEqual({ state: 'replaced' });
        expect(await node.find(sid, second.proofHash)).toMatchObject({ state });
        expect(await node.find(sid, session.participants.a.proofHash)).toMatchObject({ state });
        expect(await node.find(sid, newHash())).toEqual({ state: 'unknown' });
      }
      await store.end(sid, 'a', null);
    }
    expect(await store.find(sid)).toMatchObject({
      ended: {
        proofHashes: { a: session.participants.a.proofHash, b: second.proofHash },
      },
    });
  });

  test('[HT11] a session that expired by itself still knows its replaced links', async () => {
    const { store, sid, session, enter } = await setUp(make, { options: { linkTtlMs: 300 } });
    const renewal = newRenewal('a', 'b', await enter('a'));
    expect(await store.renew(sid, renewal)).toBe('renewed');
    await vi.waitFor(async () =>
      expect(await store.find(sid)).toMatchObject({ state: 'ended', ended: { reason: 'link' } }),
    );
    const { proofHash } = session.participants.b;
    expect(await store.find(sid, proofHash)).toEqual({ state: 'replaced' });
    expect(await store.find(sid, renewal.proofHash)).toMatchObject({ state: 'ended' });
  });

  test('of very many replaced links the last are known', async () => {
    const { store, sid, session, enter } = await setUp(make);
    const pass = await enter('a');
    for (let i = 0; i < REPLACED_LINKS_KEPT; i++) {
      expect(await store.renew(sid, newRenewal('a', i % 2 ? 'a' : 'b', pass))).toBe('renewed');
    }
    const { b } = session.participants;
    expect(await store.find(sid, b.proofHash)).toEqual({ state: 'replaced' });
    await store.renew(sid, newRenewal('a', 'b', pass));
    expect(await store.find(sid, b.proofHash)).toEqual({ state: 'unknown' });
  });

  test('[HT11] the old code gives no pass, the new one does, and its tries begin anew', async () => {
    const { store, sid, session, enter } = await setUp(make);
    const pass = await enter('a');
    for (let i = 0; i < 5; i++) await store.takeTry(sid, 'b', callerAt('there'));
    await store.takeTry(sid, 'a', callerAt('there'));
    await store.announceTries(sid, 'b', 5);
    const renewal = newRenewal('a', 'b', pass);
    await store.renew(sid, renewal);
    const caller = callerAt('there');
    expect(await store.takeTry(sid, 'b', caller)).toEqual({
      ...{ taken: true, failures: 1, told: 0, triesLeft: 4, retryInMs: 0 },
    });
    expect(await store.peekTries(sid, 'a', caller)).toMatchObject({ triesLeft: 4 });
    const enterWith = (codeHash: string) =>
      store.enter(sid, 'b', { codeHash, passHash: newHash(), caller });
    expect(await enterWith(session.participants.b.codeHash)).toBe('changed');
    expect(await enterWith(renewal.codeHash)).toBe('entered');
  });

  describe('repeated', () => {
    test('[HT11] it appends and revokes nothing, and the last code is in force', async () => {
      const f = await setUp(make);
      const passes = await f.meet();
      const renewal = newRenewal('a', 'b', passes.a);
      await f.store.renew(f.sid, renewal);
      await f.store.takeTry(f.sid, 'b', callerAt('there'));
      const codeHash = 'the hash of another code';
      const again = { ...renewal, codeHash, sum: newSum() };
      expect(await f.other.renew(f.sid, again)).toBe('renewed');
      expect(await f.log()).toHaveLength(1);
      expect(await participantOf(f, 'b')).toMatchObject({ codeHash });
      expect(await f.store.peekTries(f.sid, 'b', callerAt('there'))).toMatchObject({
        triesLeft: 5,
      });
      await vi.waitFor(() => expect(f.frames('!')).toHaveLength(1));
    });

    test('[HT11] once somebody has come in with the code it stays', async () => {
      for (const slot of ['a', 'b'] as const) {
        const f = await setUp(make);
        const renewal = newRenewal('a', slot, await f.enter('a'));
        await f.store.renew(f.sid, renewal);
        const passHash = newHash();
        const { codeHash } = renewal;
        await f.store.enter(f.sid, slot, { codeHash, passHash, caller: callerAt('there') });
        const before = await picture(f);
        const again = { ...renewal, codeHash: 'the hash of another code' };
        expect(await f.store.renew(f.sid, again)).toBe('taken');
        expect(await picture(f)).toEqual(before);
      }
    });

    test('[HT11] after another renewal it is one too many', async () => {
      const f = await setUp(make);
      const pass = await f.enter('a');
      const renewal = newRenewal('a', 'b', pass);
      await f.store.renew(f.sid, renewal);
      await f.store.renew(f.sid, newRenewal('a', 'b', pass));
      const before = await picture(f);
      expect(await f.store.renew(f.sid, renewal)).toBe('taken');
      expect(await picture(f)).toEqual(before);
    });
  });

  test.each<[string, (f: Fixture, renewal: Renewal) => Promise<Partial<Renewal>>, RenewalResult]>([
    ['the cid of a message', async (f) => ({ cid: (await f.send('a')).cid }), 'taken'],
    ["the cid of the other's", async (f) => ({ cid: (await f.send('b')).cid }), 'taken'],
    [
      'the proof hash of the other link',
      async (f) => ({ proofHash: f.session.participants.a.proofHash }),
      'taken',
    ],
    [
      'the proof hash that is in force',
      async (f) => ({ proofHash: f.session.participants.b.proofHash }),
      'taken',
    ],
    [
      'the proof hash of a replaced link',
      async (f, { passHash }) => {
        await f.store.renew(f.sid, newRenewal('a', 'b', passHash));
        return { proofHash: f.session.participants.b.proofHash };
      },
      'taken',
    ],
    [
      'a position that the log does not hold',
      async () => ({ seen: { seq: 1, sum: newSum() } }),
      'diverged',
    ],
    ['a box that is too much', async () => ({ box: newBox(2000) }), 'full'],
  ])('%s is refused, and changes nothing', async (_what, change, result) => {
    const f = await setUp(make, { options: { maxSessionBytes: 1900 } });
    const renewal = newRenewal('a', otherSlot('a'), await f.enter('a'));
    const bad = { ...renewal, ...(await change(f, renewal)) };
    const before = await picture(f);
    expect(await f.store.renew(f.sid, bad)).toBe(result);
    expect(await picture(f)).toEqual(before);
  });

  test('[LG6] of a session that is full it is refused', async () => {
    const f = await setUp(make, { options: { maxEntries: 1 } });
    const pass = await f.enter('a');
    await f.send('a');
    expect(await f.store.renew(f.sid, newRenewal('a', 'b', pass))).toBe('full');
  });

  test('[LF2] it is activity once both have entered, and none before', async () => {
    const { store, sid, enter, expiresInMs, frames } = await setUp(make, {}, { idleMs: 5_000 });
    const pass = await enter('a');
    await store.renew(sid, newRenewal('a', 'b', pass));
    expect(await expiresInMs()).toBeGreaterThan(50_000);
    expect(frames('*').filter((frame) => JSON.stringify(frame).includes('expires'))).toEqual([]);
  });

  test('of many at once on two nodes one is in force, and every one stands in the log', async () => {
    const f = await setUp(make);
    const { store, other, sid } = f;
    const pass = await f.enter('a');
    const renewals = Array.from({ length: 12 }, () => newRenewal('a', 'b', pass));
    await Promise.all(renewals.map((one, i) => (i % 2 ? other : store).renew(sid, one)));
    const log = await f.log();
    expect(log.map(({ seq }) => seq)).toEqual(renewals.map((_, i) => i + 1));
    const last = renewals.find(({ cid }) => cid === log.at(-1)?.['cid']);
    const { proofHash, codeHash } = await participantOf(f, 'b');
    expect({ proofHash, codeHash }).toEqual({
      proofHash: last?.proofHash,
      codeHash: last?.codeHash,
    });
  });

  test('[HT11] what is gone is not renewed', async () => {
    const { store, sid, enter } = await setUp(make);
    const pass = await enter('a');
    await store.end(sid, 'a', null);
    expect(await store.renew(sid, newRenewal('a', 'b', pass))).toBe('gone');
    expect(await store.renew(random(8), newRenewal('a', 'b', pass))).toBe('gone');
  });
}
