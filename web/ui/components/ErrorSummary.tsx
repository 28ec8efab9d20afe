/** Two or more errors of a form, above it, each leading to its field. Takes the focus. */
import { useEffect, useRef } from 'preact/hooks';

interface ErrorSummaryProps {
  heading: string;
  errors: readonly { fieldId: string; message: string }[];
  /** Moves with every press of submit, so that the focus comes back each time. */
  turn: number;
}

export function ErrorSummary({ heading, errors, turn }: ErrorSummaryProps) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => element.current?.focus(), [turn]);
  return (
    <section class="error-summary" aria-label={heading} tabIndex={-1} ref={element}>
      <h2>{heading}</h2>
      <ul>
        {errors.map(({ fieldId, message }) => (
          <li key={fieldId}>
            <a
              href={`#${fieldId}`}
              onClick={(event) => {
                // Not by the address: what is behind # belongs to the link of a chat.
                event.preventDefault();
                document.getElementById(fieldId)?.focus();
              }}
            >
              {message}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
