/** C. Before it is known who was invited, and whenever that cannot be found out. */
import { text } from '../catalogue/catalogue.ts';
import { Heading } from '../components/Heading.tsx';
import { Notice } from '../components/Notice.tsx';
import { Page } from '../components/Page.tsx';

interface WaitingPageProps {
  reason: 'opening' | 'unreachable' | 'offline' | 'broken' | 'refused' | 'not_loaded';
}

export function WaitingPage({ reason }: WaitingPageProps) {
  const { join } = text;
  const texts = {
    opening: null,
    unreachable: join.unreachable,
    offline: join.unreachableOffline,
    broken: join.broken,
    refused: join.refused,
    not_loaded: join.notLoaded,
  };
  const headings = {
    opening: join.opening,
    unreachable: join.opening,
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
