/** Under a message that was not sent: why, and what can be done; heard by message-gestures.ts. */
import { chatText } from '../catalogue/chat-catalogue.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { Icon } from './Icon.tsx';

export function Failure({ isFull }: { isFull: boolean }) {
  return (
    <div class="message-failed">
      <Icon name="alert" size={16} />
      <span>
        {chatText.delivery.failed} {isFull && extrasText.notSentFull}
      </span>
      <button type="button" class="link-button" data-failed="retry">
        {extrasText.tryAgain}
      </button>
      <button type="button" class="link-button" data-failed="discard">
        {extrasText.discard}
      </button>
    </div>
  );
}
