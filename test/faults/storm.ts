/** A thousand connections dropped at once: all are back soon, with everything. */
import { setTimeout as pass } from 'node:timers/promises';
import type { Fault } from './fault.ts';
import { back, lost, meet } from './world/pair.ts';
import { until } from './world/until.ts';
import { startWorld } from './world/world.ts';

const PAIRS = 500;
/** Who is cut off sooner after coming back waits longer the next time. */
const STEADY_MS = 5_500;
/** What is under way at once while the chats are made and looked at. */
const BATCH = 25;

export const storm: Fault = {
  id: 'storm',
  title: '1,000 connections dropped at once',
  short: 0,
  long: 3,
  limits: { 'all back after ms': 10_000 },

  async run(course) {
    const world = course.use(await startWorld());
    const pairs = await inBatches(Array.from({ length: PAIRS }), () => meet(world.base));
    const devices = pairs.flatMap((pair) => pair.devices);
    for (let done = 0; done < course.iterations;) {
      await pass(STEADY_MS);
      devices.forEach((device) => device.say('before'));
      const noticing = devices.map(lost);
      const droppedAt = performance.now();
      world.front.cut();
      await Promise.all(
        devices.map(async (device, i) => {
          await noticing[i];
          device.say('meanwhile');
          await back(device);
          course.measure('back after ms', performance.now() - droppedAt);
        }),
      );
      course.measure('all back after ms', performance.now() - droppedAt);
      await until('all is sent', () => devices.every((device) => device.isQuiet()));
      course.progress(++done);
    }
    course.judge(...(await inBatches(pairs, (pair) => pair.settle())));
    for (const pair of pairs) pair.close();
    course.expectNoFaults(world);
  },
};

/** So many at a time, in order. */
async function inBatches<T, R>(list: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < list.length; i += BATCH) {
    results.push(...(await Promise.all(list.slice(i, i + BATCH).map(act))));
  }
  return results;
}
