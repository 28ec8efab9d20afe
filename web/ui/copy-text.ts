/**
 * Copies a text and says what really happened. navigator.clipboard does not exist on plain http,
 * so there is an older way, and after that the reader's own Ctrl+C.
 */
export type CopyResult = 'copied' | 'selected';

/** `shown` is the element with the text on screen: selected when nothing else works. */
export async function copyText(value: string, shown: HTMLElement): Promise<CopyResult> {
  if (await copyByClipboard(value)) return 'copied';
  if (copyByTextarea(value)) return 'copied';
  selectContents(shown);
  return 'selected';
}

async function copyByClipboard(value: string): Promise<boolean> {
  // Typed as always there; on plain http it is not.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return false;
  try {
    await clipboard.writeText(value);
    return true;
  } catch {
    return false;
  }
}

function copyByTextarea(value: string): boolean {
  const active = document.activeElement;
  const area = document.createElement('textarea');
  area.value = value;
  area.readOnly = true;
  area.className = 'sr-only';
  area.setAttribute('aria-hidden', 'true');
  document.body.append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    if (active instanceof HTMLElement) active.focus();
  }
}

function selectContents(shown: HTMLElement): void {
  const selection = getSelection();
  const range = document.createRange();
  range.selectNodeContents(shown);
  selection?.removeAllRanges();
  selection?.addRange(range);
}
