/**
 * Who is let in to a session in memory: entering gives a pass, leaving takes it back. What goes
 * with a pass goes with it: its connections and their leases.
 */
import { CLOSE } from '../protocol/errors.ts';
import type { Slot } from '../protocol/frames.ts';
import { otherSlot } from '../protocol/frames.ts';
import { MAX_PASSES_PER_PARTICIPANT } from '../protocol/limits.ts';
import type { AttemptBudget } from './budget.ts';
import { forgiveTry } from './budget.ts';
import { dropLeases } from './memory-leases.ts';
import { order, tell, touch } from './memory-session.ts';
import type { MemorySession, Moment } from './memory-session.ts';
import type { Caller } from './store.ts';

export function enter(
  session: MemorySession,
  slot: Slot,
  { passHash, caller }: { passHash: string; caller: Caller },
  moment: Moment,
  budget: AttemptBudget,
): void {
  const participant = session.participants[slot];
  if (!participant.passes.includes(passHash)) {
    participant.passes = participant.passes.concat(passHash);
    forgiveTry(participant.attempts, caller, moment.now, budget);
  }
  for (const oldest of participant.passes.slice(0, -MAX_PASSES_PER_PARTICIPANT)) {
    revokePass(session, slot, oldest, moment);
  }
  if (!participant.entered) {
    participant.entered = true;
    session.met = session.participants[otherSlot(slot)].entered;
    tell(moment, otherSlot(slot), { type: 'peer', state: 'offline' });
  }
  touch(session, moment);
}

/** The pass, its leases and its endpoints are gone; nodes are told to close its connections. */
export function revokePass(
  session: MemorySession,
  slot: Slot,
  passHash: string,
  moment: Moment,
): void {
  const participant = session.participants[slot];
  participant.passes = participant.passes.filter((pass) => pass !== passHash);
  participant.endpoints = participant.endpoints.filter((one) => one.passHash !== passHash);
  order(moment, { close: CLOSE.passGone, pass: passHash });
  dropLeases(session, moment, (lease) => lease.slot === slot && lease.passHash === passHash);
}
