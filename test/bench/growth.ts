/**
 * What a message costs in a long chat, and beside many others, measured in turn with the bare
 * relay, since machines are slower at one time than at another: a table, and a plot.
 */
import { percentile } from '../faults/fault.ts';
import { cpuOf } from './figures.ts';
import { heardBy, sayEvenly } from './talking.ts';
import { close, people, type Talker } from './talkers.ts';
import { plot, type Line } from './plot.ts';
import { SYSTEMS, type Start, type System } from './systems.ts';

const PER_SECOND = 4_000;
const SLICES = 5;
const SLICE_MS = 1_000;
const PAIRS = 100;
/** Of each when the number of sessions is what grows. */
const SHORT = 10;

const GROWING: Readonly<Record<string, Growing>> = {
  'entries in a session': { sizes: [10, 100, 1_000, 5_000], grow: toEntries },
  sessions: { sizes: [10, 100, 1_000, 10_000], grow: toSessions },
};

interface Growing {
  sizes: readonly number[];
  /** Who talks, once there are so many. */
  grow: (system: System, size: number) => Promise<Talker[]>;
}

/** Of server and store together. */
interface Cost {
  /** µs a message. */
  us: number;
  /** How many times what the relay takes. */
  ratio: number;
}

export interface Growth {
  table: string;
  /** By what grows, by system: size and how many times the relay, medians over all rounds. */
  figures: Readonly<Record<string, readonly Line[]>>;
  svg: string;
}

/** `names` of systems; the relay has nothing that grows. */
export async function measureGrowth(
  names: readonly string[],
  rounds: number,
  tell: (line: string) => void,
): Promise<Growth> {
  const figures: Record<string, Line[]> = {};
  const rows = ['| system | with | µs a message | × relay | × first |', '|---|---|---:|---:|---:|'];
  for (const [what, { sizes, grow }] of Object.entries(GROWING)) {
    figures[what] = [];
    for (const name of names.filter((one) => one !== 'relay')) {
      const points: Line['points'] = [];
      for (const size of sizes) {
        const costs: Cost[] = [];
        for (let round = 1; round <= rounds; round++) {
          tell(`round ${round} of ${rounds}: ${size} ${what}, ${name}`);
          // oxlint-disable-next-line no-await-in-loop -- they would disturb one another
          costs.push(await costOn(SYSTEMS[name]!, (system) => grow(system, size))); // it is there
        }
        const { us, ratio } = medianOf(costs);
        points.push([size, ratio]);
        const growth = ratio / (points[0]?.[1] ?? NaN);
        const told = [us.toFixed(1), ratio.toFixed(2), growth.toFixed(2)];
        rows.push(`| ${name} | ${size} ${what} | ${told.join(' | ')} |`);
      }
      figures[what].push({ name, points });
    }
  }
  return { table: `${rows.join('\n')}\n`, figures, svg: plot('times the relay', figures) };
}

/** On a system of its own, and a relay beside it with as many people. */
async function costOn(
  start: Start,
  grow: (system: System) => Promise<readonly Talker[]>,
): Promise<Cost> {
  const [system, relay] = await Promise.all([start(), SYSTEMS['relay']!()]); // it is there
  try {
    const talkers = await grow(system);
    const others = await people(relay, talkers.length / 2);
    const costs: Cost[] = [];
    for (let slice = 0; slice <= SLICES; slice++) {
      // oxlint-disable-next-line no-await-in-loop -- in turn
      const us = await cost(system, talkers);
      // oxlint-disable-next-line no-await-in-loop -- as above
      costs.push({ us, ratio: us / (await cost(relay, others)) });
    }
    await Promise.all([close(talkers), close(others)]);
    // The first was to warm up.
    return medianOf(costs.slice(1));
  } finally {
    await Promise.all([system.stop(), relay.stop()]);
  }
}

const medianOf = (costs: readonly Cost[]): Cost => ({
  us: percentile(
    costs.map(({ us }) => us),
    0.5,
  ),
  ratio: percentile(
    costs.map(({ ratio }) => ratio),
    0.5,
  ),
});

/** In sessions that have so many entries. */
async function toEntries(system: System, entries: number): Promise<Talker[]> {
  const talkers = await people(system, PAIRS);
  await fill(talkers, entries);
  return talkers;
}

/** While there are so many sessions, of which a hundred at most talk. */
async function toSessions(system: System, sessions: number): Promise<Talker[]> {
  const talkers = await people(system, Math.min(sessions, PAIRS));
  await fill(talkers, SHORT);
  for (let made = talkers.length / 2; made < sessions; made += 4) {
    // oxlint-disable-next-line no-await-in-loop -- few at once
    await Promise.all(Array.from({ length: 4 }, () => system.pair()));
  }
  return talkers;
}

/** Both of each pair say half of it, a few at once. */
async function fill(talkers: readonly Talker[], entries: number): Promise<void> {
  await Promise.all(
    talkers.map(async (talker) => {
      for (let said = 0; said < entries / 2; said += 5) {
        // oxlint-disable-next-line no-await-in-loop -- few at once
        await Promise.all(
          Array.from({ length: Math.min(5, entries / 2 - said) }, () => talker.say()),
        );
      }
    }),
  );
}

/** µs a message, in one slice. */
async function cost(system: System, talkers: readonly Talker[]): Promise<number> {
  const spent = () => cpuOf(system).server + cpuOf(system).store;
  const before = { heard: heardBy(talkers), spent: spent() };
  await sayEvenly(talkers, { perSecond: PER_SECOND, forMs: SLICE_MS });
  return (spent() - before.spent) / (heardBy(talkers) - before.heard);
}
