/**
 * Leaving: this browser's pass is revoked and its connections are closed. Leaving again, or a
 * session that is gone, is the same success; only without a pass there is nothing to leave with.
 */
import { AppError } from '../protocol/errors.ts';
import type { Store } from '../store/store.ts';
import type { Pass } from './passes.ts';

/** Throws `pass_required`. */
export async function leave(
  store: Store,
  { sid, pass }: { sid: string; pass: Pass | null },
): Promise<void> {
  if (pass === null) throw new AppError('pass_required');
  await store.leave(sid, pass.slot, pass.passHash);
}
