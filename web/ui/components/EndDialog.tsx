/** Asks before the chat is ended for both, and stays until it is: it can be taken back meanwhile. */
import type { Ending } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { Dialog } from './Dialog.tsx';
import { FieldError } from './Field.tsx';

interface EndDialogProps {
  ending: Ending;
  onKeep: () => void;
  onEnd: () => void;
}

export function EndDialog({ ending, onKeep, onEnd }: EndDialogProps) {
  const isEnding = ending === 'under_way';
  return (
    <Dialog heading={chatText.endHeading} describedBy="end-text" onClose={onKeep}>
      <p class="quiet" id="end-text">
        {chatText.endText}
      </p>
      <div role="alert">
        {ending === 'failed' && <FieldError id="end-failed">{chatText.endFailed}</FieldError>}
      </div>
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={onKeep}>
          {chatText.keepChatting}
        </button>
        <button type="button" class="button button-end" aria-busy={isEnding} onClick={onEnd}>
          {isEnding ? chatText.ending : chatText.end}
        </button>
      </div>
    </Dialog>
  );
}
