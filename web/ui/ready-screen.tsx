/**
 * The Ready page with what it needs of the world: whether its cards are still wanted.
 */
import { useEffect } from 'preact/hooks';
import { proofOf } from '../core/entering.ts';
import { parsePastedLink } from '../core/session-link.ts';
import { api } from './page-api.ts';
import { ReadyPage } from './pages/Ready.tsx';
import { forgetReadyCards, type ReadyCards } from './ready-cards.ts';
import type { Router } from './router.ts';
import type { SessionTabs } from './session-tabs.ts';

export interface ReadyScreenProps {
  router: Router;
  tabs: SessionTabs;
  cards: ReadyCards;
  /** By a reload or Back: the cards may have become needless meanwhile. */
  restored: boolean;
}

export function ReadyScreen({ router, tabs, cards, restored }: ReadyScreenProps) {
  const { sid } = cards;

  /** Cards are kept until both have entered; whoever reloads after that needs none. */
  async function check(): Promise<void> {
    const link = parsePastedLink(cards.participants[0].link);
    if (link === null) return;
    const landing = await api.landing(sid, proofOf(link));
    const isOver = landing.result === 'gone';
    if (!isOver && !(landing.result === 'landing' && landing.met)) return;
    forgetReadyCards(sid);
    if (restored || isOver) router.forgetReady(sid);
  }

  useEffect(() => {
    if (restored) void check();
    return tabs.listen((news) => {
      if (news.sid !== sid) return;
      if (news.type !== 'left') forgetReadyCards(sid);
      if (news.type === 'ended') router.forgetReady(sid);
    });
  }, [cards]);

  return <ReadyPage cards={cards} openAs={router.openAs} onSeen={() => void check()} />;
}
