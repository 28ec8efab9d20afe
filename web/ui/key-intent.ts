/**
 * What a key press in the composer means. Enter sends with a keyboard and breaks the line on
 * touch, where the button sends; a press that belongs to an input method is never ours.
 */
export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

// What browsers report while an input method handles the key; Safari does so even for the Enter
// that ends a composition, after isComposing has turned false.
const IME_KEY_CODE = 229;

export function isSendPress(press: KeyPress, touch: boolean): boolean {
  if (press.key !== 'Enter' || press.isComposing || press.keyCode === IME_KEY_CODE) return false;
  if (press.ctrlKey || press.metaKey) return true;
  return !press.shiftKey && !press.altKey && !touch;
}
