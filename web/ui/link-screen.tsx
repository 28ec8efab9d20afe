/**
 * Everything at BASE/c: the flow of the opened link, told of what the browser tells, and the page
 * of each of its states.
 */
import { useEffect, useMemo } from 'preact/hooks';
import type { LinkParts } from '../../server/protocol/link.ts';
import { browserEnvironment } from './browser-environment.ts';
import { Later } from './later.tsx';
import { createLinkFlow, type LinkFlow } from './link-flow.ts';
import { useLive } from './live-value.ts';
import { api, base } from './page-api.ts';
import { EndedPage, LeftPage } from './pages/Ended.tsx';
import { JoinPage } from './pages/Join.tsx';
import { WaitingPage } from './pages/Waiting.tsx';
import { findReadyCards } from './ready-cards.ts';
import type { OpenedAddress, Router } from './router.ts';
import type { SessionTabs } from './session-tabs.ts';

/** Few ever see it. */
const loadIncomplete = () => import('./pages/Incomplete.tsx');

interface LinkScreenProps {
  address: OpenedAddress;
  router: Router;
  tabs: SessionTabs;
}

export function LinkScreen({ address, router, tabs }: LinkScreenProps) {
  const { link, memo } = address;
  if (link !== null) return <OpenedLink {...{ address, link, router, tabs }} />;
  if (memo?.screen === 'left') return <LeftPage />;
  if (memo?.screen === 'ended') {
    return <EndedPage chat={memo.chat} slot={memo.slot} names={null} />;
  }
  return (
    <Later load={loadIncomplete}>
      {({ IncompletePage }) => <IncompletePage open={router.openPasted} />}
    </Later>
  );
}

function OpenedLink({ address, link, router, tabs }: LinkScreenProps & { link: LinkParts }) {
  const flow = useMemo(() => {
    const { memo, code } = address;
    return createLinkFlow({
      api,
      environment: browserEnvironment,
      base,
      link,
      tabs,
      rememberedSlot: memo?.screen === 'inside' ? memo.slot : null,
      code,
      async loadChat() {
        // By name: as a whole, it would bring the bundler's code to make one of its parts.
        const { createChat, ChatPage, createDraftSeal } = await import('./chat-parts.ts');
        return { createChat, ChatPage, createDraftSeal };
      },
      isOffline: () => !navigator.onLine,
    });
  }, [address]);
  useEffect(() => runFlow(flow), [flow]);

  const state = useLive(flow.state);
  const now = () => browserEnvironment.now();
  if (state.state === 'asking') {
    return <JoinPage session={state.session} form={state.form} now={now} />;
  }
  if (state.state === 'inside') {
    const { chat, session, asOther, draftSeal, parts } = state;
    const hasCards = findReadyCards(chat.sid) !== null;
    return (
      <parts.ChatPage
        key={chat.sid}
        chat={chat}
        session={session}
        draftSeal={draftSeal}
        now={now}
        asOther={asOther}
        flow={flow}
        leave={flow.leave}
        enterAsOther={flow.enterAsOther}
        showCards={hasCards ? () => router.backToReady(chat.sid) : null}
      />
    );
  }
  if (state.state === 'ended') {
    const { chat, slot, names } = state;
    return <EndedPage chat={chat} slot={slot} names={names} />;
  }
  if (state.state === 'left') return <LeftPage />;
  if (state.state === 'crowded') {
    return <WaitingPage key="crowded" reason="crowded" until={state.until} now={now} />;
  }
  return <WaitingPage key={state.state} reason={state.state} />;
}

/** Opens the link and tells the flow what happens to the page; returns how to stop. */
function runFlow(flow: LinkFlow): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const woke = () => document.visibilityState === 'visible' && flow.woke();
  addEventListener('pagehide', flow.stop, { signal });
  addEventListener('pageshow', ({ persisted }) => !persisted && flow.woke(), { signal });
  addEventListener('online', flow.woke, { signal });
  addEventListener('offline', flow.wentOffline, { signal });
  document.addEventListener('visibilitychange', woke, { signal });
  flow.open();
  return () => {
    listening.abort();
    flow.stop();
  };
}
