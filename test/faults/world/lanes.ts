/** Iterations of a fault that do not disturb each other, side by side, each lane on its own. */
import type { Course } from '../fault.ts';
import type { History } from '../history.ts';
import type { Random } from './random.ts';

/**
 * `run` gets its share of the iterations and takes one after the other. The first failure is
 * thrown when every lane is through: nothing goes on behind a run that is over.
 */
export async function sideBySide(
  course: Course,
  lanes: number,
  run: (iterations: Iterable<number>, lane: number) => Promise<void>,
): Promise<void> {
  let done = 0;
  function* shareOf(lane: number) {
    for (let iteration = lane; iteration < course.iterations; iteration += lanes) {
      yield iteration;
      course.progress(++done);
    }
  }
  const outcomes = await Promise.allSettled(
    Array.from({ length: lanes }, (_, lane) => run(shareOf(lane), lane)),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * The same where nothing is kept between iterations; a failure says which it was. The recordings
 * that `run` returns are judged: each at once, and in the end what may have crossed between them.
 */
export async function eachSideBySide(
  course: Course,
  lanes: number,
  run: (random: Random, iteration: number) => Promise<History | void>,
): Promise<void> {
  const histories: History[] = [];
  await sideBySide(course, lanes, async (iterations) => {
    for (const iteration of iterations) {
      try {
        const history = await run(course.random(iteration), iteration);
        if (!history) continue;
        course.judge(history);
        histories.push(history);
      } catch (cause) {
        const what = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`iteration ${iteration}: ${what}`, { cause });
      }
    }
  });
  course.judge(...histories);
}
