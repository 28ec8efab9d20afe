/** What changes with each message, apart: only what shows it is rendered then. */
import { computed } from '@preact/signals-core';
import type { Receipt } from '../../server/protocol/frames.ts';
import { otherSlot, type Chat, type Item, type MessageItem } from '../core/chat-view.ts';
import { openFiles } from './files.tsx';

interface Shown {
  /** What was said and, behind it, the files that are on their way. */
  items: readonly Item[];
  theirs: Receipt;
}

export const shownOf = ({ items, receipts, slot }: Chat) =>
  computed<Shown>(() => {
    const pending = openFiles.value?.pending.value ?? [];
    return {
      items: pending.length > 0 ? [...items.value, ...pending] : items.value,
      theirs: receipts.value[otherSlot(slot)],
    };
  });

const has =
  (is: (item: MessageItem) => boolean) =>
  ({ items }: Shown) =>
    items.some((item) => item.type === 'message' && is(item));

export const hasAny = ({ items }: Shown) => items.length > 0;
export const hasFiles = has(({ body }) => body.kind === 'file');
export const hasFailed = has(({ state }) => state === 'failed');

/** So many messages on their way at once are more than a slow connection. */
const PACED_FROM = 5;

/** How many wait for those before them; 0 where it is hardly to be seen. */
export function countPaced({ items }: Shown): number {
  const { length } = items.filter((item) => item.type === 'message' && item.state === 'sending');
  return length < PACED_FROM ? 0 : length;
}
