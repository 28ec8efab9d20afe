/** Ending a session for both, which takes a pass that the store still lists. */
import { AppError } from '../protocol/errors.ts';
import type { Store } from '../store/store.ts';
import { findByPass } from './find-by-pass.ts';
import type { Pass } from './passes.ts';

/**
 * `box`: the control box that tells the other who ended it. Throws `pass_required`, the same
 * whether the session is there or not.
 */
export async function end(
  store: Store,
  { sid, passes, box }: { sid: string; passes: readonly Pass[]; box: string | null },
): Promise<void> {
  const inside = await findByPass(store, sid, passes);
  if (!inside) throw new AppError('pass_required');
  // It may have ended meanwhile, which is what was asked for.
  await store.end(sid, inside.pass.slot, box);
}
