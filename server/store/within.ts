/** Waiting that ends: what takes longer than an operation may take fails like an unreachable store. */
import { AppError } from '../protocol/errors.ts';

/** An operation has given up after so long, whatever it waited for. */
export const OPERATION_MS = 1_700;

/** What `work` becomes, if it does so before `giveUpAt` (of performance.now). */
export async function within<T>(giveUpAt: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    const late = new AppError('store_unavailable', { message: 'the store took too long' });
    timer = setTimeout(() => reject(late), Math.max(0, giveUpAt - performance.now()));
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
