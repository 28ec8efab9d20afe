/** Where the focus goes on touch and elsewhere: a field that has it brings the keyboard up. */
export function isTouch(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}

/** To where the chat goes on, when the control that was pressed disappears. */
export function goOn(): void {
  const next = isTouch() ? '.log-scroll' : '.composer textarea';
  document.querySelector<HTMLElement>(next)?.focus({ preventScroll: true });
}
