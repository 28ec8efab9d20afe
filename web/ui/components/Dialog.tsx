/** A native modal dialog while it is mounted: Esc and the browser's own focus rules come with it. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProps {
  heading: string;
  /** The id of what else is read out when it opens. */
  describedBy?: string;
  class?: string;
  /** Esc, or whatever else the browser takes as closing. */
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ heading, describedBy, onClose, children, ...rest }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-focus]')?.focus();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={rest.class}
      aria-labelledby={id}
      aria-describedby={describedBy}
      onCancel={(event) => {
        event.preventDefault();
        // Of a dialog within another the inner one alone is meant.
        event.stopPropagation();
        onClose();
      }}
    >
      <h2 id={id}>{heading}</h2>
      {children}
    </dialog>
  );
}
