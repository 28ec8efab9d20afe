/**
 * What all fuzzers have in common: the product as it is deployed, on the embedded store and then
 * on two nodes over Redis, with a canary chat beside; and what must hold when they are through.
 * Where a seed is played depends on the seed alone.
 */
import type { Course } from '../faults/fault.ts';
import { createRandom } from '../faults/world/random.ts';
import { until } from '../faults/world/until.ts';
import { vitalsOf, type Vitals } from '../faults/world/vitals.ts';
import { startWorld, type World } from '../faults/world/world.ts';
import { startCanary } from './canary.ts';
import { createSeat } from './seat.ts';

/**
 * A share of the seeds is played before the nodes are as large as this traffic makes them: what
 * waits for the collector of garbage too. In a run with fewer seeds before nobody can tell growth.
 */
const WARM_SHARE = 0.2;
const WARM_SEEDS = 5_000;
const LOOK_EVERY_MS = 500;

const PLACES = [
  { store: 'embedded', options: { nodes: 1, storeEnv: {} } },
  { store: 'Redis', options: { nodes: 2 } },
] as const;

/** What is over is forgotten soon, so that what grows is what nobody forgets. */
const SHORT_MEMORY = { LINK_TTL: '30s', ENDED_NOTICE_TTL: '1s' };

/** What every fuzzer must stay under in the long column. */
export const LIMITS = {
  ...limitsOn('embedded'),
  ...limitsOn('Redis'),
};

function limitsOn(store: string): Record<string, number> {
  return {
    [`canary ms, ${store}`]: 200,
    [`most RSS growth MB, ${store}`]: 50,
    [`last RSS growth MB, ${store}`]: 50,
  };
}

export interface Attacked {
  world: World;
  /** The next seeds to play, shared by all who ask. */
  seeds: Iterable<number>;
  /** The same for a list that is played once on each store, before the seeds. */
  once: <T>(list: readonly T[]) => Iterable<T>;
}

/** `lanes`: how many attack at once, each with seeds of its own. */
export async function attack(
  course: Course,
  { env = {}, lanes }: { env?: Readonly<Record<string, string>>; lanes: number },
  act: (attacked: Attacked) => Promise<void>,
): Promise<void> {
  let done = 0;
  for (const [place, { store, options }] of PLACES.entries()) {
    const all = Array.from({ length: course.iterations }, (_, i) => course.seed + i);
    const seeds = all.filter((seed) => seed % PLACES.length === place);
    if (seeds.length === 0) continue;
    const world = await startWorld({ ...options, env: { ...SHORT_MEMORY, ...env } });
    try {
      const vitals = await watchVitals(world);
      const canary = course.use(await startCanary(world, course, `canary ms, ${store}`));
      const ways = createWays(world, seeds, (handed) => {
        course.progress(done++);
        if (handed >= WARM_SEEDS && handed === Math.floor(seeds.length * WARM_SHARE)) vitals.warm();
      });
      await throughOrDead(
        world,
        Array.from({ length: lanes }, () => act(ways)),
      );
      await canary.finish();
      await vitals.judge(course, store);
      course.expectNoFaults(world);
    } finally {
      await world.close();
    }
  }
}

function createWays(
  world: World,
  seeds: readonly number[],
  onSeed: (handed: number) => void,
): Attacked {
  const lists = new Map<unknown, Iterable<unknown>>();
  const seedsLeft = handOut(seeds, onSeed);
  return {
    ...{ world, seeds: seedsLeft },
    once<T>(list: readonly T[]): Iterable<T> {
      if (!lists.has(list)) lists.set(list, handOut(list));
      return lists.get(list) as Iterable<T>; // as: made of this list, under its own key
    },
  };
}

/** One after the other to whoever asks next; a lane that fails ends it for all. */
function* handOut<T>(list: readonly T[], onHanded: (handed: number) => void = () => {}) {
  for (const [handed, one] of list.entries()) {
    onHanded(handed);
    yield one;
  }
}

/** That a node has died says more than what its clients met. */
async function throughOrDead(world: World, ways: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(ways)).find((way) => way.status === 'rejected');
  for (const { server } of world.nodes) {
    const answer = await request(`${server.base}/healthz`);
    if (answer?.status === 200) continue;
    throw new Error(`a node has died:\n${server.output.slice(-3).join('\n')}`, {
      cause: failed?.reason,
    });
  }
  if (failed) throw failed.reason;
}

/** Closed behind its answer, so that no file of the node is left open. */
function request(url: string): Promise<Response | null> {
  return fetch(url, { headers: { connection: 'close' } }).catch(() => null);
}

/** What opens its files with the first use is used once before they are counted. */
async function useOnce(world: World): Promise<void> {
  const seat = createSeat(world);
  for (let seed = 0; seed < 4; seed++) {
    await seat.take(createRandom(seed));
    await seat.leave();
  }
}

async function watchVitals(world: World) {
  const { nodes } = world;
  await useOnce(world);
  const look = () => nodes.map(({ server }) => vitalsOf(server.pid));
  const before = look();
  let warm: Vitals[] | null = null;
  let most = before;
  const timer = setInterval(() => {
    try {
      most = larger(most, look());
    } catch {
      clearInterval(timer); // A node that has died is told of elsewhere.
    }
  }, LOOK_EVERY_MS);

  return {
    /** From now on growth counts, over the most there was until now. */
    warm(): void {
      warm = larger(most, look());
      most = look();
    },
    async judge(course: Course, store: string): Promise<void> {
      clearInterval(timer);
      most = larger(most, look());
      await until(
        'every file is closed',
        () => look().every(({ files }, i) => files <= before[i]!.files),
        60_000,
        () => look().map(({ files }, i) => `${files} of ${before[i]!.files}`),
      );
      const last = look();
      for (const [i, { startedAt }] of before.entries()) {
        if (last[i]?.startedAt !== startedAt) throw new Error(`node ${i} is another process`);
        const base = warm?.[i];
        if (!base) continue;
        const growth = (now: readonly Vitals[]) => (now[i]!.bytes - base.bytes) / 1e6;
        course.measure(`most RSS growth MB, ${store}`, growth(most));
        course.measure(`last RSS growth MB, ${store}`, growth(last));
      }
    },
  };
}

function larger(one: readonly Vitals[], other: readonly Vitals[]): Vitals[] {
  return one.map((vitals, i) => (other[i]!.bytes > vitals.bytes ? other[i]! : vitals));
}
