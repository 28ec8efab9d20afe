import { randomBytes } from 'node:crypto';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { setUpFiles } from './contract-files.ts';
import { OPTIONS, callerAt, newBox, newCid, newSession, newSum, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';
import { describeStore } from './store-contract.ts';

const makeWith =
  (memoryLimitBytes: number, now = Date.now): MakeNodes =>
  async ({ options, ...more }) => {
    const store = createMemoryStore({ ...OPTIONS, ...options, memoryLimitBytes }, { now, ...more });
    return { store, other: store };
  };

describeStore('the store in memory', makeWith(64 * 1024 * 1024));

describe('memory of the store in memory', () => {
  test('is bounded: past the limit no session is made and nothing said, but it can be taken back', async () => {
    const { store, send, append, unsend } = await setUp(makeWith(64 * 1024));
    const { cid } = await send('a', { box: newBox(16_000) });
    await send('a', { box: newBox(16_000) });
    expect(await append('a', { box: newBox(16_000) })).toMatchObject({ result: 'full' });
    while ((await store.create(newSession())) === 'created');
    expect(await store.create(newSession())).toBe('full');
    while ((await append('a')).result === 'stored');
    expect(await append('a')).toMatchObject({ result: 'full' });
    expect(await unsend('a', [cid])).toMatchObject({ result: 'stored' });
    expect(await append('a')).toMatchObject({ result: 'stored' });
  });

  test('is not filled by new sessions alone: those there are go on', async () => {
    const { store, append } = await setUp(makeWith(256 * 1024));
    let made = 1;
    while ((await store.create(newSession())) === 'created') made += 1;
    expect(made).toBeGreaterThan(30);
    for (let i = 0; i < 20; i++) expect(await append('a')).toMatchObject({ result: 'stored' });
  });

  test('is not filled with endpoints either: a quarter is left to what is said', async () => {
    const { store, sid, enter, append } = await setUp(makeWith(24 * 1024));
    const passHash = await enter('a');
    const put = (i: number) =>
      store.putEndpoint(sid, { slot: 'a', passHash, endpoint: `https://push.example/${i}` });
    let kept = 0;
    while ((await put(kept)) === 'kept') kept += 1;
    expect(kept).toBe(5);
    expect(await put(kept)).toBe('no_room');
    expect(await append('a')).toMatchObject({ result: 'stored' });
  });

  test('is left to messages, a quarter of it, when files have the rest', async () => {
    const { put, append } = await setUpFiles(makeWith(1024 * 1024));
    const cids: string[] = [];
    for (let kept = 'stored'; kept === 'stored';) {
      const cid = newCid();
      kept = await put('a', cid, randomBytes(100_000));
      if (kept === 'stored') cids.push(cid);
      else expect(kept).toBe('no_room');
    }
    expect(cids).toHaveLength(7);
    let said = 0;
    while ((await append('a', { box: newBox(12_000) })).result === 'stored') said++;
    expect(said * 16_000).toBeGreaterThan(250_000);
  });

  test('is given back when sessions expire and are forgotten, without anyone asking', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const store = createMemoryStore({
      ...{ ...OPTIONS, linkTtlMs: 10_000, endedNoticeTtlMs: 5_000 },
      memoryLimitBytes: 12_000,
    });
    for (let round = 0; round < 20; round++) {
      const session = newSession();
      expect(await store.create(session)).toBe('created');
      expect(await store.create(newSession())).toBe('full');
      const entry = { slot: 'a', cid: 'c', box: newBox(2_000), sum: newSum(), seen: null } as const;
      expect(await store.append(session.sid, entry)).toMatchObject({ result: 'stored' });
      await store.takeTry(session.sid, 'a', callerAt('here'));
      await vi.advanceTimersByTimeAsync(21_000);
    }
    await store.close();
  });

  test('turns the clock it is given', async () => {
    const clock = { now: 1_000_000 };
    const make = makeWith(1024 * 1024, () => clock.now);
    const { store, sid } = await setUp(make, { options: { linkTtlMs: 500 } });
    clock.now += 499;
    expect(await store.find(sid)).toMatchObject({ state: 'live', session: { expiresInMs: 1 } });
    clock.now += 1;
    expect(await store.find(sid)).toMatchObject({ state: 'ended', ended: { reason: 'link' } });
  });
});
