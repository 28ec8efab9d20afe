/** F7: the connections by which nodes hear of new messages are killed, again and again, over every kind of Redis. */
import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import type { Course, Fault } from './fault.ts';
import { delaysTo } from './world/delays.ts';
import { meet } from './world/pair.ts';
import { settleAll } from './world/settle.ts';
import { createTalk, sayAtOnce } from './world/talk.ts';
import { startReplicated, type StoreKind } from './world/stores.ts';
import { startWorld, type World } from './world/world.ts';

/** Where the next message shows that one was missed. */
const TALKING = 2;
const MESSAGES_PER_SECOND = 20;
/** In each somebody says something at every fifth kill, just then, and nothing for ten seconds. */
const SILENT = 5;
/** In the middle. */
const KILL_EVERY_MS = 2_000;

const ABOUT = { long: 150, limits: { 'longest delay ms': 6_000 } };

export const subscriptionsCut: Fault = {
  ...ABOUT,
  id: 'F7',
  title: 'subscriber connections killed every 2 s',
  short: 5,
  waits: true,
  async run(course) {
    const world = course.use(await startWorld());
    const admin = new Redis(world.redis.url);
    course.use({ close: () => admin.disconnect() });
    await cutSubscriptions(course, world, [admin]);
  },
};

export const subscriptionsCutOnCluster = cutOver('F7c', 'cluster');
export const subscriptionsCutOnSentinels = cutOver('F7s', 'sentinels');

function cutOver(id: string, kind: StoreKind): Fault {
  return {
    ...ABOUT,
    id,
    title: `subscriber connections killed every 2 s, ${kind}`,
    short: 0,
    async run(course) {
      const { env, admins } = course.use(await startReplicated(kind));
      await cutSubscriptions(course, course.use(await startWorld({ storeEnv: env })), admins);
    },
  };
}

async function cutSubscriptions(
  course: Course,
  world: World,
  admins: readonly Redis[],
): Promise<void> {
  const pairs = await Promise.all(Array.from({ length: TALKING + SILENT }, () => meet(world.base)));
  for (const pair of pairs) course.use(pair);
  const devices = pairs.flatMap((pair) => pair.devices);
  const talk = course.use(createTalk(devices.slice(0, 2 * TALKING), MESSAGES_PER_SECOND));
  for (let iteration = 0; iteration < course.iterations; iteration++) {
    const random = course.random(iteration);
    await pass(random.between(0.75 * KILL_EVERY_MS, 1.25 * KILL_EVERY_MS));
    const killing = Promise.all(
      admins.map((admin) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub').then(Number)),
    );
    // Takes longer to be published than the kill takes: nobody hears of it. One of the two, for
    // who writes also looks for what is missing.
    const silent = pairs[TALKING + (iteration % SILENT)]!; // there is one
    sayAtOnce([random.oneOf(silent.devices)]);
    const killed = await killing;
    const count = killed.reduce((one, two) => one + two);
    if (count === 0) throw new Error('nobody was subscribed two seconds after the last kill');
    course.measure('subscribers killed', count);
    course.progress(iteration + 1);
  }
  talk.stop();
  const histories = await settleAll(pairs);
  const delays = pairs.flatMap(({ recorder, ann, bob }) => [
    ...delaysTo(ann.name, recorder),
    ...delaysTo(bob.name, recorder),
  ]);
  course.measure('messages', delays.length);
  if (delays.length === 0) throw new Error('nothing was said');
  course.measure('longest delay ms', Math.max(...delays));
  course.judge(...histories);
  course.expectNoFaults(world);
}
