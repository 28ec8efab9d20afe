/**
 * Finding a session by the passes that a browser holds: the cookies say who they were given to,
 * the store whether they still hold.
 */
import type { Slot } from '../protocol/frames.ts';
import type { SessionRecord, Store } from '../store/store.ts';
import { validPass, type Pass } from './passes.ts';

/** The session, and the pass by which this browser is in it, as for `validPass`; null if it is not. */
export async function findByPass(
  store: Store,
  sid: string,
  passes: readonly Pass[],
  meant: Slot | null = null,
): Promise<{ session: SessionRecord; pass: Pass } | null> {
  if (passes.length === 0) return null;
  const found = await store.find(sid);
  if (found.state !== 'live') return null;
  const pass = validPass(found.session, passes, meant);
  return pass && { session: found.session, pass };
}
