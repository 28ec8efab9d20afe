/** F16: Redis takes nothing more (maxmemory, noeviction), and later it does again. */
import { drawSession } from '../../server/protocol/envelope/new-session.ts';
import { proofOf } from '../../web/core/entering.ts';
import { createSessionApi } from '../../web/core/session-api.ts';
import type { Course, Fault } from './fault.ts';
import { createBrowser } from './world/browser.ts';
import { over } from './world/over.ts';
import { createPair, meet, partsOf, screenOf, type Pair } from './world/pair.ts';
import type { Random } from './world/random.ts';
import { openStoreView, type StoreView } from './world/store-view.ts';
import { sayAtOnce } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld, type World } from './world/world.ts';

export const redisFull: Fault = {
  id: 'F16',
  title: 'Redis full',
  short: 1,
  long: 10,

  async run(course) {
    const redisArgs = ['--maxmemory-policy', 'noeviction'];
    const world = course.use(await startWorld({ redisArgs }));
    const store = course.use(openStoreView(world.redis.url));
    for (let done = 0; done < course.iterations;) {
      await fillOnce(world, { course, store, random: course.random(done) });
      course.progress(++done);
    }
    course.expectNoFaults(world);
  },
};

interface Parts {
  course: Course;
  store: StoreView;
  random: Random;
}

async function fillOnce(world: World, { course, store, random }: Parts): Promise<void> {
  const pair = await meet(world.base);
  const { ann, bob } = pair;
  const doomed = await meet(world.base);
  const waiting = await createPair(world.base);
  const old = sayAtOnce(pair.devices, random.between(1, 20));
  await until('all is stored', () => pair.devices.every((one) => one.isQuiet()));
  await until('both have all', () =>
    pair.devices.every(({ chat }) => screenOf(chat).length === old.length),
  );

  await store.fill(true);
  const refused = sayAtOnce(pair.devices, random.between(1, 5));
  await expectRefused(pair, refused.length);
  await expectNoEntrance(world, waiting);
  if (random() < 0.5) await restartOne(world, random);
  await expectReadable(pair, old);

  random.oneOf(doomed.devices).chat.end();
  const ended = await over(doomed);
  const keys = await store.keysOf(doomed.sid);
  if (keys.join() !== ':ended') throw new Error(`keys left after the end: ${keys.join(' ')}`);

  await store.fill(false);
  const isStored = (cid: string) => [ann, bob].every(({ chat }) => screenOf(chat).includes(cid));
  const tookMs = await until('what was refused is stored', () => refused.every(isStored));
  course.measure('refused messages', refused.length);
  course.measure('stored again after ms', tookMs);
  await waiting.enter('a');
  // Both lived in this world at the same time.
  course.judge(ended, await pair.settle());
  pair.close();
}

/** The senders are told, and nothing is given up. */
async function expectRefused({ recorder, devices }: Pair, count: number): Promise<void> {
  const nacks = () =>
    recorder.events.filter(
      (event) => event.type === 'nacked' && event.error === 'store_unavailable',
    );
  await until('both are told', () => {
    const told = new Set(nacks().map(({ device }) => device));
    return devices.every(({ name }) => told.has(name));
  });
  const sending = devices.flatMap(({ chat }) =>
    chat.items.value.filter((item) => item.type === 'message' && item.state === 'sending'),
  );
  if (sending.length !== count) throw new Error(`${sending.length} of ${count} are kept`);
}

/** Nothing new: no chat, and nobody who was not in. */
async function expectNoEntrance({ base }: World, waiting: Pair): Promise<void> {
  const { environment } = createBrowser(base).load();
  const api = createSessionApi({ environment, base });
  const { sid, participants } = drawSession({ a: 'Ann', b: 'Bob' });
  const sealed: Parameters<typeof api.create>[0]['sealed'] = [
    participants.a.sealed,
    participants.b.sealed,
  ];
  const created = await api.create({ id: sid, sealed });
  if (created.result !== 'retry' || created.code !== 'store_unavailable') {
    throw new Error(`creating: ${JSON.stringify(created)}`);
  }
  const entered = await api.enter(waiting.sid, proofOf(partsOf(waiting.links.a)), waiting.codes.a);
  if (entered.result !== 'retry' || entered.code !== 'store_unavailable') {
    throw new Error(`entering: ${JSON.stringify(entered)}`);
  }
}

async function restartOne({ nodes }: World, random: Random): Promise<void> {
  const node = random.oneOf(nodes);
  await node.kill();
  await node.start();
}

/** A new page of each shows all that was said. */
async function expectReadable(pair: Pair, old: readonly string[]): Promise<void> {
  for (const { slot, browser } of pair.devices.slice(0, 2)) {
    const page = await pair.open(slot, browser);
    await until('the log is shown', () => page.chat.loaded.value);
    const shown = new Set(screenOf(page.chat));
    const missing = old.filter((cid) => !shown.has(cid));
    if (missing.length > 0) throw new Error(`${missing.length} old messages cannot be read`);
    page.close();
  }
}
