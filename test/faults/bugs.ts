/**
 * The harness judged: two bugs are put into a copy of the built server, and the faults that are
 * there to find them must fail.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { repliesLost } from './f05-replies-lost.ts';
import { subscriptionsCut } from './f07-subscriptions-cut.ts';
import { runFault, type Fault } from './fault.ts';

interface Bug {
  name: string;
  /** In server/dist: a text that stands there once, and what stands there instead. */
  changes: readonly { file: string; from: string; to: string }[];
  foundBy: Fault;
}

const BUGS: readonly Bug[] = [
  {
    name: 'deduplication removed',
    changes: [
      {
        file: 'store/lua/append.lua',
        from: "if full or redis.call('HSETNX', KEYS[3], cid, seq) == 0 then",
        to: "redis.call('HSET', KEYS[3], cid, seq)\nif full then",
      },
    ],
    foundBy: repliesLost,
  },
  {
    name: 'publication trusted without the log',
    changes: [
      { file: 'live/delivery.js', from: 'if (seq === sentSeq() + 1) {', to: 'if (true) {' },
      { file: 'live/connection.js', from: "else if (state === 'live')", to: 'else if (false)' },
    ],
    foundBy: subscriptionsCut,
  },
];

const DIST = fileURLToPath(new URL('../../server/dist', import.meta.url));
/** Inside node_modules, where what the server imports is found. */
const COPY = fileURLToPath(new URL('../../node_modules/.cache/bugs/server/dist', import.meta.url));

export const bugs: Fault = {
  id: 'bugs',
  title: 'two bugs put in are found',
  short: 0,
  long: 1,

  async run(course) {
    for (let done = 0; done < course.iterations; done++) {
      for (const bug of BUGS) {
        process.env['SERVER_MAIN'] = plant(bug);
        const { error, seconds } = await runFault(bug.foundBy, {
          iterations: bug.foundBy.short,
          seed: course.seed + done,
        });
        delete process.env['SERVER_MAIN'];
        if (!(error instanceof Error)) throw new Error(`nobody noticed: ${bug.name}`);
        process.stdout.write(`${bug.name}, found by ${bug.foundBy.id}: ${error.message}\n`);
        course.measure(`${bug.name}: found after s`, seconds);
      }
      course.progress(done + 1);
    }
  },
};

/** Returns the main file of a server with this bug. */
function plant({ changes }: Bug): string {
  rmSync(COPY, { recursive: true, force: true });
  cpSync(DIST, COPY, { recursive: true });
  for (const { file, from, to } of changes) {
    const source = readFileSync(`${COPY}/${file}`, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`${file} has not once: ${from}`);
    writeFileSync(`${COPY}/${file}`, source.replace(from, to));
  }
  return `${COPY}/main.js`;
}
