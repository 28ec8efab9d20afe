/**
 * Which screen the page shows, from its address and history.state: Start and Ready at BASE/, all
 * else at BASE/c. Knows of a link only what its address says.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { LinkParts } from '../../server/protocol/link.ts';
import type { NewParticipant, NewSession } from '../core/new-session.ts';
import { readLocation } from '../core/session-link.ts';
import { readMemo, writeMemo, type Memo } from './history-memo.ts';
import { findReadyCards, keepReadyCards, readyCardsOf, type ReadyCards } from './ready-cards.ts';
import { linkFragment } from '../core/typed-input.ts';

export type Screen =
  | { name: 'start' }
  | { name: 'ready'; cards: ReadyCards; restored: boolean }
  | ({ name: 'link' } & OpenedAddress);

/** What stands at BASE/c. Each opening is another object, also of the same link. */
export interface OpenedAddress {
  /** Null when the part after # is missing or not whole. */
  link: LinkParts | null;
  /** What this page left on this entry of the history. */
  memo: Memo | null;
  /** The code that was just shown to who opens this, so that it need not be typed. */
  code: string | null;
}

export interface Router {
  readonly screen: ReadonlySignal<Screen>;
  showReady: (created: NewSession) => void;
  /** The Ready page's cards again, from within the chat; only where they are still kept. */
  backToReady: (sid: string) => void;
  /** Leaves the Ready page of that session for Start. */
  forgetReady: (sid: string) => void;
  /** The link of one of the cards, in this tab, with its code. */
  openAs: (participant: NewParticipant) => void;
  openPasted: (link: LinkParts) => void;
}

export function createRouter(): Router {
  const { base } = readLocation(location);
  const screen = signal<Screen>({ name: 'start' });

  function route(code: string | null = null): void {
    const memo = readMemo();
    if (isLinkPage(location.pathname)) {
      const { link, repaired } = readLocation(location);
      if (repaired !== null) writeMemo(memo, repaired);
      screen.value = { name: 'link', link, memo, code };
      return;
    }
    const cards = memo?.screen === 'ready' ? findReadyCards(memo.sid) : null;
    if (cards !== null) {
      screen.value = { name: 'ready', cards, restored: true };
      return;
    }
    // Of cards that are gone nothing stays, their session's id neither.
    if (memo !== null) writeMemo(null);
    screen.value = { name: 'start' };
  }

  function goTo(address: string, memo: Memo | null, code: string | null = null): void {
    history.pushState(null, '', address);
    writeMemo(memo);
    route(code);
  }

  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- what lies over a chat takes it for as long as it is open (PictureViewer)
  window.onpopstate = () => route();
  addEventListener('pageshow', ({ persisted }) => {
    // Out of the back-cache: what was on screen may be of a chat that is no more.
    if (persisted) route();
  });
  route();

  return {
    screen,
    showReady(created) {
      const cards = readyCardsOf(created, Date.now());
      keepReadyCards(cards);
      // In place of the form: Back does not lead to it, reload leads here.
      writeMemo({ screen: 'ready', sid: cards.sid });
      screen.value = { name: 'ready', cards, restored: false };
    },
    backToReady: (sid) => goTo(`${base}/`, { screen: 'ready', sid }),
    forgetReady(sid) {
      // The answer may come when another screen is shown already.
      if (screen.value.name !== 'ready' || screen.value.cards.sid !== sid) return;
      writeMemo(null);
      screen.value = { name: 'start' };
    },
    openAs: ({ link, code }) => goTo(`${base}/c${link.slice(link.indexOf('#'))}`, null, code),
    openPasted: (link) => goTo(`${base}/c#${linkFragment(link)}`, null),
  };
}

/** BASE/c, also with a slash, or with %23 for # behind it. */
function isLinkPage(pathname: string): boolean {
  return /\/c(\/?|(%23|%2523).*)$/i.test(pathname);
}
