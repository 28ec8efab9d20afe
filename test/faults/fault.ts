/**
 * A fault to survive: what happens in one run of it, how often, and when it has passed. Run by
 * column.test.ts (the short column) and run.ts (the long one), which draw the seeds.
 */
import { checkAll, describe } from './check.ts';
import type { History } from './history.ts';
import { createRandom, type Random } from './world/random.ts';

export interface Fault {
  /** As in the list of faults: F1 … F16. */
  id: string;
  title: string;
  /** Iterations in the short column and in the long one. */
  short: number;
  long: number;
  /**
   * What the figures must stay under in the long column, in ms (99th percentile). The short
   * column only prints them: a busy machine is no fault of the product.
   */
  limits?: Readonly<Record<string, number>>;
  /** For the most part it waits: the short column runs all such at once. */
  waits?: boolean;
  run(course: Course): Promise<void>;
}

/** One run of a fault. */
export interface Course {
  readonly iterations: number;
  readonly seed: number;
  /** The same for the same seed and iteration. */
  random(iteration: number): Random;
  /** So many iterations are done. */
  progress(done: number): void;
  /** A figure for the table. */
  measure(name: string, value: number): void;
  /** Throws unless each recording holds every invariant, and nothing crossed between them. */
  judge(...histories: readonly History[]): void;
  /** Throws if a node logged a fault that nobody expected. */
  expectNoFaults(world: { faults(): string[] }): void;
  /** Closed, last first, when the run is over, however it ends. */
  use<T extends { close(): unknown }>(part: T): T;
}

export interface Outcome {
  fault: Fault;
  iterations: number;
  seed: number;
  error: unknown;
  seconds: number;
  /** In the order of measuring. */
  figures: ReadonlyMap<string, readonly number[]>;
}

export interface RunOptions {
  iterations: number;
  seed: number;
  onProgress?: (done: number) => void;
}

/** Never rejects: what went wrong is in the outcome. */
export async function runFault(fault: Fault, options: RunOptions): Promise<Outcome> {
  const { iterations, seed, onProgress } = options;
  const figures = new Map<string, number[]>();
  const parts: { close(): unknown }[] = [];
  const started = performance.now();
  let error: unknown = null;
  try {
    await fault.run({
      ...{ iterations, seed },
      random: (iteration) => createRandom(seed + iteration),
      progress: (done) => onProgress?.(done),
      measure(name, value) {
        const values = figures.get(name) ?? [];
        values.push(value);
        figures.set(name, values);
      },
      judge: mustHold,
      expectNoFaults(world) {
        const lines = world.faults();
        if (lines.length > 0) throw new Error(`a node logged:\n${lines.join('\n')}`);
      },
      use(part) {
        parts.unshift(part);
        return part;
      },
    });
  } catch (thrown) {
    error = thrown;
  } finally {
    for (const part of parts) await part.close();
  }
  const seconds = (performance.now() - started) / 1_000;
  return { fault, iterations, seed, error, seconds, figures };
}

/**
 * The limits that were passed, in words, and those that nothing was held against: but for a run
 * that is shorter than the long column, in which a rare case may not occur.
 */
export function exceeded({ fault, figures, iterations }: Outcome): string[] {
  return Object.entries(fault.limits ?? {}).flatMap(([name, limit]) => {
    const values = figures.get(name) ?? [];
    if (values.length === 0) return iterations < fault.long ? [] : [`${name}: was never measured`];
    const p99 = percentile(values, 0.99);
    return p99 <= limit && values.every(Number.isFinite)
      ? []
      : [`${name}: p99 ${Math.round(p99)} is over ${limit}`];
  });
}

/** 0 if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, two) => one - two);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function mustHold(...histories: readonly History[]): void {
  const violations = checkAll(histories);
  const accused = histories.flatMap(({ sid, accusers = [] }) =>
    accusers.map((name) => `${name} accuses an honest server in session ${sid}`),
  );
  if (violations.length + accused.length === 0) return;
  throw new Error([describe(violations), ...accused].join('\n'));
}
