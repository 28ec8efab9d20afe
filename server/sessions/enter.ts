/**
 * Getting in: link and code become a pass. Every try is taken from the budget before the code is
 * looked at, so that asking many times at once gains nothing.
 */
import { normaliseCode } from '../protocol/code.ts';
import { AppError } from '../protocol/errors.ts';
import { otherSlot, type Slot } from '../protocol/frames.ts';
import type { Caller, Store } from '../store/store.ts';
import type { Hasher } from './hasher.ts';
import { validPass, type Pass } from './passes.ts';
import { findByProof } from './proof.ts';

export interface EnterDeps {
  store: Store;
  hasher: Hasher;
}

export interface EnterRequest {
  sid: string;
  proof: string;
  /** As typed. */
  code: string;
  /** What this browser holds for the session already. */
  passes: readonly Pass[];
  /** Hash of the id of the pass that this browser is to get. */
  passHash: string;
  caller: Caller;
}

/** Both participants are told when so many tries have failed. */
const TOLD_AT = [5, 20, 100];

/**
 * `passed`: the new pass is valid. False if this browser was in already: it needs no code, costs
 * no try and keeps its pass. Throws `bad_request` (not a code: costs no try), `not_found`,
 * `ended`, `other_participant`, `too_many_tries`, `wrong_code`, `busy`.
 */
export async function enter(
  { store, hasher }: EnterDeps,
  request: EnterRequest,
): Promise<{ slot: Slot; passed: boolean }> {
  const { sid, proof, passes, passHash, caller } = request;
  const code = normaliseCode(request.code);
  if (code === null) {
    throw new AppError('bad_request', {
      message: 'A code is 8 letters and digits, like 7K3M-Q9TX, and has no U.',
      details: { field: 'code', problem: 'malformed' },
    });
  }
  const { slot, session } = await findByProof(store, sid, proof);
  const pass = validPass(session, passes, slot);
  if (pass) {
    if (pass.slot === otherSlot(slot)) throw new AppError('other_participant');
    return { slot, passed: false };
  }

  const { codeHash } = session.participants[slot];
  await hasher.withPlace(async (compare) => {
    const taken = await store.takeTry(sid, slot, caller);
    if (taken === null) throw await whyGone(store, request);
    if (!taken.taken) {
      throw new AppError('too_many_tries', { details: { retryInMs: taken.retryInMs } });
    }
    if (await compare(code, codeHash)) return;
    const { failures, told, triesLeft, retryInMs } = taken;
    const count = TOLD_AT.findLast((least) => least <= failures) ?? 0;
    // That the word did not get through changes nothing about the answer.
    if (count > told) store.announceTries(sid, slot, count).catch(() => {});
    throw new AppError('wrong_code', { details: { triesLeft, retryInMs } });
  });

  const result = await store.enter(sid, slot, { codeHash, passHash, caller });
  if (result !== 'entered') throw await whyGone(store, request);
  return { slot, passed: true };
}

/** The session was there a moment ago: it has ended since, or its code was renewed. */
async function whyGone(store: Store, { sid, proof }: EnterRequest): Promise<AppError> {
  await findByProof(store, sid, proof);
  return new AppError('busy');
}
