/** Asks before a message is taken from both. */
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { Dialog } from './Dialog.tsx';

interface RemoveDialogProps {
  onKeep: () => void;
  onRemove: () => void;
}

export function RemoveDialog({ onKeep, onRemove }: RemoveDialogProps) {
  return (
    <Dialog heading={extrasText.removeHeading} describedBy="remove-text" onClose={onKeep}>
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
