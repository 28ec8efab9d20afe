/** The messages, and where their list stays: at the bottom if one was there, else where it was. */
// oxlint-disable jsx-a11y/prefer-tag-over-role -- an li has to stand in the list itself, and runs are between
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import type { Receipt, Slot } from '../../../server/protocol/frames.ts';
import { deliveryOf, type Item, type NoteItem } from '../../core/chat-view.ts';
import { chatText } from '../catalogue/chat-catalogue.ts';
import type { ChatTools } from '../chat-tools.ts';
import { formatDay } from '../dates.ts';
import { extras, fetchExtras, type Extras } from '../extras.ts';
import { incomingAfter } from '../incoming.ts';
import { useLive } from '../live-value.ts';
import { isRich, rowsOf, RUN, type Row } from '../message-rows.ts';
import { createScrollAnchor, type ScrollAnchor } from '../scroll-anchor.ts';
import { useToday } from '../today.ts';
import { goOn } from '../touch.ts';
import { Icon } from './Icon.tsx';
import { MessageBubble } from './MessageBubble.tsx';
import { MessageRun } from './MessageRun.tsx';

const RENDERED = 500;
/** So many are seen before the others are made, which takes most of the time to get in. */
const FIRST = 40;
/** So many more are let come before those above are taken away: each time all others move. */
const SPARE = 100;

const oneMore = (count: number) => count + 1;

interface MessageListProps {
  items: readonly Item[];
  /** Grows when the log was read anew after a loss: what was seen of the old one says nothing. */
  rereads: number;
  slot: Slot;
  names: Readonly<Record<Slot, string>>;
  theirs: Receipt;
  /** Nothing more can be sent. */
  isFull: boolean;
  /** Above the messages, or in their place. */
  about: ComponentChildren;
  tools: ChatTools;
  /** The parts were asked for by a press and are not there yet. */
  askForParts: () => void;
}

export function MessageList(props: MessageListProps) {
  const { items, rereads, tools } = props;
  const parts = useLive(extras);
  const today = useToday();
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const listElement = useRef<HTMLDivElement>(null);
  const anchor = useRef<ScrollAnchor | null>(null);
  const [atBottom, setAtBottom] = useState(true);
  /** Up to where it was on screen. */
  const seen = useRef(0);
  const [, countAnew] = useState(0);
  const [earlier, showEarlier] = useReducer<number, void>(oneMore, 0);
  const start = useStart(items.length, atBottom, earlier);
  const runs = useMemo(() => rowsOf(items, start, Date.now()), [items, start, today]);
  const newest = {
    own: items.findLast((item) => item.type === 'message' && item.mine)?.cid,
    any: items.findLast((item) => item.type === 'message' && item.body.kind !== 'unsent')?.cid,
  };
  /** The button of a message that was pressed before there was anything to open. */
  const [pressed, setPressed] = useState<Element | null>(null);
  // The same nodes again are not even compared: scrolling leaves the list alone.
  const list = useMemo(
    () => (
      // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- of the buttons in it
      <div
        role="list"
        class="messages"
        ref={listElement}
        // Should they not have come with the first message; a press of a button asks as well.
        onPointerEnter={() => void fetchExtras()}
        onClick={({ target }) => {
          // as: what is clicked is an element
          const button = (target as Element).closest('.more');
          if (parts || !button) return;
          setPressed(button);
          props.askForParts();
        }}
      >
        {runs.map((rows, index) => (
          <MessageRun
            key={index}
            rows={rows.map((row) => rowView(row, props, today, newest, parts))}
          />
        ))}
      </div>
    ),
    [runs, props.theirs, props.isFull, parts],
  );
  const newCount = atBottom ? 0 : incomingAfter(items, seen.current).length;

  const latest = useRef(props);
  latest.current = props;
  useLayoutEffect(() => {
    const [view, column, rows] = [scroller.current, content.current, listElement.current];
    if (!view || !column || !rows) return undefined;
    let looking: ReturnType<typeof setTimeout> | undefined;
    let isDown = true;
    // Once for all that happens together, and when it has been painted.
    const lookSoon = () => {
      looking ??= setTimeout(() => {
        looking = undefined;
        const last = isDown ? null : created.rowsInView().findLast(({ dataset }) => dataset['seq']);
        const seq = isDown ? seen.current : Number(last?.dataset['seq'] ?? 0);
        if (seq === 0) return;
        countAnew((seen.current = Math.max(seen.current, seq)));
        if (document.visibilityState === 'visible' && document.hasFocus()) {
          latest.current.tools.chat.markRead(seq);
        }
      }, 50);
    };
    const created = createScrollAnchor(view, column, rows, (bottom) => {
      setAtBottom((isDown = bottom));
      // Before anybody goes up from there.
      if (bottom) seen.current = latest.current.items.findLast(({ seq }) => seq)?.seq ?? 0;
      lookSoon();
    });
    anchor.current = created;
    const listening = new AbortController();
    addEventListener('focus', lookSoon, listening);
    document.addEventListener('visibilitychange', lookSoon, listening);
    return () => {
      created.stop();
      clearTimeout(looking);
      listening.abort();
    };
  }, []);

  useLayoutEffect(() => void (seen.current = 0), [rereads]);

  useLayoutEffect(() => {
    // Not every change of the list changes its size.
    anchor.current?.settle();
  }, [items]);

  useLayoutEffect(() => {
    const first = listElement.current?.querySelector<HTMLElement>('[role]');
    if (earlier === 0 || !first) return;
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }, [earlier]);

  const sent = useNewOwn(items);
  useLayoutEffect(() => {
    if (sent !== null) anchor.current?.settle(true);
  }, [sent]);

  return (
    <div class="log-frame">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- to scroll by keyboard */}
      <section class="log-scroll" ref={scroller} tabIndex={0} aria-label={chatText.messages}>
        <div class="column" ref={content}>
          {start === 0 ? (
            props.about
          ) : (
            <button type="button" class="button show-earlier" onClick={() => showEarlier()}>
              {chatText.showEarlier}
            </button>
          )}
          {list}
        </div>
      </section>
      {!atBottom && (
        <div class="pill">
          <button
            type="button"
            class={newCount > 0 ? 'button' : 'button button-round'}
            aria-label={newCount > 0 ? undefined : chatText.toBottom}
            onClick={() => {
              anchor.current?.settle(true);
              goOn();
            }}
          >
            {newCount > 0 && chatText.newMessages(newCount)}
            <Icon name="down" size={18} />
          </button>
        </div>
      )}
      {parts && <parts.MessageActions {...{ tools, scroller, pressed, showEarlier }} />}
    </div>
  );
}

/** Not a component: there are hundreds, and each would be one more to compare. */
function rowView(
  row: Row,
  list: MessageListProps,
  now: number,
  newest: { own: string | undefined; any: string | undefined },
  parts: Extras | null,
) {
  const { items, slot, names, theirs, isFull } = list;
  const { key } = row;
  if (row.type !== 'message') {
    const words = row.type === 'day' ? formatDay(row.at, now) : noteText(row.item, slot, names);
    return (
      <div role="listitem" key={key} class="day">
        {words}
      </div>
    );
  }
  const { item, first, last } = row;
  return (
    <MessageBubble
      key={key}
      item={item}
      first={first}
      last={last}
      delivery={item.mine ? deliveryOf(item, theirs) : null}
      isNewestOwn={key === newest.own}
      isNewest={key === newest.any}
      isFull={isFull}
      names={names}
      parts={isRich(item) ? parts : null}
      quoted={item.re === null ? undefined : parts?.findItem(items, item.re)}
    />
  );
}

function noteText({ note }: NoteItem, slot: Slot, names: Readonly<Record<Slot, string>>) {
  if (note.kind === 'reset') return chatText.reset;
  // Whoever reads it is in by the link that holds.
  return note.slot === slot ? chatText.renewedMine : chatText.renewed(names[note.slot]);
}

/**
 * Where the rendered part begins: at first at the very last messages, until these are seen. At the
 * bottom only the last are kept; further up nothing is taken away.
 */
function useStart(count: number, atBottom: boolean, earlier: number): number {
  const start = useRef(0);
  const shownEarlier = useRef(earlier);
  const [areFirstSeen, setFirstSeen] = useState(false);
  // An effect is too soon: Preact waits 35 ms for the frame, and a slow phone paints later.
  useLayoutEffect(() => {
    if (count > 0) requestAnimationFrame(() => setTimeout(() => setFirstSeen(true)));
  }, [count > 0]);
  if (earlier !== shownEarlier.current) {
    shownEarlier.current = earlier;
    start.current = Math.max(0, start.current - RENDERED);
  } else if (atBottom && count - start.current > RENDERED + SPARE) {
    start.current = floorToRun(count - RENDERED);
  }
  return Math.max(areFirstSeen ? 0 : floorToRun(count - FIRST), Math.min(start.current, count));
}

const floorToRun = (index: number) => index - (index % RUN);

/** The cid of the own message sent last from this page, null before the first. */
function useNewOwn(items: readonly Item[]): string | null {
  const last = items.at(-1);
  const isOwn = last?.type === 'message' && last.mine && last.seq === null;
  const cid = useRef<string | null>(null);
  if (isOwn) cid.current = last.cid;
  return cid.current;
}
