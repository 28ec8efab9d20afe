/**
 * The page: the screen the router says. What leads into a chat is in the main chunk, all else in
 * one of its own.
 */
import type { NewSession } from '../core/new-session.ts';
import type { Refused, Retry } from '../core/session-api.ts';
import { browserEnvironment } from './browser-environment.ts';
import { Later } from './later.tsx';
import { LinkScreen } from './link-screen.tsx';
import { useLive } from './live-value.ts';
import { api } from './page-api.ts';
import type { Router } from './router.ts';
import type { SessionTabs } from './session-tabs.ts';

interface AppProps {
  router: Router;
  tabs: SessionTabs;
}

const loadStart = () => import('./pages/Start.tsx');
const loadReady = () => import('./ready-parts.ts');

export function App({ router, tabs }: AppProps) {
  const screen = useLive(router.screen);
  if (screen.name === 'link') return <LinkScreen address={screen} router={router} tabs={tabs} />;
  if (screen.name === 'ready') {
    const { cards, restored } = screen;
    return (
      <Later key="ready" load={loadReady}>
        {({ ReadyScreen }) => <ReadyScreen {...{ router, tabs, cards, restored }} />}
      </Later>
    );
  }
  return (
    <Later key="start" load={loadStart}>
      {({ StartPage }) => (
        <StartPage
          environment={browserEnvironment}
          prepare={() => void loadReady().catch(() => {})}
          create={create}
          onCreated={router.showReady}
        />
      )}
    </Later>
  );
}

async function create(
  names: [string, string],
  idle: string,
): Promise<NewSession | Retry | Refused> {
  const parts = await loadReady().catch(() => null);
  if (parts === null) return { result: 'retry', code: null, retryInMs: null };
  return parts.createNewSession(api, names, idle === '' ? {} : { idle });
}
