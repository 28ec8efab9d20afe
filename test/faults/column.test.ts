// The short column: every fault a few times, on a new seed each time. A seed that failed is kept
// in seeds.test.ts under what it found.
import { describe, expect, test } from 'vitest';
import { runFault } from './fault.ts';
import { FAULTS } from './faults.ts';

const TIME_LIMIT_MS = 180_000;

describe.each(FAULTS.filter(({ short }) => short > 0))('$id $title', (fault) => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  test(`${fault.short} times, seed ${seed}`, { timeout: TIME_LIMIT_MS }, async () => {
    const { error } = await runFault(fault, { iterations: fault.short, seed });
    expect(error).toBeNull();
  });
});
