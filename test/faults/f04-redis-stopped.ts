/** F4: Redis hangs (SIGSTOP) for 1 to 15 s while chats talk, and goes on. */
import { setTimeout as pass } from 'node:timers/promises';
import type { Course, Fault } from './fault.ts';
import { nackDelays } from './world/delays.ts';
import { sideBySide } from './world/lanes.ts';
import { meet, type Pair } from './world/pair.ts';
import { settleAll } from './world/settle.ts';
import { createTalk, sayAtOnce, unechoed } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld, type World } from './world/world.ts';

const LANES = 3;
const CHATS = 2;
const MESSAGES_PER_SECOND = 10;
/** A command is given up after 1.5 s: a Redis that hangs longer must be told of. */
const SURELY_NOTICED_MS = 3_000;

export const redisStopped: Fault = {
  id: 'F4',
  title: 'SIGSTOP Redis, 1 to 15 s',
  short: 2,
  waits: true,
  long: 30,
  limits: { 'nack after ms': 2_000, 'back after ms': 5_000 },

  run: (course) =>
    sideBySide(course, Math.min(LANES, course.iterations), async (iterations) => {
      const world = course.use(await startWorld());
      const pairs = await Promise.all(Array.from({ length: CHATS }, () => meet(world.base)));
      for (const pair of pairs) course.use(pair);
      for (const iteration of iterations) {
        await stopAndContinue(course, world, { iteration, pairs });
      }
      course.judge(...(await settleAll(pairs)));
      course.expectNoFaults(world);
    }),
};

interface Stop {
  iteration: number;
  pairs: readonly Pair[];
}

async function stopAndContinue(course: Course, world: World, stop: Stop): Promise<void> {
  const { pairs } = stop;
  const stoppedMs = course.random(stop.iteration).between(1_000, 15_000);
  const devices = pairs.flatMap((pair) => pair.devices);
  // What is on its way when Redis stops may be echoed: only what is written later may not.
  sayAtOnce(devices, 3);
  world.redis.freeze();
  const marks = pairs.map(({ recorder }) => recorder.events.length);
  sayAtOnce(devices);
  const talk = course.use(createTalk(devices, MESSAGES_PER_SECOND));
  await pass(stoppedMs);
  pairs.forEach((pair, i) => expectNoEcho(pair, marks[i] ?? 0));
  course.measure('in flight', unechoed(devices));
  talk.stop();
  world.redis.thaw();
  const backMs = await until('everything is stored', () => devices.every((one) => one.isQuiet()));
  course.measure('back after ms', backMs);
  const delays = pairs.flatMap(({ recorder }, i) => nackDelays(recorder, marks[i]));
  if (stoppedMs > SURELY_NOTICED_MS && delays.length === 0) throw new Error('nobody was refused');
  for (const delay of delays) course.measure('nack after ms', delay);
}

function expectNoEcho({ recorder }: Pair, from: number): void {
  const said = new Set<string>();
  for (const event of recorder.events.slice(from)) {
    if (event.type === 'said') said.add(event.cid);
    if (event.type === 'got' && said.has(event.entry.cid)) {
      throw new Error(`cid ${event.entry.cid} was echoed by a Redis that had stopped`);
    }
  }
}
