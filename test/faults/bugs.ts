/**
 * The harness judged: two bugs are put into a copy of the server, and the faults that are
 * there to find them must fail, with the complaint that is due.
 */
import { repliesLost } from './f05-replies-lost.ts';
import { subscriptionsCut } from './f07-subscriptions-cut.ts';
import type { Fault } from './fault.ts';
import { findBugs, type Bug } from './planted-bugs.ts';

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
      {
        file: 'live/delivery.ts',
        from: "if (seq === this.#sentSeq + 1 && before === (this.#sent?.sum ?? '')) {",
        to: 'if (true) {',
      },
      {
        file: 'live/connection.ts',
        from: "else if (this.#state === 'live')",
        to: 'else if (false)',
      },
    ],
    foundBy: subscriptionsCut,
    complaint: /I4 in session .*:\n.*/,
  },
];

export const bugs: Fault = {
  id: 'bugs',
  title: 'two bugs put in are found',
  short: 0,
  long: 1,
  run: (course) => findBugs(course, BUGS),
};
