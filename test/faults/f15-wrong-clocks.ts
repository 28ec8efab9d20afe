/** F15: people's clocks are off by years, those of the nodes by minutes, and jump meanwhile. */
import type { Course, Fault } from './fault.ts';
import type { History } from './history.ts';
import { MOVABLE_CLOCK } from '../support/server-process.ts';
import { deliveryOf } from '../../web/core/chat-view.ts';
import { eachSideBySide } from './world/lanes.ts';
import { meet, messagesOf, type Device, type Pair } from './world/pair.ts';
import type { Random } from './world/random.ts';
import { openStoreView, type StoreView } from './world/store-view.ts';
import { until } from './world/until.ts';
import { startWorld, type World } from './world/world.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
/** Years and minutes are far above this; no machine is that slow. */
const FAR_OFF_MS = 30_000;

export const wrongClocks: Fault = {
  id: 'F15',
  title: 'client clock off by years, node by minutes',
  short: 5,
  long: 50,
  limits: { 'countdown off by ms': 999 },

  async run(course) {
    const world = course.use(await startWorld({ envOf: () => MOVABLE_CLOCK }));
    const store = course.use(openStoreView(world.redis.url));
    await eachSideBySide(course, 5, (random) => meetOutOfTime(world, { course, store, random }));
    course.expectNoFaults(world);
  },
};

interface Parts {
  course: Course;
  store: StoreView;
  random: Random;
}

async function meetOutOfTime(world: World, { course, store, random }: Parts): Promise<History> {
  const jump = async () => {
    const node = random.oneOf(world.nodes);
    for (let minutes = random.between(1, 5); minutes > 0; minutes--) {
      await node.server.aMinuteLater();
    }
  };
  const someTime = () => ({ clockAheadMs: Math.round((random() - 0.5) * 40 * YEAR_MS) });
  const pair = await meet(world.base, { a: someTime(), b: someTime(), idle: '10m' });
  await checkCountdown(pair, course, store);
  for (let turns = random.between(3, 10); turns > 0; turns--) {
    if (random() < 0.3) await jump();
    await sayAndRead(random.oneOf([pair.ann, pair.bob]), pair);
  }
  await jump();
  await checkCountdown(pair, course, store);

  // Passes were made by one clock and are looked at by others.
  const again = await Promise.all(
    pair.devices.map(({ slot, browser }) => pair.open(slot, browser)),
  );
  await until('both are in again', () => again.every((one) => one.isQuiet()));
  await checkCountdown(pair, course, store);
  const history = await pair.settle();
  for (const device of pair.devices.filter(({ slot }) => slot === 'a')) device.close();
  await until('Bob sees that Ann has left', () => pair.bob.chat.peer.value.state === 'offline');
  pair.close();
  return history;
}

/** A message is stored, shown in its place, delivered and read. */
async function sayAndRead(author: Device, { ann, bob }: Pair & { ann: Device; bob: Device }) {
  const reader = author === ann ? bob : ann;
  const cid = author.say('what time is it?');
  const shown = (device: Device) => messagesOf(device.chat).at(-1);
  await until('it is the last on both screens', () =>
    [author, reader].every((device) => shown(device)?.cid === cid && shown(device)?.seq !== null),
  );
  const delivery = () => deliveryOf(shown(author)!, author.chat.receipts.value[reader.slot]); // it is shown
  await until('it is delivered', () => delivery() === 'delivered');
  reader.chat.markRead(shown(reader)?.seq ?? 0);
  await until('it is read', () => delivery() === 'read');
  const online = [ann, bob].every(({ chat }) => chat.peer.value.state === 'online');
  if (!online) throw new Error('who is there is not shown as online');
}

/** Every device counts down to the moment at which the store lets go. */
async function checkCountdown({ sid, devices }: Pair, course: Course, store: StoreView) {
  const before = performance.now();
  const ttlMs = await store.ttlMs(sid);
  const after = performance.now();
  for (const { name, chat } of devices) {
    const deadline = chat.expiry.value?.deadline ?? 0;
    const [early, late] = [before + ttlMs - deadline, deadline - (after + ttlMs)];
    const offMs = Math.max(0, early, late);
    course.measure('countdown off by ms', offMs);
    if (offMs > FAR_OFF_MS) throw new Error(`the countdown of ${name} is off by ${offMs} ms`);
  }
}
