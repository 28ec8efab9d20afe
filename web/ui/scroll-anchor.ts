/**
 * Where the list of messages stays. Someone at the bottom stays there whatever grows or shrinks;
 * someone who reads further up is never moved.
 */
const AT_BOTTOM_PX = 50;

type Scroller = Pick<HTMLElement, 'scrollTop' | 'scrollHeight' | 'clientHeight'>;

function isAtBottom({ scrollTop, scrollHeight, clientHeight }: Scroller): boolean {
  return scrollHeight - scrollTop - clientHeight <= AT_BOTTOM_PX;
}

export interface ScrollAnchor {
  /** Goes down now, and stays there. */
  toBottom(): void;
  /** After a change of the list that may not have changed its size. */
  settle(): void;
  /** Keeps what is on screen where it is while `change` adds something above it. */
  keepWhile(change: () => void): void;
  stop(): void;
}

/** `moved` is told of every scroll and every change of size, with whether the bottom is in view. */
export function createScrollAnchor(
  scroller: HTMLElement,
  content: HTMLElement,
  moved: (atBottom: boolean) => void,
): ScrollAnchor {
  let pinned = true;
  let fromBottom: number | null = null;
  const measure = () => `${scroller.scrollHeight} ${scroller.clientHeight}`;
  let measured = measure();
  const down = () => {
    scroller.scrollTop = scroller.scrollHeight;
  };
  const onScroll = () => {
    // An event that belongs to a scroll before a change of size, told after it, would say that
    // someone has left the bottom: what changed was the room. The observer comes next.
    pinned = (pinned && measure() !== measured) || isAtBottom(scroller);
    moved(pinned);
  };
  // Runs after layout and before paint, so nothing is ever seen in the wrong place.
  const observer = new ResizeObserver(() => {
    measured = measure();
    if (fromBottom !== null) {
      scroller.scrollTop = scroller.scrollHeight - fromBottom;
      fromBottom = null;
    } else if (pinned) down();
    moved(pinned);
  });
  observer.observe(scroller);
  observer.observe(content);
  scroller.addEventListener('scroll', onScroll, { passive: true });
  return {
    toBottom() {
      pinned = true;
      down();
      moved(true);
    },
    settle() {
      if (pinned) down();
      moved(pinned);
    },
    keepWhile(change) {
      fromBottom = scroller.scrollHeight - scroller.scrollTop;
      change();
    },
    stop() {
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
    },
  };
}

// Enough of a message to have read it: one line, or all of it.
const LINE_PX = 40;

/** The last row of `list` that begins above `bottom`, or null. Looks from the end. */
export function lastOnScreen(list: HTMLElement, bottom: number): Element | null {
  let row = list.lastElementChild;
  while (row !== null) {
    const { top, height } = row.getBoundingClientRect();
    if (top + Math.min(height, LINE_PX) <= bottom + 1) return row;
    row = row.previousElementSibling;
  }
  return null;
}
