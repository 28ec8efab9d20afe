import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parseConfig } from '../../server/config.ts';
import { Intake, type Sender } from '../../server/live/intake.ts';
import { TokenBucket } from '../../server/live/token-bucket.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import type { Store } from '../../server/store/store.ts';

const sid = 'AAAAAAAAAAA';
const someone = { proofHash: 'p', key: 'k', name: 'n', codeHash: 'c' };
const send = (boxBytes = 296) => ({
  type: 'send' as const,
  cid: randomBytes(16).toString('base64url'),
  box: randomBytes(boxBytes).toString('base64url'),
});

async function setUp(options: Partial<Sender> = {}) {
  const store = createMemoryStore(parseConfig({}));
  onTestFinished(() => store.close());
  await store.create({ sid, idleMs: 60_000, participants: { a: someone, b: someone } });
  const socket = { pause: vi.fn(), resume: vi.fn() };
  const stored: number[] = [];
  const faults: unknown[] = [];
  const intake = new Intake({
    socket,
    store,
    sid,
    slot: 'a',
    sendBucket: null,
    seen: () => null,
    answer: () => {},
    onStored: (seq) => stored.push(seq),
    onPush: () => {},
    onGone: () => {},
    onFault: (error) => faults.push(error),
    close: () => {},
    now: performance.now.bind(performance),
    ...options,
  });
  onTestFinished(() => intake.stop());
  return { intake, socket, stored, faults, store };
}

/** The store, whose appends wait until they are let through. */
function held(store: Store) {
  const gates: (() => void)[] = [];
  const append: Store['append'] = async (...args) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return store.append(...args);
  };
  return { store: { ...store, append }, gates };
}

it.each([
  { what: 'many sends', boxBytes: 296, taken: 33 },
  { what: 'a few of the largest', boxBytes: 16 * 1024 + 40, taken: 3 },
])('[CL6] reads nothing more while $what wait for a slow store', async ({ boxBytes, taken }) => {
  const real = createMemoryStore(parseConfig({}));
  onTestFinished(() => real.close());
  await real.create({ sid, idleMs: 60_000, participants: { a: someone, b: someone } });
  const slow = held(real);
  const { intake, socket, stored } = await setUp({ store: slow.store });
  for (let i = 0; i < taken; i++) intake.take(send(boxBytes));
  expect(intake.isPaused).toBe(false);
  intake.take(send(boxBytes));
  expect(intake.isPaused).toBe(true);
  expect(socket.pause).toHaveBeenCalled();
  while (stored.length <= taken) {
    slow.gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(intake.isPaused).toBe(false));
  expect(socket.resume).toHaveBeenCalled();
});

it('[CL6] reads nothing more while sends are paced, and says that the silence is its own', async () => {
  const bucket = new TokenBucket(1, 5, performance.now.bind(performance));
  const { intake, stored } = await setUp({ sendBucket: bucket });
  for (let i = 0; i < 3; i++) intake.take(send());
  await vi.waitFor(() => expect(intake.isPaused).toBe(true));
  await vi.waitFor(() => expect(stored).toEqual([1, 2, 3]));
  expect(intake.isPaused).toBe(false);
});

it('[LG2] answers a repeat with the entry, which is then known to stand in the log', async () => {
  const answers: string[] = [];
  const { intake, stored } = await setUp({ answer: (frame) => void answers.push(frame) });
  const [first, second] = [send(), send()];
  for (const frame of [first, second, first, second]) intake.take(frame);
  await vi.waitFor(() => expect(stored).toEqual([1, 2, 1, 2]));
  const cids = answers.map((frame) => (JSON.parse(frame) as { cid: string }).cid);
  expect(cids).toEqual([first.cid, second.cid]);
});

it('a fault that nobody expected is told, not swallowed', async () => {
  const broken = new TypeError('a bug');
  const real = createMemoryStore(parseConfig({}));
  onTestFinished(() => real.close());
  const store: Store = { ...real, append: () => Promise.reject(broken) };
  const { intake, faults } = await setUp({ store });
  intake.take(send());
  await vi.waitFor(() => expect(faults).toEqual([broken]));
});

it('a stop wakes a paced send, stores nothing more and lets the close be read', async () => {
  const bucket = new TokenBucket(1, 0.001, performance.now.bind(performance));
  const { intake, socket, stored } = await setUp({ sendBucket: bucket });
  intake.take(send());
  intake.take(send());
  await vi.waitFor(() => expect(intake.isPaused).toBe(true));
  await intake.stop();
  expect(stored.length).toBeLessThanOrEqual(1);
  expect(socket.resume).toHaveBeenCalled();
});

it('[LF4] asks for the end once, however often it is told to while the store is slow', async () => {
  const end = vi.fn<Store['end']>(() => new Promise(() => {}));
  const store = createMemoryStore(parseConfig({}));
  onTestFinished(() => store.close());
  const { intake } = await setUp({ store: { ...store, end } });
  const box = randomBytes(16_000).toString('base64url');
  for (let i = 0; i < 40; i++) intake.take({ type: 'end', box });
  expect(end).toHaveBeenCalledTimes(1);
});
