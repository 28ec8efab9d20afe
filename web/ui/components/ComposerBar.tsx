/** Above the composer: what is answered or changed, and how to leave it. Esc leaves it too. */
import { useEffect } from 'preact/hooks';
import type { Chat } from '../../core/chat-view.ts';
import { otherSlot } from '../../core/chat-view.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { plainText } from '../incoming.ts';
import { useLive } from '../live-value.ts';
import { findItem, oneLine } from '../message-lookup.ts';
import { ACTION_PATHS } from './action-paths.ts';
import { Icon } from './Icon.tsx';

interface ComposerBarProps {
  chat: Chat;
  cid: string;
  isEdit?: boolean;
  onCancel: () => void;
}

/** What Esc closes first. */
const ABOVE = '.menu-list, dialog[open]';

export function ComposerBar({ chat, cid, isEdit = false, onCancel }: ComposerBarProps) {
  const item = findItem(useLive(chat.items), cid);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing || document.querySelector(ABOVE)) return;
      onCancel();
    };
    // Before the menu's own listener, which may take it off the screen.
    document.addEventListener('keydown', onKey, { capture: true });
    return () => document.removeEventListener('keydown', onKey, { capture: true });
  }, []);
  if (item?.type !== 'message') return null;
  const heading = isEdit
    ? extrasText.editing
    : item.mine
      ? extrasText.replyToYou
      : extrasText.replyTo(chat.names[otherSlot(chat.slot)]);
  return (
    <div class="column composer-bar">
      <Icon path={ACTION_PATHS[isEdit ? 'edit' : 'reply']} />
      <p id="composer-bar">
        <strong>{heading}</strong>
        <span class="one-line" dir="auto">
          {oneLine(plainText(item))}
        </span>
      </p>
      <button
        type="button"
        class="button button-round button-plain"
        aria-label={isEdit ? extrasText.cancelEdit : extrasText.cancelReply}
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
