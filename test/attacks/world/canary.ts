/**
 * A chat that goes on beside an attack, across both nodes: it writes, and in the end says how long
 * its echoes took and whether all of it is as it should be.
 */
import type { Course } from '../../faults/fault.ts';
import { meetAcross } from '../../faults/world/across.ts';
import { echoDelays } from '../../faults/world/delays.ts';
import { meet, type Pair } from '../../faults/world/pair.ts';
import { createTalk } from '../../faults/world/talk.ts';
import type { World } from '../../faults/world/world.ts';

const PER_SECOND = 5;

export interface Canary {
  pair: Pair;
  /** Measures the echoes since the last time under `name`. */
  measure(name: string): void;
  /** Says no more; throws if anything of the chat is not right, or it was disturbed. */
  judge(): Promise<void>;
}

export async function startCanary(course: Course, world: World): Promise<Canary> {
  const [pair] = world.nodes.length > 1 ? await meetAcross(world, 1) : [await meet(world.base)];
  if (!pair) throw new Error('nobody met');
  const talk = course.use(createTalk(pair.devices, PER_SECOND));
  course.use(pair);
  const { recorder } = pair;
  let from = recorder.events.length;

  return {
    pair,
    measure(name) {
      const to = recorder.events.length;
      for (const ms of echoDelays(recorder, from)) course.measure(name, ms);
      from = to;
    },
    async judge() {
      talk.stop();
      const closed = recorder.events.filter(({ type }) => type === 'closed');
      const nacked = recorder.events.filter(({ type }) => type === 'nacked');
      if (nacked.length > 0) throw new Error(`who was inside had ${nacked.length} refusals`);
      if (closed.length > 0) throw new Error(`who was inside lost ${closed.length} connections`);
      course.judge(await pair.settle());
    },
  };
}
