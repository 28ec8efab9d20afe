import { expect, it } from 'vitest';
import { backoffMs } from '../../../web/core/backoff.ts';

it('[CL1] doubles from half a second to fifteen', () => {
  const longest = Array.from({ length: 8 }, (_, attempt) => backoffMs(attempt, 1));
  expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  expect(backoffMs(2_000, 1)).toBe(15_000);
});

it('[CL1] spreads from nothing to all of it', () => {
  expect(backoffMs(3, 0)).toBe(0);
  expect(backoffMs(3, 0.25)).toBe(1_000);
});
