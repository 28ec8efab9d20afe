/**
 * Where the list of messages stays. Someone at the bottom stays there whatever grows or shrinks;
 * someone who reads further up is never moved.
 */
const AT_BOTTOM_PX = 50;

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
  let top = 0;
  let height = 0;
  let room = 0;
  /**
   * Whether the bottom is in view. Only someone who goes up leaves it: a list that grows or a room
   * that shrinks puts it out of view too, and a layout on the way, with one of them changed and the
   * other not yet, may have moved the list up, as far as the shortest list and the longest room
   * leave. The event of a scroll may be told long after any of that.
   */
  const look = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const byLayout = Math.min(height, scrollHeight) - Math.max(room, clientHeight);
    const atBottom = scrollHeight - scrollTop - clientHeight <= AT_BOTTOM_PX;
    if (!atBottom && scrollTop < Math.min(top, byLayout - 1)) pinned = false;
    [top, height, room] = [scrollTop, scrollHeight, clientHeight];
    return atBottom;
  };
  const down = () => {
    scroller.scrollTop = scroller.scrollHeight;
    look();
  };
  const onScroll = () => {
    if (look()) pinned = true;
    moved(pinned);
  };
  const settle = () => {
    look();
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

/** The last of `rows` that begins above `bottom`, if any does. Looks from the end. */
export function lastOnScreen<T extends Element>(rows: readonly T[], bottom: number): T | undefined {
  return rows.findLast((row) => {
    const { top, height } = row.getBoundingClientRect();
    return top + Math.min(height, LINE_PX) <= bottom + 1;
  });
}
