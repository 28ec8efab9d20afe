// Random honest schedules: a with two pages in one browser and one in another, b with two pages,
// everything that may go wrong does, and in the end all screens agree, nothing is lost or doubled,
// and nobody cried wolf. RUNS=n plays more. Long because the schedules that once failed are kept.
import fc from 'fast-check';
import { it } from 'vitest';
import { checkHonest, HONEST, type Step } from './support/schedules.ts';

const runs = { numRuns: Number(process.env.RUNS ?? 60) };

it.each(HONEST.map((kind) => [kind.title, kind] as const))(
  '%s',
  async (_, { steps, ...kind }) => {
    await fc.assert(
      fc.asyncProperty(steps, (some) => checkHonest(some, kind)),
      runs,
    );
  },
  600_000,
);

/** Schedules that found something, as they were shrunk. */
const FOUND: [what: string, isLossless: boolean, steps: Step[]][] = [
  [
    'what one page deletes stays deleted, though another had taken it over as it was',
    true,
    [
      { do: 'say', device: 3 },
      { do: 'wake', device: 0 },
      { do: 'reload', device: 4 },
      { do: 'wait', ms: 2_000 },
      { do: 'reload', device: 4 },
      { do: 'crash', device: 3 },
      { do: 'unsend', device: 4, which: 0 },
      { do: 'crash', device: 4 },
    ],
  ],
  [
    'a change that one page gave up and another sent shows on every screen',
    false,
    [
      { do: 'cut', wire: 260_239_605 },
      { do: 'say', device: 3 },
      { do: 'flush' },
      { do: 'edit', device: 4, which: 0 },
      { do: 'refuse', stored: false },
      { do: 'wake', device: 0 },
      { do: 'fill', isFull: true },
      { do: 'reload', device: 3 },
    ],
  ],
  [
    'a message deleted before its change has come leaves one trace, the same for all',
    true,
    [
      { do: 'say', device: 0 },
      { do: 'flush' },
      { do: 'edit', device: 0, which: 0 },
      { do: 'unsend', device: 0, which: 0 },
      { do: 'flush' },
      { do: 'reload', device: 3 },
    ],
  ],
  [
    'what was unsent and then lost is gone for those who read it before and after',
    true,
    [
      { do: 'say', device: 0 },
      { do: 'unsend', device: 0, which: 0 },
      { do: 'flush' },
      { do: 'lose', count: 2 },
    ],
  ],
  [
    'so is what two devices had removed',
    false,
    [
      { do: 'say', device: 0 },
      { do: 'flush' },
      { do: 'unsend', device: 0, which: 0 },
      { do: 'unsend', device: 1, which: 0 },
      { do: 'refuse', stored: false },
      { do: 'flush' },
      { do: 'lose', count: 2 },
    ],
  ],
  [
    'so is what was removed by a page whose outbox another took over',
    false,
    [
      { do: 'say', device: 3 },
      { do: 'unsend', device: 3, which: 0 },
      { do: 'move', wire: 200_807_978, count: 2 },
      { do: 'wake', device: 0 },
      { do: 'reload', device: 4 },
      { do: 'reload', device: 0 },
      { do: 'lose', count: 1 },
    ],
  ],
  [
    'what was deleted stays so when its void is lost and a device puts back the message',
    true,
    [
      { do: 'say', device: 3 },
      { do: 'flush' },
      { do: 'lose', count: 1 },
      { do: 'wait', ms: 500 },
      { do: 'move', wire: 916_020_254, count: 1 },
      { do: 'unsend', device: 3, which: 0 },
      { do: 'move', wire: 74_001_638, count: 1 },
      { do: 'move', wire: 876_351_818, count: 4 },
      { do: 'cut', wire: 520_263_884 },
      { do: 'lose', count: 1 },
    ],
  ],
];

it.each(FOUND)('[LG8] [RS4] %s', (_, isLossless, steps) =>
  checkHonest(steps, { isLossless, isTraced: true }),
);
