/** Asks before a message is taken from both. */
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { Dialog } from './Dialog.tsx';

interface RemoveDialogProps {
  /** What the message says. */
  words: string;
  onKeep: () => void;
  onRemove: () => void;
}

export function RemoveDialog({ words, onKeep, onRemove }: RemoveDialogProps) {
  return (
    <Dialog
      heading={extrasText.removeHeading}
      describedBy="remove-words remove-text"
      onClose={onKeep}
    >
      <p class="one-line" id="remove-words" dir="auto">
        {words}
      </p>
      <p class="quiet" id="remove-text">
        {extrasText.removeText}
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button" data-focus onClick={onKeep}>
          {extrasText.keepMessage}
        </button>
        <button type="button" class="button button-end" onClick={onRemove}>
          {extrasText.remove}
        </button>
      </div>
    </Dialog>
  );
}
