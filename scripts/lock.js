/**
 * One lock for everything that writes node_modules and the built files, so that two starts at
 * once do the work once. A directory, because making one is atomic everywhere. Its owner touches
 * it every second: a lock untouched for longer belongs to a process that died.
 */
import { mkdirSync, renameSync, rmSync, statSync, utimes } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from './run.js';

const TOUCH_MS = 1000;
const DEAD_AFTER_MS = 10_000;

/**
 * Runs `work` while no other process holds the lock; waits for it without end.
 * @template T
 * @param {() => Promise<T>} work
 * @param {string} [path]
 * @returns {Promise<T>}
 */
export async function withLock(work, path = `${ROOT}.lock`) {
  while (!acquire(path)) {
    dropIfDead(path);
    await wait(100);
  }
  const touching = setInterval(() => {
    const now = new Date();
    utimes(path, now, now, () => {}); // gone: then there is nothing to keep alive
  }, TOUCH_MS);
  const release = () => rmSync(path, { recursive: true, force: true });
  process.once('exit', release); // run() exits on a signal, past every `finally`
  try {
    return await work();
  } finally {
    clearInterval(touching);
    process.off('exit', release);
    release();
  }
}

/** @param {string} path */
function acquire(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Two may find the same lock dead; renaming is atomic, so only one of them removes it.
 * @param {string} path */
function dropIfDead(path) {
  try {
    if (Date.now() - statSync(path).mtimeMs < DEAD_AFTER_MS) return;
    const grave = `${path}.${process.pid}`;
    renameSync(path, grave);
    rmSync(grave, { recursive: true });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error; // ENOENT: its owner or someone else was faster
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
