/** Asks before the chat is ended for both. */
import { chatText } from '../catalogue/chat-catalogue.ts';
import { Dialog } from './Dialog.tsx';

interface EndDialogProps {
  isEnding: boolean;
  onKeep: () => void;
  onEnd: () => void;
}

export function EndDialog({ isEnding, onKeep, onEnd }: EndDialogProps) {
  return (
    <Dialog heading={chatText.endHeading} onClose={onKeep}>
      <p class="quiet">{chatText.endText}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={onKeep}>
          {chatText.keepChatting}
        </button>
        <button
          type="button"
          class="button button-end"
          aria-busy={isEnding}
          onClick={() => !isEnding && onEnd()}
        >
          {isEnding ? chatText.ending : chatText.end}
        </button>
      </div>
    </Dialog>
  );
}
