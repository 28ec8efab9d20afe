/**
 * Finding a session by the pass that a browser holds: the cookie says who it was given to, the
 * store whether it still holds.
 */
import type { SessionRecord, Store } from '../store/store.ts';
import { isValidPass, type Pass } from './passes.ts';

/** Null unless the session is there and lists the pass. */
export async function findByPass(
  store: Store,
  sid: string,
  pass: Pass,
): Promise<SessionRecord | null> {
  const found = await store.find(sid);
  return found.state === 'live' && isValidPass(found.session, pass) ? found.session : null;
}
