/** Where something floating stands: under what it belongs to, else above it, always on screen. */
const GAP = 4;
const MARGIN = 8;

export function placeBeside(floating: HTMLElement, anchor: Element): void {
  const { innerWidth } = window;
  // What a keyboard covers is not on screen.
  const bottomEdge = (visualViewport?.height ?? window.innerHeight) - MARGIN;
  const { left, right, top, bottom } = anchor.getBoundingClientRect();
  const { style } = floating;
  style.maxHeight = `${bottomEdge - MARGIN}px`;
  const { offsetWidth, offsetHeight } = floating;
  const fitsBelow = bottom + GAP + offsetHeight <= bottomEdge;
  const wanted = fitsBelow ? bottom + GAP : top - GAP - offsetHeight;
  style.top = `${Math.max(MARGIN, Math.min(wanted, bottomEdge - offsetHeight))}px`;
  // Towards the middle of the screen, from whichever side it belongs to.
  const isRight = left + right > innerWidth;
  const start = isRight ? right - offsetWidth : left;
  style.left = `${Math.max(MARGIN, Math.min(start, innerWidth - MARGIN - offsetWidth))}px`;
}
