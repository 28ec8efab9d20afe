/**
 * Judging what finds faults: bugs are put into a copy of the server, and whoever is there to find
 * one must fail, with the complaint that is due; on an unchanged copy it passes.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copySources } from '../support/source-copy.ts';
import { run, tool } from '../../scripts/run.js';
import { runFault, type Course, type Fault, type Outcome } from './fault.ts';

export interface Bug {
  name: string;
  /** In server: a text that stands there once, and what stands there instead. */
  changes: readonly { file: string; from: string; to: string }[];
  foundBy: Fault;
  /** What it must find: not just anything. */
  complaint: RegExp;
}

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
  const copy = copySources();
  try {
    for (const { file, from, to } of changes) {
      const path = join(copy, 'server', file);
      const source = readFileSync(path, 'utf8');
      if (source.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`);
      writeFileSync(path, source.replace(from, to));
    }
    const vite = [tool('vite/bin/vite.js'), 'build', 'server', '--logLevel', 'warn'];
    const { code, output } = await run(process.execPath, vite, { cwd: copy, quiet: true });
    if (code !== 0) throw new Error(`the copy was not built: ${output}`);
    process.env['SERVER_MAIN'] = join(copy, 'server/dist/main.js');
    return await runFault(fault, { iterations: fault.short, seed });
  } finally {
    delete process.env['SERVER_MAIN'];
    rmSync(copy, { recursive: true });
  }
}
