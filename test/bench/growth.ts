/** What a message costs in a long chat, and beside many others: a table, and a plot. */
import { percentile } from '../faults/fault.ts';
import { cpuOf, type Figures } from './figures.ts';
import { heardBy, sayEvenly } from './talking.ts';
import { close, people, type Talker } from './talkers.ts';
import { plot, type Line } from './plot.ts';
import { SYSTEMS, type Start, type System } from './systems.ts';

const PER_SECOND = 4_000;
const MEASURED_MS = 5_000;
const PAIRS = 100;
/** Of each when the number of sessions is what grows. */
const SHORT = 10;

const GROWING: Readonly<Record<string, Growing>> = {
  'entries in a session': { sizes: [10, 100, 1_000, 5_000], measure: ofEntries },
  sessions: { sizes: [10, 100, 1_000, 10_000], measure: ofSessions },
};

interface Growing {
  sizes: readonly number[];
  measure: (system: System, size: number) => Promise<Figures>;
}

export interface Growth {
  table: string;
  /** By what grows, by system: size and µs a message, medians over all rounds. */
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
  for (const [what, { sizes, measure }] of Object.entries(GROWING)) {
    figures[what] = [];
    for (const name of names.filter((one) => one !== 'relay')) {
      const points: Line['points'] = [];
      for (const size of sizes) {
        const costs: number[] = [];
        for (let round = 1; round <= rounds; round++) {
          tell(`round ${round} of ${rounds}: ${size} ${what}, ${name}`);
          // oxlint-disable-next-line no-await-in-loop -- they would disturb one another
          costs.push(await costOn(SYSTEMS[name]!, (system) => measure(system, size))); // it is there
        }
        points.push([size, percentile(costs, 0.5)]);
      }
      figures[what].push({ name, points });
    }
  }
  const rows = Object.entries(figures).flatMap(([what, lines]) =>
    lines.flatMap(({ name, points }) =>
      points.map(([size, us]) => {
        const first = points[0]?.[1] ?? NaN;
        return `| ${name} | ${size} ${what} | ${us.toFixed(1)} (${(us / first).toFixed(2)} ×) |`;
      }),
    ),
  );
  const table = ['| system | with | server and store, µs a message |', '|---|---|---:|', ...rows];
  return { table: `${table.join('\n')}\n`, figures, svg: plot('µs a message', figures) };
}

/** Of server and store together, µs a message, on a system of its own. */
async function costOn(start: Start, measure: (system: System) => Promise<Figures>) {
  const system = await start();
  try {
    const { server = NaN, store = NaN } = await measure(system);
    return server + store;
  } finally {
    await system.stop();
  }
}

/** In sessions that have so many entries. */
async function ofEntries(system: System, entries: number): Promise<Figures> {
  const talkers = await people(system, PAIRS);
  await fill(talkers, entries);
  const figures = await costs(system, talkers);
  await close(talkers);
  return figures;
}

/** While there are so many sessions, of which a hundred at most talk. */
async function ofSessions(system: System, sessions: number): Promise<Figures> {
  const talkers = await people(system, Math.min(sessions, PAIRS));
  await fill(talkers, SHORT);
  for (let made = talkers.length / 2; made < sessions; made += 4) {
    // oxlint-disable-next-line no-await-in-loop -- few at once
    await Promise.all(Array.from({ length: 4 }, () => system.pair()));
  }
  const figures = await costs(system, talkers);
  await close(talkers);
  return figures;
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

async function costs(system: System, talkers: readonly Talker[]): Promise<Figures> {
  await sayEvenly(talkers, { perSecond: PER_SECOND, forMs: 1_000 });
  const before = { heard: heardBy(talkers), ...cpuOf(system) };
  await sayEvenly(talkers, { perSecond: PER_SECOND, forMs: MEASURED_MS });
  const after = { heard: heardBy(talkers), ...cpuOf(system) };
  const messages = after.heard - before.heard;
  return {
    server: (after.server - before.server) / messages,
    store: (after.store - before.store) / messages,
  };
}
