/**
 * Z4: a server that keeps the protocol and lies. Every lie of z4/lies.ts in a schedule of its own,
 * noticed by whoever was told it; and ten times as many honest schedules, in which nobody is
 * accused. The clients are web/core as it is; the server is simulated.
 */
import fc from 'fast-check';
import type { Fault } from '../faults/fault.ts';
import { checkHonest, HONEST } from '../web/core/support/schedules.ts';
import { attack } from './z4/attack.ts';
import { attackEnd } from './z4/end.ts';
import { LIES } from './z4/lies.ts';

const HONEST_EACH = 10;

export const lyingServer: Fault = {
  id: 'Z4',
  title: 'a server that lies is found out, an honest one is not accused',
  short: 2,
  long: 1_000,

  async run(course) {
    for (let done = 0; done < course.iterations; done++) {
      const seed = course.seed + done;
      let accused = 0;
      for (const [i, lie] of LIES.entries()) {
        accused += await again(lie.name, seed, () => attack(lie, seedOf(seed, i)));
      }
      await again('the end', seed, () => attackEnd(seedOf(seed, LIES.length)));
      course.measure('devices lied to, all aware of it', accused);
      for (let i = 0; i < HONEST_EACH; i++) {
        // The kinds in turn, also where each seed is played alone.
        const kind = HONEST[(seed + i) % HONEST.length]!;
        const [steps = []] = fc.sample(kind.steps, { seed: seedOf(seed, 100 + i), numRuns: 1 });
        await again(`honest: ${kind.title}`, seed, () => checkHonest(steps, kind));
      }
      course.measure('honest schedules, all silent', HONEST_EACH);
      course.progress(done + 1);
    }
  },
};

/** Another schedule for each part of a run. */
const seedOf = (seed: number, part: number) => (seed * 128 + part) | 0;

async function again<T>(name: string, seed: number, play: () => Promise<T>): Promise<T> {
  try {
    return await play();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name} (again with --runs=1 --seed=${seed}): ${what}`, { cause });
  }
}
