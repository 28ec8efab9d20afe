/**
 * What was said, as items to show: messages with their edits, reactions and removals folded in,
 * and notes. Pure, in log order; what is still in the outbox is laid over the top.
 */
import type { OpenedEntry } from '../../server/protocol/envelope/entry-box.ts';
import type { Slot } from '../../server/protocol/frames.ts';
import type { Body, Item, MessageItem } from './chat-view.ts';
import type { LogEntry } from './log.ts';
import type { OutboxItem } from './sealing.ts';

export interface Timeline {
  readonly items: readonly Item[];
  /** cid → index in `items`. */
  readonly places: ReadonlyMap<string, number>;
  /** Where the last loss was told; 0 if there was none. */
  readonly lastReset: number;
}

export const emptyTimeline: Timeline = { items: [], places: new Map(), lastReset: 0 };

/** Longer than any emoji: not one, and it would not fit beside a bubble. */
const MAX_EMOJI_LENGTH = 32;

/** The timeline with `added` behind it. O(timeline + added), so hand in pages, not entries. */
export function extendTimeline(
  timeline: Timeline,
  added: readonly LogEntry[],
  mine: Slot,
): Timeline {
  const draft = draftOf(timeline);
  for (const { entry, opened } of added) {
    const said: Said = { ...entry, mine: entry.slot === mine, state: 'stored' };
    if (opened) fold(draft, said, opened);
    else push(draft, said, { kind: entry.box === undefined ? 'unsent' : 'undecryptable' });
  }
  return finish(draft);
}

/** The items with what the outbox will add to them once it is stored. */
export function withOutbox(
  timeline: Timeline,
  outbox: readonly OutboxItem[],
  slot: Slot,
): readonly Item[] {
  if (outbox.length === 0) return timeline.items;
  const draft = draftOf(timeline);
  for (const { cid, opened, of, failed } of outbox) {
    const state = failed ? 'failed' : 'sending';
    if (opened.sealedAs === 'message' || of) {
      fold(draft, { cid, slot, seq: null, at: null, mine: true, state }, opened);
    }
  }
  return finish(draft).items;
}

type Said = Pick<MessageItem, 'cid' | 'slot' | 'mine' | 'seq' | 'at' | 'state'>;

interface Draft {
  items: Item[];
  places: Map<string, number>;
  lastReset: number;
  /** Cids of items that turned out to be no messages of their own. */
  dropped: Set<string>;
}

function draftOf({ items, places, lastReset }: Timeline): Draft {
  return {
    items: [...items],
    places: new Map(places),
    lastReset,
    dropped: new Set(),
  };
}

function finish(draft: Draft): Timeline {
  const { items, lastReset, dropped } = draft;
  if (dropped.size === 0) return draft;
  const kept = items.filter(({ cid }) => !dropped.has(cid));
  return { items: kept, places: new Map(kept.map(({ cid }, place) => [cid, place])), lastReset };
}

function fold(draft: Draft, said: Said, { content }: OpenedEntry): void {
  switch (content.kind) {
    case 'text':
      return push(draft, said, { kind: 'text', text: content.text }, content.re);
    case 'file':
      return push(draft, said, content, content.re);
    case 'edit':
      return change(draft, content.of, (item) =>
        item.slot === said.slot && item.body.kind === 'text'
          ? { ...item, body: { kind: 'text', text: content.text }, edited: true }
          : item,
      );
    case 'react':
      return change(draft, content.of, (item) => react(item, said.slot, content.emoji));
    case 'unsend':
      return takeBack(draft, said.slot, content.of);
    case 'reset':
      return noteReset(draft, said, content.seq);
    case 'renewed':
      return note(draft, said, { kind: 'renewed', slot: content.slot });
    case 'void':
      return;
    case 'end':
    case 'unknown':
      return push(draft, said, { kind: 'unknown' });
  }
}

function push(draft: Draft, said: Said, body: Body, re?: string): void {
  const { slot, mine, seq, at, state } = said;
  const place = draft.items.length;
  // What a server puts under a cid that stands already is nothing to answer or to remove.
  const cid = draft.places.has(said.cid) ? said.cid + place : said.cid;
  draft.places.set(cid, place);
  draft.items.push({
    type: 'message',
    ...{ cid, slot, mine, seq, at, body, state },
    re: re ?? null,
    edited: false,
    reactions: {},
  });
}

function change(draft: Draft, cid: string, by: (item: MessageItem) => MessageItem): void {
  const place = draft.places.get(cid) ?? -1;
  const item = draft.items[place];
  if (item?.type === 'message') draft.items[place] = by(item);
}

function react(item: MessageItem, slot: Slot, emoji: string | null): MessageItem {
  if (item.body.kind === 'unsent' || (emoji?.length ?? 0) > MAX_EMOJI_LENGTH) return item;
  const { [slot]: _, ...others } = item.reactions;
  return { ...item, reactions: emoji === null ? others : { ...others, [slot]: emoji } };
}

/**
 * A message and its edits: the first of `cids` stays as "removed". The others, where only their
 * hashes came, stand among the items as removed messages too, and are none.
 */
function takeBack(draft: Draft, slot: Slot, cids: readonly string[]): void {
  for (const [i, cid] of cids.entries()) {
    change(draft, cid, (item) => {
      if (item.slot !== slot) return item;
      if (item.body.kind !== 'unsent') {
        return { ...item, body: { kind: 'unsent' }, re: null, edited: false, reactions: {} };
      }
      if (i > 0) draft.dropped.add(cid);
      return item;
    });
  }
}

/** Devices that noticed one loss at once each tell of it; shown is the first. */
function noteReset(draft: Draft, said: Said, head: number): void {
  if (said.seq === null || head < draft.lastReset) return;
  draft.lastReset = said.seq;
  note(draft, said, { kind: 'reset' });
}

function note(
  draft: Draft,
  { cid, seq, at, slot }: Said,
  what: { kind: 'reset' } | { kind: 'renewed'; slot: Slot },
): void {
  if (seq === null || at === null) return;
  draft.places.set(cid, draft.items.length);
  draft.items.push({ type: 'note', cid, seq, at, by: slot, note: what });
}
