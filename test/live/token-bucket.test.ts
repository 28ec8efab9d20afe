import { expect, it } from 'vitest';
import { TokenBucket } from '../../server/live/token-bucket.ts';

it('[CL6] so many at once, so many a second', () => {
  let now = 0;
  const bucket = new TokenBucket(3, 2, () => now);
  expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 0]);
  expect(bucket.take()).toBe(500);
  now += 500;
  expect(bucket.take()).toBe(0);
  expect(bucket.take()).toBe(500);
  now += 60_000;
  expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).toEqual([0, 0, 0, 500]);
});
