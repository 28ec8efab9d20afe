/** Everything that stands between the header and the messages of a chat, the gravest first. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Slot } from '../../../server/protocol/frames.ts';
import { otherSlot } from '../../core/chat-view.ts';
import type { ConnectionStatus, Expiry, Notices } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { formatCountdown } from '../durations.ts';
import { goOn } from '../touch.ts';
import { troubleText } from '../trouble.ts';
import { Banner } from './Banner.tsx';
import { Countdown } from './Countdown.tsx';
import { TimeBanner } from './TimeBanner.tsx';

interface BannersProps {
  slot: Slot;
  names: Readonly<Record<Slot, string>>;
  /** `live` also while trouble is too young to be shown. */
  connection: ConnectionStatus;
  /** When a connection is tried again. */
  retryAt: number;
  /** Messages that wait for those before them; 0 where it is hardly to be seen. */
  paced: number;
  notices: Notices;
  expiry: Expiry | null;
  now: () => number;
  /** Shown to who opened the other's link; null otherwise. */
  enterAsOther: (() => void) | null;
  /** Something that was asked for and could not be done. */
  failure: string | null;
  useHere: () => void;
  keep: () => void;
  /** What stands below them all. */
  children: ComponentChildren;
}

export function Banners(props: BannersProps) {
  const { slot, names, connection, notices, expiry, now, enterAsOther, failure } = props;
  const other = names[otherSlot(slot)];
  const trouble = troubleText(connection);
  return (
    <div class="banners">
      {notices.tampered && <Banner tone="danger">{chatText.tampered}</Banner>}
      {trouble !== null && (
        <Banner
          tone={connection === 'refused' ? 'danger' : 'warn'}
          action={<TroubleAction connection={connection} useHere={props.useHere} />}
        >
          {trouble}
          {connection === 'crowded' && (
            <Countdown until={props.retryAt} now={now}>
              {(left) => ` ${chatText.tryingIn(formatCountdown(left))}`}
            </Countdown>
          )}
        </Banner>
      )}
      {props.paced > 0 && <Banner tone="plain">{chatText.paced(props.paced)}</Banner>}
      {failure !== null && <Banner tone="warn">{failure}</Banner>}
      {expiry && <TimeBanner expiry={expiry} other={other} now={now} keep={props.keep} />}
      {enterAsOther && (
        <Banner
          tone="plain"
          action={
            <button type="button" class="button" onClick={enterAsOther}>
              {chatText.enterAs(other)}
            </button>
          }
        >
          {chatText.already(names[slot])}
        </Banner>
      )}
      {notices.full && <Banner tone="warn">{chatText.full}</Banner>}
      {notices.reset && <Banner tone="warn">{chatText.reset}</Banner>}
      <TriesBanner count={notices.tries[slot] ?? 0} words={chatText.triesYours} />
      <TriesBanner
        count={notices.tries[otherSlot(slot)] ?? 0}
        words={(count) => chatText.triesTheirs(count, other)}
      />
      {props.children}
    </div>
  );
}

function TroubleAction({ connection, useHere }: Pick<BannersProps, 'connection' | 'useHere'>) {
  const isElsewhere = connection === 'elsewhere';
  if (!isElsewhere && connection !== 'refused') return null;
  return (
    <button type="button" class="button" onClick={isElsewhere ? useHere : () => location.reload()}>
      {isElsewhere ? chatText.useHere : chatText.reload}
    </button>
  );
}

/** Once taken note of it goes, until the number grows. */
function TriesBanner({ count, words }: { count: number; words: (count: number) => string }) {
  const [noted, setNoted] = useState(0);
  if (count <= noted) return null;
  return (
    <Banner
      tone="warn"
      onDismiss={() => {
        setNoted(count);
        goOn();
      }}
    >
      {words(count)}
    </Banner>
  );
}
