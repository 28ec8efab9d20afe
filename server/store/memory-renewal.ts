/**
 * A new link and code for a participant of a session in memory. Decides as lua/renew.lua does, in
 * the same order: pass_gone, diverged, connected, repeated or taken, full, renewed.
 */
import { noAttempts } from './budget.ts';
import { parseEntry } from './entry-json.ts';
import { peerOf } from './memory-leases.ts';
import { append, holds, stored, type Room } from './memory-log.ts';
import { revokePass } from './memory-passes.ts';
import type { MemorySession, Moment } from './memory-session.ts';
import { REPLACED_LINKS_KEPT, type Renewal, type RenewalResult } from './store.ts';

export function renew(
  session: MemorySession,
  renewal: Renewal,
  moment: Moment,
  room: Room,
): RenewalResult {
  const { by, passHash, slot, proofHash, key, codeHash, cid, box, sum, seen } = renewal;
  const participant = session.participants[slot];
  if (!session.participants[by].passes.includes(passHash)) return 'pass_gone';
  if (seen && !holds(session, seen)) return 'diverged';
  if (slot !== by && peerOf(session, slot, moment.now).state === 'online') return 'connected';

  const others = participant.passes.filter((pass) => slot !== by || pass !== passHash);
  if (stored(session, cid) !== undefined) {
    if (!isRepeat(session, renewal) || others.length > 0) return 'taken';
    Object.assign(participant, { codeHash, attempts: noAttempts() });
    return 'renewed';
  }
  const { a, b } = session.participants;
  if ([a.proofHash, b.proofHash, ...session.replaced].includes(proofHash)) return 'taken';

  const appended = append(session, { slot: by, cid, box, sum, seen }, moment, room);
  if (appended.result !== 'stored') return 'full';
  session.replaced = [...session.replaced, participant.proofHash].slice(-REPLACED_LINKS_KEPT);
  Object.assign(participant, { proofHash, key, codeHash, attempts: noAttempts() });
  for (const pass of others) revokePass(session, slot, pass, moment);
  return 'renewed';
}

/** Whether the entry of this cid is the one of this very renewal, and its link in force. */
function isRepeat(session: MemorySession, { by, slot, proofHash, cid, box }: Renewal): boolean {
  const entry = parseEntry(stored(session, cid) ?? '');
  const isSame = entry.slot === by && entry.box === box;
  return isSame && session.participants[slot].proofHash === proofHash;
}
