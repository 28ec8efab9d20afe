/**
 * A long column: runs faults one after the other, prints their seeds, tells how far it is while it
 * runs, and ends with a table. What to run is said by the arguments: [F1 F6 … --runs=N --seed=N].
 * To play iteration I of seed S again: --runs=1 and the sum of both as --seed.
 */
import { parseArgs } from 'node:util';
import { exceeded, percentile, runFault, type Fault, type Outcome } from './fault.ts';

const TELL_EVERY_MS = 10_000;

/** `named` run only when they are named. Ends the process: with 0 if all passed. */
export async function runColumn(faults: readonly Fault[], named: readonly Fault[]): Promise<never> {
  const all = [...faults, ...named];
  const { chosen, runs, seed: chosenSeed } = readCommand(faults, all);

  const outcomes: Outcome[] = [];
  for (const fault of chosen) {
    const seed = chosenSeed ?? Math.floor(Math.random() * 2 ** 31);
    const outcome = await runOne(fault, runs ?? fault.long, seed);
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

/** Ends the process, with 2, where it cannot be run as it was said. */
function readCommand(faults: readonly Fault[], all: readonly Fault[]) {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { runs: { type: 'string' }, seed: { type: 'string' } },
    });
    const wrong = positionals.filter((id) => !all.some((fault) => fault.id === id));
    if (wrong.length > 0) throw new Error(`There is no ${wrong.join(', ')}.`);
    const chosen =
      positionals.length === 0 ? faults : all.filter(({ id }) => positionals.includes(id));
    return { chosen, runs: count(values.runs), seed: count(values.seed) };
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : String(error)}\n` +
        `[NAME … --runs=N --seed=N], of ${all.map(({ id }) => id).join(' ')}\n`,
    );
    return process.exit(2);
  }
}

function count(value: string | undefined): number | null {
  if (value !== undefined && !/^\d+$/.test(value)) throw new Error(`${value} is no number.`);
  return value === undefined ? null : Number(value);
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
