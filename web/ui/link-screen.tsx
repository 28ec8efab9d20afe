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
import { JoinPage } from './pages/Join.tsx';
import { WaitingPage } from './pages/Waiting.tsx';
import { findReadyCards } from './ready-cards.ts';
import type { OpenedAddress, Router } from './router.ts';
import type { SessionTabs } from './session-tabs.ts';

const loadLast = () => import('./last-pages.ts');

interface LinkScreenProps {
  address: OpenedAddress;
  router: Router;
  tabs: SessionTabs;
}

export function LinkScreen({ address, router, tabs }: LinkScreenProps) {
  const { link, memo } = address;
  if (link !== null) return <OpenedLink {...{ address, link, router, tabs }} />;
  return (
    <Later load={loadLast}>
      {({ EndedPage, LeftPage, IncompletePage }) => {
        if (memo?.screen === 'left') return <LeftPage />;
        if (memo?.screen !== 'ended') return <IncompletePage open={router.openPasted} />;
        return <EndedPage chat={memo.chat} slot={memo.slot} names={null} />;
      }}
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
      loadChat: () => import('./chat-parts.ts'),
      isOffline: () => !navigator.onLine,
    });
  }, [address]);
  useEffect(() => runFlow(flow), [flow]);

  const state = useLive(flow.state);
  useEffect(() => {
    // A chat may end while there is no network to fetch its last page with.
    if (state.state === 'inside') loadLast().catch(() => {});
  }, [state.state]);
  const now = () => browserEnvironment.now();
  if (state.state === 'asking') {
    return <JoinPage session={state.session} form={state.form} now={now} />;
  }
  if (state.state === 'inside') {
    const { chat, asOther, draftSeal, parts } = state;
    const hasCards = findReadyCards(chat.sid) !== null;
    return (
      <parts.ChatPage
        key={chat.sid}
        chat={chat}
        draftSeal={draftSeal}
        now={now}
        asOther={asOther}
        leave={flow.leave}
        enterAsOther={flow.enterAsOther}
        showCards={hasCards ? () => router.backToReady(chat.sid) : null}
      />
    );
  }
  if (state.state === 'ended') {
    const { chat, slot, names } = state;
    return (
      <Later key="ended" load={loadLast}>
        {({ EndedPage }) => <EndedPage chat={chat} slot={slot} names={names} />}
      </Later>
    );
  }
  if (state.state === 'left') {
    return (
      <Later key="left" load={loadLast}>
        {({ LeftPage }) => <LeftPage />}
      </Later>
    );
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
