// The short column: every fault a few times, on a new seed each time, which its test is named after:
// `npm run test:faults -- F1 --seed=N` plays it again.
import { describe, test } from 'vitest';
import { runFault, type Fault } from './fault.ts';
import { FAULTS } from './faults.ts';

const TIME_LIMIT_MS = 180_000;

const short = FAULTS.filter((fault) => fault.short > 0);

describe.each(short.filter(({ waits }) => !waits))('$id $title', runShort);
describe.concurrent.each(short.filter(({ waits }) => waits))('$id $title', runShort);

function runShort(fault: Fault): void {
  const seed = Math.floor(Math.random() * 2 ** 31);

  test(`${fault.short} times, seed ${seed}`, { timeout: TIME_LIMIT_MS }, async ({ expect }) => {
    const { error } = await runFault(fault, { iterations: fault.short, seed });
    expect(error).toBeNull();
  });
}
