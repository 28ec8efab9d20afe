/**
 * Runs in the hasher's worker thread: bcrypt blocks for tens of milliseconds, and nobody's
 * messages should wait for it. JavaScript, because a worker's file is read by Node itself, which
 * in tests and development has no built one.
 */
import bcrypt from 'bcryptjs';

/** @param {{code: string, cost: number}} task */
export function hash({ code, cost }) {
  return bcrypt.hashSync(code, cost);
}

/** @param {{code: string, codeHash: string}} task */
export function compare({ code, codeHash }) {
  return bcrypt.compareSync(code, codeHash);
}
