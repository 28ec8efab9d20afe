/** Where a message is written. Keeps what was typed until it was taken. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { chatText } from '../catalogue/chat-catalogue.ts';
import { isSendPress } from '../key-intent.ts';
import { isTouch } from '../touch.ts';
import { Icon } from './Icon.tsx';

interface ComposerProps {
  /** What was typed before a reload. */
  draft: string;
  /** Every change, the empty text too. */
  onDraft: (draft: string) => void;
  /** False if it was not taken, being too long. */
  send: (message: string) => boolean;
}

export function Composer({ draft, onDraft, send }: ComposerProps) {
  const [value, setValue] = useState(draft);
  const [isTooLong, setTooLong] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  useLayoutEffect(() => {
    if (field.current !== null) fitHeight(field.current);
  }, [value]);

  function change(next: string): void {
    setValue(next);
    setTooLong(false);
    onDraft(next);
  }

  function submit(): void {
    // Of the element: a press may come before the last input was rendered.
    const message = withoutMargins(field.current?.value ?? '');
    field.current?.focus();
    if (message === '') return;
    if (send(message)) change('');
    else setTooLong(true);
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
      {isTooLong && (
        <p class="column composer-note" id="composer-note" role="alert">
          {chatText.tooLong}
        </p>
      )}
      <div class="column">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={chatText.message}
          placeholder={chatText.message}
          value={value}
          aria-invalid={isTooLong}
          aria-describedby={isTooLong ? 'composer-note' : undefined}
          enterkeyhint={isTouch() ? 'enter' : 'send'}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (!isSendPress(event, isTouch())) return;
            event.preventDefault();
            submit();
          }}
        />
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

/** For browsers whose fields do not grow with their content by themselves. */
function fitHeight(field: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return;
  const { style } = field;
  style.height = 'auto';
  const borders = field.offsetHeight - field.clientHeight;
  style.height = `${field.scrollHeight + borders}px`;
}
