/**
 * What the Ready page shows, kept in this tab's sessionStorage so that a reload does not lose it,
 * until both have entered or the chat is over.
 */
import type { NewParticipant, NewSession } from '../core/new-session.ts';
import { readTab, writeTab } from './tab-storage.ts';

const KEY = 'duologue:ready';

export interface ReadyCards {
  sid: string;
  participants: [NewParticipant, NewParticipant];
  lanLinks: [string, string] | null;
  /** Wall clock, ms. */
  expiresAt: number;
}

export function readyCardsOf(created: NewSession, now: number): ReadyCards {
  const { sid, participants, lanLinks, expiresInMs } = created;
  return { sid, participants, lanLinks, expiresAt: now + expiresInMs };
}

export function keepReadyCards(cards: ReadyCards): void {
  writeTab(KEY, JSON.stringify(cards));
}

/** The cards of that session, or null; whatever else is found there is not ours. */
export function findReadyCards(sid: string): ReadyCards | null {
  try {
    const found: unknown = JSON.parse(readTab(KEY) ?? 'null');
    return isReadyCards(found) && found.sid === sid ? found : null;
  } catch {
    return null;
  }
}

/** One of the two has a new link and code: those on the card are of no use any more. */
export function replaceReadyCard(sid: string, renewed: NewParticipant): void {
  const cards = findReadyCards(sid);
  if (cards === null) return;
  const [a, b] = cards.participants;
  const participants: ReadyCards['participants'] =
    renewed.slot === 'a' ? [renewed, b] : [a, renewed];
  keepReadyCards({ ...cards, participants, lanLinks: null });
}

export function forgetReadyCards(sid: string): void {
  if (findReadyCards(sid) !== null) writeTab(KEY, null);
}

// Only this page writes there; the check is against another version of it.
function isReadyCards(value: unknown): value is ReadyCards {
  if (typeof value !== 'object' || value === null) return false;
  const { sid, participants, expiresAt } = value as Partial<ReadyCards>; // as: checked below
  return (
    typeof sid === 'string' &&
    typeof expiresAt === 'number' &&
    Array.isArray(participants) &&
    participants.length === 2 &&
    participants.every(
      ({ name, link, code }) =>
        typeof name === 'string' && typeof link === 'string' && typeof code === 'string',
    )
  );
}
