/** Messages by what they are: which one is meant, and what may be done with it. Pure. */
import type { Item, MessageItem } from '../core/chat-view.ts';

const indexes = new WeakMap<readonly Item[], Map<string, Item>>();

/** Made once for each state of the timeline: there may be hundreds of quotes. */
export function findItem(items: readonly Item[], cid: string): Item | undefined {
  let index = indexes.get(items);
  if (!index) indexes.set(items, (index = new Map(items.map((item) => [item.cid, item]))));
  return index.get(cid);
}

export type Action = 'reply' | 'react' | 'copy' | 'edit' | 'remove';

/** What failed is tried again or deleted where it stands. */
export function actionsOf({ mine, state, body }: MessageItem): Action[] {
  const isText = body.kind === 'text';
  if (body.kind === 'unsent') return [];
  if (state === 'failed') return isText ? ['copy'] : [];
  return [
    'react',
    'reply',
    ...(isText ? (['copy'] as const) : []),
    ...(isText && mine ? (['edit'] as const) : []),
    ...(mine ? (['remove'] as const) : []),
  ];
}

/** As one line: of a quote, or above the composer. */
export function oneLine(words: string): string {
  return words.slice(0, 300).replace(/\s+/g, ' ').trim();
}

const EMOJI_PARTS =
  /[\p{Extended_Pictographic}\p{RI}\p{Emoji_Modifier}\u{E0020}-\u{E007F}\u200D\uFE0F\u20E3]|[0-9#*](?=\uFE0F?\u20E3)/gu;

/** Nothing but emoji, blanks aside. */
export function isEmoji(text: string): boolean {
  const typed = text.trim();
  return (
    typed !== '' && typed.replace(EMOJI_PARTS, '').trim() === '' && /[^\u200D\uFE0F]/.test(typed)
  );
}
