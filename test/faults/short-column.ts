/**
 * A short column, as tests: every fault a few times, on a new seed each time, which its test is
 * named after.
 */
import { describe, test } from 'vitest';
import { runFault, type Fault } from './fault.ts';

const TIME_LIMIT_MS = 180_000;

export function testShortColumn(faults: readonly Fault[]): void {
  const short = faults.filter((fault) => fault.short > 0);
  describe.each(short.filter(({ waits }) => !waits))('$id $title', testShort);
  describe.concurrent.each(short.filter(({ waits }) => waits))('$id $title', testShort);
}

function testShort(fault: Fault): void {
  const seed = Math.floor(Math.random() * 2 ** 31);

  test(`${fault.short} times, seed ${seed}`, { timeout: TIME_LIMIT_MS }, async ({ expect }) => {
    const { error } = await runFault(fault, { iterations: fault.short, seed });
    expect(error).toBeNull();
  });
}
