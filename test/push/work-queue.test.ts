import { expect, it } from 'vitest';
import { createWorkQueue } from '../../server/push/work-queue.ts';

/** Work that goes on until it is let go. */
function createHeldWork() {
  const begun: number[] = [];
  const gates = new Map<number, () => void>();
  const work = (item: number) => {
    begun.push(item);
    return new Promise<void>((resolve) => gates.set(item, resolve));
  };
  const finish = async (item: number) => {
    gates.get(item)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, work, finish };
}

it('does so many at once, in order, and drops what is too much', async () => {
  const { begun, work, finish } = createHeldWork();
  const queue = createWorkQueue(work, { atOnce: 2, most: 4 });
  expect([1, 2, 3, 4, 5].map((item) => queue.add(item))).toEqual([true, true, true, true, false]);
  expect(begun).toEqual([1, 2]);
  await finish(2);
  expect(begun).toEqual([1, 2, 3]);
  expect(queue.add(6)).toBe(true);
  await finish(1);
  await finish(3);
  expect(begun).toEqual([1, 2, 3, 4, 6]);
});

it('begins nothing more once it is stopped', async () => {
  const { begun, work, finish } = createHeldWork();
  const queue = createWorkQueue(work, { atOnce: 1, most: 4 });
  queue.add(1);
  queue.add(2);
  queue.stop();
  await finish(1);
  expect(queue.add(3)).toBe(false);
  expect(begun).toEqual([1]);
});
