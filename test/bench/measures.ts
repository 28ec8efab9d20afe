/** What is measured of a system. Each resolves to figures by name; the unit stands in the name. */
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../faults/fault.ts';
import { vitalsOf, type Vitals } from '../faults/world/vitals.ts';
import type { System } from './systems.ts';
import { meet, nextCid, type Talker } from './talkers.ts';

export type Figures = Readonly<Record<string, number>>;

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
  const heard = () => talkers.reduce((sum, talker) => sum + talker.heard, 0);
  const before = { at: performance.now(), heard: heard(), ...cpu(system) };
  await sleep(MEASURED_MS);
  const after = { at: performance.now(), heard: heard(), ...cpu(system) };
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

/** As many messages a second in all, evenly; from the moment each was due until the other has it. */
export async function atRate(system: System, perSecond: number): Promise<Figures> {
  const due = new Map<string, number>();
  const delays: number[] = [];
  const talkers = await people(system, PAIRS, (cid) => {
    delays.push(performance.now() - (due.get(cid) ?? NaN));
    due.delete(cid);
  });
  await sleep(WARM_MS);
  const beginning = performance.now();
  const count = (perSecond * MEASURED_MS) / 1000;
  const said: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const at = beginning + (i * 1000) / perSecond;
    // oxlint-disable-next-line no-await-in-loop -- until it is due
    if (at > performance.now()) await sleep(at - performance.now());
    const cid = nextCid();
    due.set(cid, at);
    said.push(talkers[i % talkers.length]!.say(cid));
  }
  await Promise.all(said);
  for (let waited = 0; due.size > 0 && waited < 10_000; waited += 10) await sleep(10); // oxlint-disable-line no-await-in-loop -- as above
  await close(talkers);
  return {
    [`p50 at ${perSecond}/s, ms`]: percentile(delays, 50),
    [`p99 at ${perSecond}/s, ms`]: percentile(delays, 99),
  };
}

/** Connections of pairs that say nothing, after the first of them. */
export async function idle(system: System, connections: number): Promise<Figures> {
  const talkers: Talker[] = [...(await meet(system))];
  await sleep(WARM_MS);
  const before = sum(system.server, 'bytes');
  talkers.push(...(await people(system, connections / 2)));
  await sleep(WARM_MS);
  const grown = sum(system.server, 'bytes') - before;
  await close(talkers);
  return { 'kB an idle connection': grown / 1000 / (talkers.length - 2) };
}

/** Sessions made, both entered, one after the other on each of a few ways. */
export async function sessions(system: System, count: number): Promise<Figures> {
  const began = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      // oxlint-disable-next-line no-await-in-loop -- as above
      while (left-- > 0) await system.pair();
    }),
  );
  return { 'sessions a second': (count * 1000) / (performance.now() - began) };
}

function cpu({ server, store }: System) {
  return { server: sum(server, 'cpuUs'), store: sum(store, 'cpuUs') };
}

function sum(pids: readonly number[], what: keyof Vitals): number {
  return pids.reduce((all, pid) => all + vitalsOf(pid)[what], 0);
}

/** Few at once: where many come, some are told to come again. */
async function people(
  system: System,
  pairs: number,
  onHeard?: (cid: string) => void,
): Promise<Talker[]> {
  const talkers: Talker[] = [];
  while (talkers.length < 2 * pairs) {
    // oxlint-disable-next-line no-await-in-loop -- as above
    const met = await Promise.all(Array.from({ length: 4 }, () => meet(system, onHeard)));
    talkers.push(...met.flat());
  }
  return talkers;
}

async function close(talkers: readonly Talker[]): Promise<void> {
  await Promise.all(talkers.map((talker) => talker.close()));
}
