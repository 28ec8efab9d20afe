/** F7: the connections by which nodes hear of new messages are killed, again and again, over every kind of Redis. */
import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import type { Course, Fault } from './fault.ts';
import { delaysTo } from './world/delays.ts';
import { meet } from './world/pair.ts';
import { createTalk } from './world/talk.ts';
import { until } from './world/until.ts';
import { startReplicated, type StoreKind } from './world/stores.ts';
import { startWorld, type World } from './world/world.ts';

const CHATS = 5;
const MESSAGES_PER_SECOND = 50;
/** In the middle. */
const KILL_EVERY_MS = 2_000;

const ABOUT = { long: 150, limits: { 'longest delay ms': 6_000 } };

export const subscriptionsCut: Fault = {
  ...ABOUT,
  id: 'F7',
  title: 'subscriber connections killed every 2 s',
  short: 5,
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
  const pairs = await Promise.all(Array.from({ length: CHATS }, () => meet(world.base)));
  for (const pair of pairs) course.use(pair);
  const devices = pairs.flatMap((pair) => pair.devices);
  const talk = course.use(createTalk(devices, MESSAGES_PER_SECOND));
  for (let iteration = 0; iteration < course.iterations; iteration++) {
    await pass(course.random(iteration).between(0.75 * KILL_EVERY_MS, 1.25 * KILL_EVERY_MS));
    const killed = await Promise.all(
      admins.map((admin) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub').then(Number)),
    );
    const count = killed.reduce((one, two) => one + two);
    if (count === 0) throw new Error('nobody was subscribed two seconds after the last kill');
    course.measure('subscribers killed', count);
    course.progress(iteration + 1);
  }
  talk.stop();
  await until('all is quiet', () => devices.every((device) => device.isQuiet()));
  const histories = await Promise.all(pairs.map((pair) => pair.settle()));
  const delays = pairs.flatMap(({ recorder, ann, bob }) => [
    ...delaysTo(ann.name, recorder),
    ...delaysTo(bob.name, recorder),
  ]);
  course.measure('messages', delays.length);
  course.measure('longest delay ms', Math.max(...delays));
  for (const history of histories) course.judge(history);
  course.expectNoFaults(world);
}
