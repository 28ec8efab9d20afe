/**
 * A long column: runs faults one after the other, prints their seeds, tells how far it is while it
 * runs, and ends with a table. What to run is said by the arguments: [F1 F6 … --runs=N --seed=N].
 * To play iteration I of seed S again: --runs=1 and the sum of both as --seed.
 */
import { exceeded, percentile, runFault, type Fault, type Outcome } from './fault.ts';

const TELL_EVERY_MS = 10_000;

/** `named` run only when they are named. Ends the process: with 0 if all passed. */
export async function runColumn(faults: readonly Fault[], named: readonly Fault[]): Promise<never> {
  const args = process.argv.slice(2);
  const option = (name: string): number | null => {
    const value = args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
    return value === undefined ? null : Number(value);
  };
  const ids = args.filter((arg) => !arg.startsWith('--'));
  const all = [...faults, ...named];
  const chosen = ids.length === 0 ? faults : all.filter(({ id }) => ids.includes(id));
  if (chosen.length < ids.length) {
    process.stderr.write(`There are ${all.map(({ id }) => id).join(' ')}.\n`);
    process.exit(2);
  }

  const outcomes: Outcome[] = [];
  for (const fault of chosen) {
    const seed = option('seed') ?? Math.floor(Math.random() * 2 ** 31);
    const outcome = await runOne(fault, option('runs') ?? fault.long, seed);
    outcomes.push(outcome);
    process.stdout.write(`${rowOf(outcome)}\n`);
  }

  process.stdout.write(`\n| fault | times | seed | seconds | figures: p50 / p99 / most | |\n`);
  process.stdout.write(`|---|---|---|---|---|---|\n`);
  for (const outcome of outcomes) process.stdout.write(`${rowOf(outcome)}\n`);
  const failed = outcomes.filter((outcome) => problemsOf(outcome).length > 0).length;
  process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`);
  process.exit(failed === 0 ? 0 : 1);
}

async function runOne(fault: Fault, iterations: number, seed: number): Promise<Outcome> {
  process.stdout.write(`${fault.id} ${fault.title}: ${iterations} times, seed ${seed}\n`);
  let toldAt = performance.now();
  const outcome = await runFault(fault, {
    ...{ iterations, seed },
    onProgress(done) {
      if (performance.now() - toldAt < TELL_EVERY_MS) return;
      toldAt = performance.now();
      process.stdout.write(`${fault.id} ${done} of ${iterations}\n`);
    },
  });
  for (const problem of problemsOf(outcome)) process.stdout.write(`${fault.id} ${problem}\n`);
  return outcome;
}

function problemsOf(outcome: Outcome): string[] {
  const { error } = outcome;
  const thrown = error === null ? [] : [error instanceof Error ? (error.stack ?? '') : 'thrown'];
  return [...thrown, ...exceeded(outcome)];
}

function rowOf(outcome: Outcome): string {
  const { fault, iterations, seed, seconds, figures } = outcome;
  const shown = [...figures].map(([name, values]) => {
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => Math.round(percentile(values, share)));
    return `${name} ${p50} / ${p99} / ${most}`;
  });
  const verdict = problemsOf(outcome).length === 0 ? 'passed' : 'FAILED';
  const cells = [`${fault.id} ${fault.title}`, iterations, seed, Math.round(seconds)];
  return `| ${[...cells, shown.join(', '), verdict].join(' | ')} |`;
}
