/**
 * What a link shows before anything is asked: who wants to talk, whether this browser is in
 * already, how many tries there are. Changes nothing.
 */
import type { Slot } from '../protocol/frames.ts';
import type { Caller, Store } from '../store/store.ts';
import { validPass, type Pass } from './passes.ts';
import { findByProof } from './proof.ts';

export interface Landing {
  slot: Slot;
  /** The session key, sealed for this link. */
  key: string;
  /** The sealed names, that of a first. */
  names: [string, string];
  /** As whom this browser is in. */
  here: Slot | null;
  /** Both have entered. */
  met: boolean;
  triesLeft: number;
  retryInMs: number;
  expiresInMs: number;
}

/** Throws `not_found` or `ended`. */
export async function landing(
  store: Store,
  request: { sid: string; proof: string; passes: readonly Pass[]; caller: Caller },
): Promise<Landing> {
  const { sid, proof, passes, caller } = request;
  const { slot, session } = await findByProof(store, sid, proof);
  const tries = await store.peekTries(sid, slot, caller);
  // Gone in this very moment: look again, for the reason.
  if (tries === null) return landing(store, request);
  const { a, b } = session.participants;
  return {
    slot,
    key: session.participants[slot].key,
    names: [a.name, b.name],
    here: validPass(session, passes, slot)?.slot ?? null,
    met: a.entered && b.entered,
    ...tries,
    expiresInMs: session.expiresInMs,
  };
}
