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
  let top = scroller.scrollTop;
  const down = () => {
    scroller.scrollTop = scroller.scrollHeight;
    top = scroller.scrollTop;
  };
  // Only going up leaves the bottom: a list that grows or a room that shrinks puts the bottom out
  // of view too, but nobody has moved. The event of a scroll may be told long after either.
  const noticeLeaving = () => {
    if (scroller.scrollTop < top && !isAtBottom(scroller)) pinned = false;
    top = scroller.scrollTop;
  };
  const onScroll = () => {
    noticeLeaving();
    pinned ||= isAtBottom(scroller);
    moved(pinned);
  };
  const settle = () => {
    noticeLeaving();
    if (pinned) down();
    moved(pinned);
  };
  // Runs after layout and before paint, so nothing is ever seen in the wrong place.
  const observer = new ResizeObserver(() => {
    if (fromBottom !== null) scroller.scrollTop = scroller.scrollHeight - fromBottom;
    fromBottom = null;
    settle();
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
    settle,
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
