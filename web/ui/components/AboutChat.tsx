/** What stands above the first message, and alone while there is none. */
import { chatText } from '../catalogue/chat-catalogue.ts';
import { formatDurationShort } from '../durations.ts';
import { Icon } from './Icon.tsx';

interface AboutChatProps {
  other: string;
  loaded: boolean;
  isEmpty: boolean;
  /** Whether the other has ever been here. */
  hasMet: boolean;
  /** Null until known. */
  idleMs: number | null;
  showCards: (() => void) | null;
}

export function AboutChat({ other, loaded, isEmpty, hasMet, idleMs, showCards }: AboutChatProps) {
  if (!loaded) {
    return <p class="chat-about chat-about-empty">{isEmpty && chatText.loading}</p>;
  }
  return (
    <div class={isEmpty ? 'chat-about chat-about-empty' : 'chat-about'}>
      <Icon name="lock" size={isEmpty ? 28 : 18} />
      {isEmpty && !hasMet && <strong>{chatText.emptyHeading}</strong>}
      {isEmpty && <p>{hasMet ? chatText.emptyMet : chatText.emptyNever(other)}</p>}
      <p>{chatText.encrypted}</p>
      {idleMs !== null && <p>{chatText.endsAfter(formatDurationShort(idleMs))}</p>}
      {!hasMet && showCards && (
        <button type="button" class="link-button" onClick={showCards}>
          {chatText.handOver(other)}
        </button>
      )}
    </div>
  );
}
