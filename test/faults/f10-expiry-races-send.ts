/** F10: both write around the deadline. What is echoed has moved it; all else is gone. */
import type { Course, Fault } from './fault.ts';
import { outcomesOf, over } from './world/over.ts';
import type { Browser } from './world/browser.ts';
import { createPair, type Device, type Pair } from './world/pair.ts';
import { race } from './world/race.ts';
import type { Random } from './world/random.ts';
import { eachSideBySide } from './world/lanes.ts';
import { openStoreView, type StoreView } from './world/store-view.ts';
import { until } from './world/until.ts';
import { startWorld } from './world/world.ts';

const IDLE_MS = 4_000;
const LONGEST_IDLE_MS = 30_000;
/**
 * Around the deadline as a device knows it, which is late by the time the word took. How closely
 * is drawn too: on a busy machine what is aimed closely comes late.
 */
const EARLIEST_MS = [10, 25, 60, 150];
const LATEST_MS = 10;
/** Redis goes by the time of day, this test does not. */
const CLOCKS_DIFFER_MS = 100;

export const expiryRacesSend: Fault = {
  id: 'F10',
  title: 'expiry races send',
  short: 20,
  long: 300,

  async run(course) {
    const world = course.use(await startWorld());
    const store = course.use(openStoreView(world.redis.url));
    await eachSideBySide(course, 20, (random) => expireOne(world.base, course, random, store));
    course.expectNoFaults(world);
  },
};

async function expireOne(base: string, course: Course, random: Random, store: StoreView) {
  const { pair, ann, bob, idleMs } = await meetBriefly(base);
  const devices = [ann, bob];
  const deadline = deadlineOf(random.oneOf(devices));
  const earliestMs = random.oneOf(EARLIEST_MS);
  const saidAt = new Map<string, number>();
  const moves = Array.from({ length: random.between(1, 3) }, () => {
    const device = random.oneOf(devices);
    const at = deadline - earliestMs + random() * (earliestMs + LATEST_MS);
    return { at, act: () => sayAt(device, saidAt) };
  });
  await race(moves);
  const ended = () => devices.every(({ chat }) => chat.ended.value !== null);
  await until('the end is told', ended);
  const endedAt = performance.now();

  const history = await over(pair);
  const { echoed, gone, got } = outcomesOf(history);
  for (const cid of gone) if (echoed.has(cid)) throw new Error(`${cid} was echoed and is gone`);
  for (const { name, chat } of devices) {
    const missing = [...echoed].filter((cid) => !got.get(name)?.has(cid));
    if (missing.length > 0) throw new Error(`${name} was not given ${missing.join()}`);
    if (chat.ended.value?.reason !== 'silence') throw new Error(`${name} was told of another end`);
  }
  // Those that follow within a second do not move it again.
  const firstAt = Math.min(...[...echoed].map((cid) => saidAt.get(cid) ?? 0));
  const due = echoed.size > 0 ? firstAt + idleMs : deadline;
  if (echoed.size > 0 && endedAt < due - CLOCKS_DIFFER_MS) {
    throw new Error(`over ${due - endedAt} ms before the deadline that an echo had moved`);
  }
  course.measure('told after ms', endedAt - due);
  course.measure('chats kept by an echo in %', echoed.size > 0 ? 100 : 0);
  course.measure('nacks gone', gone.size);
  const keys = await store.keysOf(pair.sid);
  if (keys.join() !== ':ended') throw new Error(`keys left after the end: ${keys.join(' ')}`);
  return history;
}

/** Both are live before the silence is over, however slow the machine is. */
async function meetBriefly(base: string) {
  for (let idleMs = IDLE_MS; ; idleMs *= 3) {
    const pair = await createPair(base, `${idleMs / 1_000}s`);
    // Silence counts from the moment both have entered.
    const ann = await pair.open('a', await pair.enter('a'));
    const bob = await pair.enter('b').then((browser) => openInTime(pair, browser, idleMs));
    if (bob) return { pair, ann, bob, idleMs };
    pair.close();
  }
}

/** Null if the chat was over before everything was there. */
async function openInTime(pair: Pair, browser: Browser, idleMs: number): Promise<Device | null> {
  try {
    const bob = await pair.open('b', browser, idleMs);
    const isReady = () =>
      pair.devices.every((one) => one.isQuiet() && one.chat.expiry.value !== null);
    await until('both are live', isReady, idleMs);
    return bob;
  } catch (error) {
    if (idleMs > LONGEST_IDLE_MS) throw error;
    return null;
  }
}

function deadlineOf({ chat }: Device): number {
  const { expiry } = chat;
  if (!expiry.value) throw new Error('no deadline is known');
  return expiry.value.deadline;
}

function sayAt(device: Device, saidAt: Map<string, number>): void {
  const now = performance.now();
  const cid = device.say(`in the last moment, from ${device.name}`);
  if (cid !== null) saidAt.set(cid, now);
}
