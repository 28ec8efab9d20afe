/**
 * Leaving: this browser's pass (or passes) is revoked and its connections are closed. Leaving again, or a
 * session that is gone, is the same success; only without a pass there is nothing to leave with.
 */
import { AppError } from '../protocol/errors.ts';
import type { Store } from '../store/store.ts';
import type { Pass } from './passes.ts';

/** Throws `pass_required`. */
export async function leave(
  store: Store,
  { sid, passes }: { sid: string; passes: readonly Pass[] },
): Promise<void> {
  if (passes.length === 0) throw new AppError('pass_required');
  for (const { slot, passHash } of passes) await store.leave(sid, slot, passHash);
}
