/** Asks before the chat is ended for both, and stays until it is: it can be taken back meanwhile. */
import type { Chat } from '../../core/chat-view.ts';
import type { ChatCatalogue } from '../catalogue/chat-catalogue.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { useLive } from '../live-value.ts';
import { Dialog } from './Dialog.tsx';
import { FieldError } from './Field.tsx';

interface EndDialogProps {
  chat: Pick<Chat, 'ending' | 'end' | 'cancelEnd'>;
  /** What the chat itself has to say of it: it asks too, where this cannot be had. */
  words: Pick<ChatCatalogue, 'end' | 'endHeading' | 'endText' | 'endFailed'>;
  onClose: () => void;
}

export function EndDialog({ chat, words, onClose }: EndDialogProps) {
  const ending = useLive(chat.ending);
  const keep = () => {
    chat.cancelEnd();
    onClose();
  };
  const isEnding = ending === 'under_way';
  return (
    <Dialog heading={words.endHeading} describedBy="end-text" onClose={keep}>
      <p class="quiet" id="end-text">
        {words.endText}
      </p>
      <div role="alert">
        {ending === 'failed' && <FieldError id="end-failed">{words.endFailed}</FieldError>}
      </div>
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={keep}>
          {extrasText.keepChatting}
        </button>
        <button type="button" class="button button-end" aria-busy={isEnding} onClick={chat.end}>
          {isEnding ? extrasText.ending : words.end}
        </button>
      </div>
    </Dialog>
  );
}
