/** F2: SIGTERM, node after node, as a deploy does, while ten chats talk. */
import type { Fault } from './fault.ts';
import { meetAcross } from './world/across.ts';
import { returnsSince, type Return } from './world/delays.ts';
import { settleAll } from './world/settle.ts';
import { createTalk, sayAtOnce, unechoed } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld } from './world/world.ts';

const CHATS = 10;
const MESSAGES_PER_SECOND = 20;
/** Each node once, and then new chats: who was cut off again within 5 s waits longer each time. */
const STOPS_A_CHAT = 2;
const RESTART = 1012;
/** Of many who wait at random up to half a second, some wait this much longer than others. */
const JITTER = { ofMany: 8, leastMs: 50 };

export const nodeStopped: Fault = {
  id: 'F2',
  title: 'SIGTERM, node after node',
  short: 3,
  waits: true,
  long: 50,
  limits: { 'stopped after ms': 10_000, 'back after ms': 5_000 },

  async run(course) {
    const world = course.use(await startWorld());
    for (let done = 0; done < course.iterations;) {
      const pairs = await meetAcross(world, CHATS);
      for (const pair of pairs) course.use(pair);
      const devices = pairs.flatMap((pair) => pair.devices);
      const talk = course.use(createTalk(devices, MESSAGES_PER_SECOND));
      for (let stop = 0; stop < STOPS_A_CHAT && done < course.iterations; stop++) {
        const random = course.random(done);
        const node = world.nodes[(done + course.seed) % world.nodes.length]!; // there are two
        const marks = pairs.map(({ recorder }) => recorder.events.length);
        const returns = () => pairs.flatMap((pair, i) => returnsSince(marks[i]!, pair.recorder));
        sayAtOnce(devices, random.between(1, 5));
        course.measure('in flight', unechoed(devices));
        const { code, tookMs } = await node.stop();
        if (code !== 0) throw new Error(`a node that was asked to stop ended with ${code}`);
        course.measure('stopped after ms', tookMs);
        await until('everyone is back', () => devices.every((device) => device.isQuiet()));
        for (const backMs of expectRestarts(returns())) course.measure('back after ms', backMs);
        await node.start();
        course.progress(++done);
      }
      talk.stop();
      course.judge(...(await settleAll(pairs)));
      for (const pair of pairs) pair.close();
    }
    course.expectNoFaults(world);
  },
};

/**
 * Nobody who was connected hears anything but "come back", and they do not come all at once.
 * Returns how long each was away, in ms.
 */
function expectRestarts(returns: readonly Return[]): number[] {
  if (returns.length === 0) throw new Error('nobody was connected to the node that stopped');
  const others = returns.filter(({ code }) => code !== RESTART).map(({ code }) => code);
  if (others.length > 0) throw new Error(`closed with ${others.join()} instead of ${RESTART}`);
  const times = returns.flatMap(({ tookMs }) => tookMs ?? []);
  const spreadMs = Math.max(...times) - Math.min(...times);
  if (times.length >= JITTER.ofMany && spreadMs < JITTER.leastMs) {
    throw new Error(`${times.length} came back within ${Math.round(spreadMs)} ms of each other`);
  }
  return times;
}
