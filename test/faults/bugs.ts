/**
 * The harness judged: two bugs are put into a copy of the built server, and the faults that are
 * there to find them must fail, with the complaint that is due; on an unchanged copy they pass.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { repliesLost } from './f05-replies-lost.ts';
import { subscriptionsCut } from './f07-subscriptions-cut.ts';
import { runFault, type Fault, type Outcome } from './fault.ts';

interface Bug {
  name: string;
  /** In server/dist: a text that stands there once, and what stands there instead. */
  changes: readonly { file: string; from: string; to: string }[];
  foundBy: Fault;
  /** What it must find: not just anything. */
  complaint: RegExp;
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
    complaint: /I2 in session .*:\n.*cid/,
  },
  {
    name: 'publication trusted without the log',
    changes: [
      { file: 'live/delivery.js', from: 'if (seq === sentSeq() + 1) {', to: 'if (true) {' },
      { file: 'live/connection.js', from: "else if (state === 'live')", to: 'else if (false)' },
    ],
    foundBy: subscriptionsCut,
    complaint: /I4 in session .*:\n.*/,
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
  },
};

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
