/** C. Before it is known who was invited, and whenever that cannot be found out. */
import { text } from '../catalogue/catalogue.ts';
import { Countdown } from '../components/Countdown.tsx';
import { Heading } from '../components/Heading.tsx';
import { Notice } from '../components/Notice.tsx';
import { Page } from '../components/Page.tsx';
import { formatCountdown, formatDuration } from '../durations.ts';

type WaitingPageProps =
  | { reason: 'opening' | 'unreachable' | 'offline' | 'broken' | 'refused' | 'not_loaded' }
  | { reason: 'crowded'; until: number; now: () => number };

export function WaitingPage(props: WaitingPageProps) {
  const { reason } = props;
  const { join } = text;
  const texts = {
    opening: null,
    unreachable: join.unreachable,
    crowded: reason === 'crowded' && (
      <Countdown {...props} told={(left) => join.crowded(formatDuration(left))}>
        {(left) => join.crowded(formatCountdown(left))}
      </Countdown>
    ),
    offline: join.unreachableOffline,
    broken: join.broken,
    refused: join.refused,
    not_loaded: join.notLoaded,
  };
  const headings = {
    opening: join.opening,
    unreachable: join.opening,
    crowded: join.opening,
    offline: join.opening,
    broken: join.brokenHeading,
    refused: join.notLoadedHeading,
    not_loaded: join.notLoadedHeading,
  };
  const mayReload = reason === 'refused' || reason === 'not_loaded';
  const reload = (
    <button type="button" class="button" onClick={() => location.reload()}>
      {join.reload}
    </button>
  );
  return (
    <Page>
      <div class="intro">
        <Heading>{headings[reason]}</Heading>
      </div>
      <output>
        {texts[reason] !== null && (
          <Notice tone="warn" action={mayReload && reload}>
            {texts[reason]}
          </Notice>
        )}
      </output>
    </Page>
  );
}
