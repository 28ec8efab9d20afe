/** What it takes to create sessions and to enter them; and what whoever talks notices of it. */
import { percentile } from '../faults/fault.ts';
import { enterRaw } from '../support/raw-client.ts';
import type { Figures } from './figures.ts';
import type { System } from './systems.ts';
import { sayEvenly, timedPeople } from './talking.ts';
import { close } from './talkers.ts';

const WAYS = 4;
const TALKED_MS = 4_000;
const ENTRIES_A_SECOND = 8;

/** Sessions made and both entered, on a few ways at once; `cost` as in BCRYPT_COST. */
export async function sessions(system: System, count: number, cost: number): Promise<Figures> {
  if (!system.ours) return {};
  const seconds = await inWays(count, async () => void (await system.pair()));
  return { [`sessions a second, cost ${cost}`]: count / seconds };
}

/** Entries with the right code, by browsers that have no pass. */
export async function entries({ ours }: System, count: number, cost: number): Promise<Figures> {
  if (!ours) return {};
  const { sid, a, b } = await ours.session();
  let entered = 0;
  const seconds = await inWays(count, () =>
    enterRaw(ours.base, sid, { ...(entered++ % 2 === 0 ? a : b), cookie: '' }),
  );
  return { [`entries a second, cost ${cost}`]: count / seconds };
}

/** How long an echo takes at 200/s, alone and while 8 a second enter. */
export async function echoWhileEntering(system: System): Promise<Figures> {
  const { ours } = system;
  if (!ours) return {};
  const timed = await timedPeople(system);
  const { talkers, due } = timed;
  /** The p99 of what is said from now on. */
  const talk = async () => {
    timed.delays = [];
    await sayEvenly(talkers, { perSecond: 200, forMs: TALKED_MS, due });
    return percentile(timed.delays, 0.99);
  };
  await talk();
  const alone = await talk();
  const { sid, a } = await ours.session();
  const entering: Promise<void>[] = [];
  const timer = setInterval(
    () => entering.push(enterRaw(ours.base, sid, { ...a, cookie: '' })),
    1_000 / ENTRIES_A_SECOND,
  );
  const beside = await talk();
  clearInterval(timer);
  await Promise.all(entering);
  await close(talkers);
  return { 'echo p99, ms': alone, 'echo p99 beside 8 entries/s, × that': beside / alone };
}

/** In seconds. */
async function inWays(count: number, act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: WAYS }, async () => {
      // oxlint-disable-next-line no-await-in-loop -- one after the other on each way
      while (left-- > 0) await act();
    }),
  );
  return (performance.now() - began) / 1000;
}
