/**
 * Hide now: nothing of the chat is to be seen or read out from this very moment, and the page
 * leaves for an empty one. The chat goes on, and the link leads back. Needs nothing to be fetched.
 */
import { chatText } from './catalogue/chat-catalogue.ts';

const PRESSES = 3;
/** Slower than this, Shift was pressed for something else. */
const WITHIN_MS = 1000;

/** Told to the window: what is elsewhere on this device is to be silent too. */
export const HIDING = 'hiding';

export function hideNow(): void {
  dispatchEvent(new Event(HIDING));
  // Dialogs too, which would stand above any cover.
  document.body.replaceChildren();
  document.title = chatText.hidden;
  // In place of the chat: Back does not lead to it.
  location.replace('about:blank');
}

/** Shift several times in a row, alone; returns how to stop. */
export function watchForHiding(): () => void {
  const listening = new AbortController();
  const options = { capture: true, signal: listening.signal };
  let presses: number[] = [];
  addEventListener(
    'keydown',
    ({ key, repeat, timeStamp }) => {
      presses = key === 'Shift' && !repeat ? [...presses, timeStamp].slice(-PRESSES) : [];
      if (presses.length === PRESSES && timeStamp - (presses[0] ?? 0) < WITHIN_MS) hideNow();
    },
    options,
  );
  // Held while pressing, it selects.
  addEventListener('pointerdown', () => (presses = []), options);
  return () => listening.abort();
}
