/**
 * From the timeline to the rows of the screen: days between messages, and which messages of one
 * person stand together. Pure; knows nothing of elements.
 */
import type { Item, MessageItem, NoteItem } from '../core/chat-view.ts';
import { isSameDay } from './dates.ts';

/** Messages of one person closer than this stand together. */
const GROUP_MS = 3 * 60_000;
/** So many items are rendered, laid out and painted together, or not at all. */
export const RUN = 20;

export type Row =
  | { type: 'day'; key: string; at: number }
  | { type: 'note'; key: string; item: NoteItem }
  | MessageRow;

interface MessageRow {
  type: 'message';
  key: string;
  item: MessageItem;
  /** First and last of a group; one alone is both. */
  first: boolean;
  last: boolean;
}

/**
 * The rows from the item at `start` on, a multiple of RUN, by the run of items they are in: those
 * before it are holes in the array, over which `map` goes. `now` stands in for the time of a
 * message that is not stored yet.
 */
export function rowsOf(items: readonly Item[], start: number, now: number): Row[][] {
  const runs: Row[][] = [];
  let previous: Row | null = null;
  let before = -Infinity;
  for (const [index, item] of items.entries()) {
    if (index < start) continue;
    const rows = (runs[Math.floor(index / RUN)] ??= []);
    const at = item.at ?? now;
    if (!isSameDay(before, at)) {
      previous = { type: 'day', key: `day ${item.cid}`, at };
      rows.push(previous);
    }
    if (item.type === 'message') {
      const row: MessageRow = { type: 'message', key: item.cid, item, first: true, last: true };
      const above: Row | null = previous;
      if (above?.type === 'message' && above.item.slot === item.slot && at - before < GROUP_MS) {
        row.first = above.last = false;
      }
      rows.push((previous = row));
    } else {
      previous = { type: 'note', key: item.cid, item };
      // What was lost and sent again is said above the messages, once.
      if (item.note.kind !== 'reset') rows.push(previous);
    }
    before = at;
  }
  return runs;
}

/** What is more than words: an address, code, an emoji that may stand alone, many lines. */
const RICH = /https?:\/\/|`|^(?:\p{Extended_Pictographic}|\p{RI}|[^]{800}|(?:.*\n){12})/iu;

/** Whether showing it well takes what is fetched when needed. */
export function isRich({ body, re, reactions, state }: MessageItem): boolean {
  const isMore = re !== null || state === 'failed' || Object.keys(reactions).length > 0;
  return isMore || (body.kind === 'text' && RICH.test(body.text));
}
