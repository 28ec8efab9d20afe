/** Where the focus goes on touch and elsewhere: a field that has it brings the keyboard up. */
export const isTouch = (): boolean => touch.matches;

// Made once: it is asked several times for each message.
const touch = matchMedia('(hover: none) and (pointer: coarse)');

/** To where one writes, also on touch: whoever answers wants the keyboard. */
export function focusComposer(): void {
  focusOn(COMPOSER);
}

/** To where the chat goes on, when the control that was pressed disappears. */
export function goOn(): void {
  focusOn(isTouch() ? '.log-scroll' : COMPOSER);
}

const COMPOSER = '.composer textarea';

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
}
