/** A secret text and its Copy button, which says "Copied" only when that is true. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { readyText } from '../catalogue/ready-catalogue.ts';
import { copyText, type CopyResult } from '../copy-text.ts';

interface CopyRowProps {
  label: string;
  value: string;
  /** The accessible name of the button: unique on the page. */
  copyLabel: string;
  /** Said once it was copied. */
  copiedText: string;
  class: string;
  onCopied?: () => void;
}

const SHOWN_MS = 3000;

export function CopyRow({ label, value, copyLabel, copiedText, onCopied, ...props }: CopyRowProps) {
  const shown = useRef<HTMLElement>(null);
  const [result, setResult] = useState<CopyResult | null>(null);
  useEffect(() => {
    if (result === null) return undefined;
    const timer = setTimeout(() => setResult(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);

  async function copy(): Promise<void> {
    if (shown.current === null) return;
    const copied = await copyText(value, shown.current);
    setResult(copied);
    // Selected is as good as copied to who then presses the keys.
    onCopied?.();
  }

  return (
    <div class="person-part">
      <span class="label">{label}</span>
      <div class="person-row">
        <span class={`secret ${props.class}`} ref={shown} translate={false}>
          {value}
        </span>
        <button type="button" class="button" aria-label={copyLabel} onClick={() => void copy()}>
          {result === null ? readyText.copy : shortWord(result)}
        </button>
      </div>
      <output class="sr-only">
        {result === 'copied' ? copiedText : result === 'selected' ? pressKeys() : ''}
      </output>
    </div>
  );
}

function shortWord(result: CopyResult): string {
  return result === 'copied' ? readyText.copied : pressKeys();
}

function pressKeys(): string {
  return /Mac|iPhone|iPad/.test(navigator.platform) ? readyText.selectedMac : readyText.selected;
}
