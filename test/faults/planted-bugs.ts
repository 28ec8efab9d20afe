/**
 * Judging what finds faults: bugs are put into a copy of the built server, and whoever is there to
 * find one must fail, with the complaint that is due; on an unchanged copy it passes.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runFault, type Course, type Fault, type Outcome } from './fault.ts';

export interface Bug {
  name: string;
  /** In server/dist: a text that stands there once, and what stands there instead. */
  changes: readonly { file: string; from: string; to: string }[];
  foundBy: Fault;
  /** What it must find: not just anything. */
  complaint: RegExp;
}

const DIST = fileURLToPath(new URL('../../server/dist', import.meta.url));
/** Inside node_modules, where what the server imports is found. */
const COPY = fileURLToPath(new URL('../../node_modules/.cache/bugs/server/dist', import.meta.url));

/** Once an iteration; throws if one of them is not found. */
export async function findBugs(course: Course, bugs: readonly Bug[]): Promise<void> {
  for (let done = 0; done < course.iterations; done++) {
    for (const bug of bugs) {
      const { foundBy, name } = bug;
      const seed = course.seed + done;
      const without = await runCopy(foundBy, seed, []);
      if (without.error) {
        throw new Error(`${foundBy.id} fails without a bug`, { cause: without.error });
      }
      const { error, seconds } = await runCopy(foundBy, seed, bug.changes);
      if (!(error instanceof Error)) throw new Error(`nobody noticed: ${name}`);
      process.stdout.write(`${name}, found by ${foundBy.id}: ${error.message}\n`);
      if (!bug.complaint.test(error.message)) {
        throw new Error(`${name}: ${foundBy.id} complains of something else`, { cause: error });
      }
      course.measure(`${name}: found after s`, seconds);
    }
    course.progress(done + 1);
  }
}

/** On a copy of the server with these changes. */
async function runCopy(fault: Fault, seed: number, changes: Bug['changes']): Promise<Outcome> {
  process.env['SERVER_MAIN'] = plant(changes);
  try {
    return await runFault(fault, { iterations: fault.short, seed });
  } finally {
    delete process.env['SERVER_MAIN'];
  }
}

/** Returns the main file of a copy with these changes. */
function plant(changes: Bug['changes']): string {
  rmSync(COPY, { recursive: true, force: true });
  cpSync(DIST, COPY, { recursive: true });
  for (const { file, from, to } of changes) {
    const source = readFileSync(`${COPY}/${file}`, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`);
    writeFileSync(`${COPY}/${file}`, source.replace(from, to));
  }
  return `${COPY}/main.js`;
}
