/** One text field with its label, hint and error. What was typed stays with whoever holds `value`. */
import type { ComponentChildren, InputHTMLAttributes, Ref } from 'preact';
import { Icon } from './Icon.tsx';

interface FieldProps {
  id: string;
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: ComponentChildren;
  error?: ComponentChildren;
  /** Moves with every press of submit: the same error is spoken again. */
  turn?: number;
  /** Where the error is told elsewhere already. */
  quiet?: boolean;
  inputRef?: Ref<HTMLInputElement>;
  /** Beside the class every field has. */
  inputClass?: string;
  input?: InputHTMLAttributes;
}

export function Field({
  id,
  label,
  value,
  onValue,
  hint,
  error,
  turn,
  quiet = false,
  inputRef,
  inputClass,
  input,
}: FieldProps) {
  const hasError = error !== undefined && error !== null;
  const described = [hint != null && `${id}-hint`, hasError && `${id}-error`].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint != null && (
        <div class="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {/* There before any error: what is put into it is spoken wherever the focus is. */}
      <div role={quiet ? undefined : 'alert'}>
        {hasError && (
          <FieldError key={turn} id={`${id}-error`}>
            {error}
          </FieldError>
        )}
      </div>
      <input
        type="text"
        autocomplete="off"
        autocorrect="off"
        spellcheck={false}
        {...input}
        class={inputClass === undefined ? 'input' : `input ${inputClass}`}
        id={id}
        ref={inputRef ?? null}
        value={value}
        // Chromium writes what was typed to the disk, to restore it, unless this is the same.
        defaultValue={value}
        onInput={(event) => onValue(event.currentTarget.value)}
        aria-required
        aria-invalid={hasError}
        aria-describedby={described.length > 0 ? described.join(' ') : undefined}
      />
    </div>
  );
}

/**
 * Gives a field back to who typed into it. What they `submitted` is selected, to be typed over;
 * what they have typed since is not.
 */
export function returnTo(field: HTMLInputElement | null, submitted: string): void {
  field?.focus();
  if (field?.value === submitted) field.select();
}

export function FieldError({ id, children }: { id: string; children: ComponentChildren }) {
  return (
    <p class="field-error" id={id}>
      <Icon name="alert" size={18} />
      <span>{children}</span>
    </p>
  );
}
