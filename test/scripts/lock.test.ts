/** The lock around install and build: one at a time, and no dead owner blocks the living. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withLock } from '../../scripts/lock.js';

let folder = '';
let lock = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'duologue-lock-'));
  lock = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('lets one work at a time', async () => {
  let working = 0;
  const work = async () => {
    working += 1;
    await wait(20);
    expect(working).toBe(1);
    working -= 1;
  };
  await Promise.all([withLock(work, lock), withLock(work, lock), withLock(work, lock)]);
  expect(existsSync(lock)).toBe(false);
});

it('is free again after a failure', async () => {
  const failing = withLock(() => Promise.reject(new Error('broken')), lock);
  await expect(failing).rejects.toThrow('broken');
  expect(await withLock(() => Promise.resolve('next'), lock)).toBe('next');
});

it('takes over from an owner that died', async () => {
  mkdirSync(lock);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(await withLock(() => Promise.resolve('alive'), lock)).toBe('alive');
});
