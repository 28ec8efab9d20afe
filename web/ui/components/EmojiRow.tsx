/** A few emoji to react with, and a field for any other. */
import { useState } from 'preact/hooks';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { isEmoji } from '../message-lookup.ts';
import { FieldError } from './Field.tsx';
import { Icon } from './Icon.tsx';

const OFFERED = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
/** Nothing longer is shown as a reaction. */
const MAX_LENGTH = 32;

interface EmojiRowProps {
  /** One's own until now. */
  given: string | undefined;
  give: (emoji: string) => void;
}

export function EmojiRow({ given, give }: EmojiRowProps) {
  const [isTyping, setTyping] = useState(false);
  const [isWrong, setWrong] = useState(false);
  if (isTyping) {
    return (
      <>
        <input
          ref={(field) => field?.focus()}
          class="input"
          autocomplete="off"
          maxLength={MAX_LENGTH}
          aria-label={extrasText.otherEmoji}
          placeholder={extrasText.otherEmoji}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'no-emoji' : undefined}
          onInput={({ currentTarget: { value } }) => {
            setWrong(false);
            if (isEmoji(value)) give(value.trim());
          }}
          onKeyDown={({ key, currentTarget: { value } }) =>
            key === 'Enter' && setWrong(value.trim() !== '')
          }
        />
        {isWrong && <FieldError id="no-emoji">{extrasText.noEmoji}</FieldError>}
      </>
    );
  }
  return (
    <div class="emoji-row">
      {OFFERED.map((emoji) => (
        <button
          key={emoji}
          type="button"
          class="button button-round button-plain"
          aria-pressed={emoji === given}
          aria-label={extrasText.reactWith(emoji)}
          onClick={() => give(emoji)}
        >
          {emoji}
        </button>
      ))}
      <button
        type="button"
        class="button button-round button-plain"
        aria-label={extrasText.otherEmoji}
        onClick={() => setTyping(true)}
      >
        <Icon name="plus" />
      </button>
    </div>
  );
}
