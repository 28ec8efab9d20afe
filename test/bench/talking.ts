/** People who talk, as fast as they can or at a rate: what a message costs, and how long it takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../faults/fault.ts';
import { cpuOf, type Figures } from './figures.ts';
import type { System } from './systems.ts';
import { close, nextCid, people, type Talker } from './talkers.ts';

const PAIRS = 20;
const WARM_MS = 1_000;
const MEASURED_MS = 4_000;

/** 20 pairs, each of whom says the next thing as soon as the last one is acknowledged. */
export async function closedLoop(system: System): Promise<Figures> {
  const talkers = await people(system, PAIRS);
  const over = new AbortController();
  const talking = talkers.map(async (talker) => {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is what it is
    while (!over.signal.aborted) await talker.say();
  });
  await sleep(WARM_MS);
  const before = { at: performance.now(), heard: heardBy(talkers), ...cpuOf(system) };
  await sleep(MEASURED_MS);
  const after = { at: performance.now(), heard: heardBy(talkers), ...cpuOf(system) };
  over.abort();
  await Promise.all(talking);
  await close(talkers);
  const messages = after.heard - before.heard;
  return {
    'messages a second': (messages * 1000) / (after.at - before.at),
    'server CPU, µs a message': (after.server - before.server) / messages,
    'store CPU, µs a message': (after.store - before.store) / messages,
  };
}

/** As many messages a second in all. */
export async function atRate(system: System, perSecond: number): Promise<Figures> {
  const timed = await timedPeople(system);
  await sayEvenly(timed.talkers, { perSecond, forMs: WARM_MS, due: timed.due });
  timed.delays = [];
  await sayEvenly(timed.talkers, { perSecond, forMs: MEASURED_MS, due: timed.due });
  await close(timed.talkers);
  const { delays } = timed;
  return {
    [`p50 at ${perSecond}/s, ms`]: percentile(delays, 0.5),
    [`p99 at ${perSecond}/s, ms`]: percentile(delays, 0.99),
  };
}

/** 20 pairs, and how long it took since each message was due, in ms, until it was heard. */
export interface TimedPeople {
  readonly talkers: readonly Talker[];
  readonly due: Map<string, number>;
  delays: number[];
}

export async function timedPeople(system: System): Promise<TimedPeople> {
  const due = new Map<string, number>();
  const talkers = await people(system, PAIRS, (cid) => {
    timed.delays.push(performance.now() - (due.get(cid) ?? NaN));
    due.delete(cid);
  });
  const timed: TimedPeople = { talkers, due, delays: [] };
  return timed;
}

/** Half of the messages that `closedLoop` has found. */
export async function atHalf(system: System, most: Figures): Promise<Figures> {
  const perSecond = Math.round((most['messages a second'] ?? 0) / 2);
  const figures = await atRate(system, perSecond);
  return {
    'p50 at half of the most, ms': figures[`p50 at ${perSecond}/s, ms`] ?? NaN,
    'p99 at half of the most, ms': figures[`p99 at ${perSecond}/s, ms`] ?? NaN,
  };
}

export interface Evenly {
  perSecond: number;
  forMs: number;
  /** When each was to be said, by cid: until whoever hears it takes it out. */
  due?: Map<string, number>;
}

/** By the clock, whatever becomes of those before. Resolves when all is heard, or 10 s later. */
export async function sayEvenly(
  talkers: readonly Talker[],
  { perSecond, forMs, due }: Evenly,
): Promise<void> {
  const beginning = performance.now();
  const count = (perSecond * forMs) / 1000;
  const said: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const at = beginning + (i * 1000) / perSecond;
    // oxlint-disable-next-line no-await-in-loop -- until it is due
    if (at > performance.now()) await sleep(at - performance.now());
    const cid = nextCid();
    due?.set(cid, at);
    said.push(talkers[i % talkers.length]!.say(cid)); // there are some
  }
  await Promise.all(said);
  const unheard = () => due?.size ?? 0;
  // oxlint-disable-next-line no-await-in-loop -- as above
  for (let waited = 0; unheard() > 0 && waited < 10_000; waited += 10) await sleep(10);
}

export const heardBy = (talkers: readonly Talker[]): number =>
  talkers.reduce((sum, talker) => sum + talker.heard, 0);
