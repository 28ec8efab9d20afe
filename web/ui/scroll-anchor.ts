/**
 * Where the list of messages stays. Someone at the bottom stays there whatever grows or shrinks;
 * someone who reads further up is never moved.
 */
const AT_BOTTOM_PX = 50;
/** Enough of a message to have read it: one line. */
const LINE_PX = 40;

export interface ScrollAnchor {
  /** After a change of the list that may not have changed its size; or to go down, and stay there. */
  settle(toBottom?: boolean): void;
  /** Those of which a line is on screen, or all of what is less. */
  rowsInView(): HTMLElement[];
  stop(): void;
}

/**
 * Of `content`, in which `runs` has the rows in boxes. `moved` is told of every scroll and every
 * change of size, with whether the bottom is in view.
 */
export function createScrollAnchor(
  scroller: HTMLElement,
  content: HTMLElement,
  runs: HTMLElement,
  moved: (atBottom: boolean) => void,
): ScrollAnchor {
  let pinned = true;
  /** The message in the middle of those on screen, and how far down in the list. Days come and go. */
  let kept: Element | undefined;
  let keptAt = 0;
  let top = 0;
  let height = 0;
  let room = 0;
  const fromTop = (row: Element) =>
    row.getBoundingClientRect().top - content.getBoundingClientRect().top;
  /** Brings what was on screen back, though rows above it became longer or shorter. */
  const bringBack = () => {
    const by = kept?.isConnected && !pinned ? fromTop(kept) - keptAt : 0;
    // Less is not seen, and a scroll on its way is stopped by being corrected.
    if (Math.abs(by) < 1) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    // A list shorter than it was scrolled: the browser has gone down with it some of the way.
    const isCut = scrollTop >= scrollHeight - clientHeight - 1;
    scroller.scrollTop = by + (isCut ? Math.max(top, scrollTop) : scrollTop);
    keptAt += by;
  };
  /**
   * Whether the bottom is in view. Only someone who goes up leaves it: a list that grows or a room
   * that shrinks puts it out of view too, and a layout on the way, with one of them changed and the
   * other not yet, may have moved the list up, as far as the shortest list and the longest room
   * leave; with both changed since, the way was longer, and nobody can tell. The event of a scroll
   * may be told long after any of that.
   */
  const look = () => {
    bringBack();
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const byLayout = Math.min(height, scrollHeight) - Math.max(room, clientHeight);
    const atBottom = scrollHeight - scrollTop - clientHeight <= AT_BOTTOM_PX;
    const isClear = height === scrollHeight || room === clientHeight;
    if (!atBottom && isClear && scrollTop < Math.min(top, byLayout - 1)) pinned = false;
    [top, height, room] = [scrollTop, scrollHeight, clientHeight];
    return atBottom;
  };
  const inView = ({ children }: Element) => {
    const { top: ceiling, bottom: floor } = scroller.getBoundingClientRect();
    // as: the page makes only such
    return ([...children] as HTMLElement[]).filter((box) => {
      const { top, bottom, height } = box.getBoundingClientRect();
      return bottom > ceiling && top + Math.min(height, LINE_PX) <= floor + 1;
    });
  };
  const rowsInView = () => inView(runs).flatMap(inView);
  const onScroll = () => {
    // What bringBack did is told as well: the same message is kept, until a person scrolls.
    const isElsewhere = scroller.scrollTop !== top;
    if (look()) pinned = true;
    if (pinned) kept = undefined;
    else if (isElsewhere) {
      // Not the first: most of that may be above, and what becomes of it there.
      const messages = rowsInView().filter(({ dataset }) => dataset['cid']);
      kept = messages[messages.length >> 1];
      if (kept) keptAt = fromTop(kept);
    }
    moved(pinned);
  };
  let frame: number | undefined;
  let goesDown = false;
  const settle = () => {
    frame = undefined;
    if (!scroller.isConnected) return;
    look();
    if (goesDown) pinned = true;
    goesDown = false;
    if (pinned) {
      scroller.scrollTop = scroller.scrollHeight;
      look();
    }
    moved(pinned);
  };
  // Runs after layout and before paint, so nothing is ever seen in the wrong place.
  const observer = new ResizeObserver(settle);
  observer.observe(scroller);
  observer.observe(content);
  scroller.addEventListener('scroll', onScroll);
  return {
    settle(toBottom) {
      if (toBottom) goesDown = true;
      // With the frame: laid out now, all would be laid out twice.
      frame ??= requestAnimationFrame(settle);
    },
    rowsInView,
    stop() {
      observer.disconnect();
      scroller.removeEventListener('scroll', onScroll);
    },
  };
}
