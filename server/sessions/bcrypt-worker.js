/**
 * Runs in the hasher's worker thread: bcrypt blocks for tens of milliseconds, and nobody's
 * messages should wait for it. JavaScript, because a worker's file is read by Node itself, which
 * in tests and development has no built one.
 */
import os from 'node:os';
import bcrypt from 'bcryptjs';

/** What Linux gives another thread first, where both want the same processor. */
const LESS_URGENT = 10;
const LEAST_URGENT = 19;

// On Linux a priority is a thread's own; elsewhere it would be that of the whole process.
if (process.platform === 'linux') {
  try {
    os.setPriority(Math.min(LEAST_URGENT, os.getPriority() + LESS_URGENT));
  } catch {
    // A sandbox may refuse it: codes are checked all the same.
  }
}

/** @param {{code: string, cost: number}} task */
export function hash({ code, cost }) {
  return bcrypt.hashSync(code, cost);
}

/** @param {{code: string, codeHash: string}} task */
export function compare({ code, codeHash }) {
  return bcrypt.compareSync(code, codeHash);
}
