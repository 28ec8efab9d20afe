/** Where a message is written. Keeps what was typed until it was taken. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { isSendPress } from '../key-intent.ts';
import { isTouch } from '../touch.ts';
import { Icon } from './Icon.tsx';

interface ComposerProps {
  /** What was typed before a reload. */
  draft: string;
  /** Every change, the empty text too. */
  onDraft: (draft: string) => void;
  /** False if it was not taken, being too long; null if all stays as it is. */
  send: (message: string) => boolean | null;
  attach: (chosen: File[]) => void;
  /** What goes along: above the field. */
  tray: ComponentChildren;
  /** Another way to say it: at the end of the field, where a place is kept for it. */
  voice: ComponentChildren;
  /** What is answered or changed; null where something new is said. */
  bar: ComponentChildren;
  /** Up was pressed in the empty field. */
  onUp: () => void;
}

export function Composer({ draft, onDraft, send, attach, tray, voice, bar, onUp }: ComposerProps) {
  const [value, setValue] = useState(draft);
  const [isTooLong, setTooLong] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);

  function change(next: string): void {
    setValue(next);
    setTooLong(false);
    onDraft(next);
  }

  function submit(): void {
    // Of the element: a press may come before the last input was rendered.
    const message = withoutMargins(field.current?.value ?? '');
    field.current?.focus();
    if (message === '' && tray === null) return;
    const isTaken = send(message);
    if (isTaken) change('');
    else if (isTaken === false) setTooLong(true);
  }

  return (
    <form
      class="composer"
      // Browsers keep what stands in a form, to restore it: on the disk, and not sealed.
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {bar}
      {isTooLong && (
        <p class="column composer-note" id="composer-note" role="alert">
          {chatText.tooLong}
        </p>
      )}
      {tray}
      <div class="column">
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            attach([...(currentTarget.files ?? [])]);
            // The same file may be chosen again.
            currentTarget.value = '';
          }}
        />
        <button
          type="button"
          class="button button-round button-plain"
          aria-label={chatText.attach}
          onClick={() => chooser.current?.click()}
        >
          <Icon name="plus" size={22} />
        </button>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={chatText.message}
          placeholder={chatText.message}
          value={value}
          aria-invalid={isTooLong}
          aria-describedby={isTooLong ? 'composer-note' : bar ? 'composer-bar' : undefined}
          enterkeyhint={isTouch() ? 'enter' : 'send'}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowUp' && event.currentTarget.value === '') onUp();
            if (!isSendPress(event, isTouch())) return;
            event.preventDefault();
            submit();
          }}
        />
        {voice}
        <button
          type="submit"
          class="button button-main button-round"
          aria-label={chatText.send}
          // The field keeps the focus, and so the keyboard stays.
          onMouseDown={(event) => event.preventDefault()}
        >
          <Icon name="send" size={22} />
        </button>
      </div>
    </form>
  );
}

/** Blank lines around a message go; the indentation of its first line stays. */
function withoutMargins(typed: string): string {
  return typed.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
}
