/**
 * What Redis refuses without having run any of it, and might take the next time: a script it has
 * forgotten, a key that is on its way to another node, or has got there.
 */
import { AppError } from '../protocol/errors.ts';
import { OPERATION_MS, within } from './within.ts';

const FORGOTTEN = 'NOSCRIPT';
const MOVING = ['MOVED', 'ASK', 'TRYAGAIN', 'CLUSTERDOWN'];

export type Refusal = 'forgotten' | 'moving';

/** Of an error as a gate throws it; null if something may have run. */
export function refusalOf(error: unknown): Refusal | null {
  const cause = error instanceof AppError ? error.cause : error;
  if (!(cause instanceof Error)) return null;
  const [word = ''] = cause.message.split(' ', 1);
  if (word === FORGOTTEN) return 'forgotten';
  return MOVING.includes(word) ? 'moving' : null;
}

/** `refusal`: why the last one was refused, null at first. */
type Attempt<T> = (refusal: Refusal | null) => Promise<T>;

/** Attempts until it is not refused. Keys on their way are waited for with `settled`. */
export async function insist<T>(attempt: Attempt<T>, settled: () => Promise<void>): Promise<T> {
  const giveUpAt = performance.now() + OPERATION_MS;
  try {
    return await attempt(null);
  } catch (error) {
    if (refusalOf(error) === null) throw error;
    return within(giveUpAt, repeat(attempt, settled, error, giveUpAt));
  }
}

/** The same after the first attempt was refused. Nothing is sent after `giveUpAt`. */
export async function repeat<T>(
  attempt: Attempt<T>,
  settled: () => Promise<void>,
  first: unknown,
  giveUpAt: number,
): Promise<T> {
  for (let error = first; ;) {
    const refusal = refusalOf(error);
    if (refusal === 'moving') await settled();
    // Whoever asked has been told that it failed: from then on it must not be sent.
    if (refusal === null || performance.now() >= giveUpAt) throw error;
    try {
      return await attempt(refusal);
    } catch (another) {
      error = another;
    }
  }
}
