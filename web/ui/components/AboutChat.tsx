/** What stands above the first message, and alone while there is none. */
import { chatText } from '../catalogue/chat-catalogue.ts';
import type { Expiry } from '../../core/chat-view.ts';
import { text } from '../catalogue/catalogue.ts';
import { formatDuration, formatDurationShort } from '../durations.ts';
import { Countdown } from './Countdown.tsx';
import { Icon } from './Icon.tsx';
import { isPlainHttp } from './Page.tsx';

interface AboutChatProps {
  other: string;
  loaded: boolean;
  isEmpty: boolean;
  /** Whether the other has ever been here. */
  hasMet: boolean;
  /** Null until known. */
  expiry: Expiry | null;
  now: () => number;
  showCards: (() => void) | null;
}

export function AboutChat(props: AboutChatProps) {
  const { other, loaded, isEmpty, hasMet, expiry, now, showCards } = props;
  if (!loaded) {
    return <p class="chat-about chat-about-empty">{isEmpty && chatText.loading}</p>;
  }
  return (
    <div class={isEmpty ? 'chat-about chat-about-empty' : 'chat-about'}>
      <Icon name={isPlainHttp() ? 'alert' : 'lock'} size={isEmpty ? 28 : 18} />
      {isEmpty && !hasMet && <strong>{chatText.emptyHeading}</strong>}
      {isEmpty && <p>{hasMet ? chatText.emptyMet : chatText.emptyNever(other)}</p>}
      <p>{isPlainHttp() ? text.plainHttp : chatText.encrypted}</p>
      {expiry && (
        <p>
          {hasMet ? (
            chatText.endsAfter(formatDurationShort(expiry.idleMs))
          ) : (
            <Countdown until={expiry.deadline} now={now}>
              {(left) => chatText.mayComeIn(other, formatDuration(left))}
            </Countdown>
          )}
        </p>
      )}
      {!hasMet && showCards && (
        <button type="button" class="link-button" onClick={showCards}>
          {chatText.handOver(other)}
        </button>
      )}
    </div>
  );
}
