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
      {hasError && <FieldError id={`${id}-error`}>{error}</FieldError>}
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
        onInput={(event) => onValue(event.currentTarget.value)}
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
