/** F7: the connections by which nodes hear of new messages are killed, again and again. */
import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { delaysTo } from './world/delays.ts';
import { meet } from './world/pair.ts';
import { createTalk } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld } from './world/world.ts';

const CHATS = 5;
const MESSAGES_PER_SECOND = 50;
/** In the middle. */
const KILL_EVERY_MS = 2_000;

export const subscriptionsCut: Fault = {
  id: 'F7',
  title: 'subscriber connections killed every 2 s',
  short: 5,
  long: 150,
  limits: { 'longest delay ms': 6_000 },

  async run(course) {
    const world = course.use(await startWorld());
    const admin = new Redis(world.redis.url);
    course.use({ close: () => admin.disconnect() });
    const pairs = await Promise.all(Array.from({ length: CHATS }, () => meet(world.base)));
    for (const pair of pairs) course.use(pair);
    const devices = pairs.flatMap((pair) => pair.devices);
    const talk = course.use(createTalk(devices, MESSAGES_PER_SECOND));
    for (let iteration = 0; iteration < course.iterations; iteration++) {
      await pass(course.random(iteration).between(0.75 * KILL_EVERY_MS, 1.25 * KILL_EVERY_MS));
      const killed = Number(await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'));
      if (killed === 0) throw new Error('nobody was subscribed two seconds after the last kill');
      course.measure('subscribers killed', killed);
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
  },
};
