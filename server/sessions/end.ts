// Ending a session for both, which takes a pass that the store still lists.
import { AppError } from '../protocol/errors.ts';
import type { Store } from '../store/store.ts';
import { isValidPass, type Pass } from './passes.ts';

/**
 * `box`: the control box that tells the other who ended it. Throws `pass_required`, the same
 * whether the session is there or not.
 */
export async function end(
  store: Store,
  { sid, pass, box }: { sid: string; pass: Pass | null; box: string | null },
): Promise<void> {
  if (pass === null) throw new AppError('pass_required');
  const found = await store.find(sid);
  if (found.state !== 'live' || !isValidPass(found.session, pass)) {
    throw new AppError('pass_required');
  }
  // It may have ended meanwhile, which is what was asked for.
  await store.end(sid, pass.slot, box);
}
