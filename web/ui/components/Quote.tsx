/** In an answer: who wrote what is answered, and one line of it. A press leads there. */
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { plainText } from '../incoming.ts';
import { oneLine } from '../message-lookup.ts';
import type { Slot } from '../../../server/protocol/frames.ts';
import type { Item, MessageItem } from '../../core/chat-view.ts';

interface QuoteProps {
  item: MessageItem;
  /** What it answers; undefined where that is not here. */
  quoted: Item | undefined;
  names: Readonly<Record<Slot, string>>;
}

export function Quote({ item, quoted, names }: QuoteProps) {
  if (item.re === null) return null;
  if (quoted?.type !== 'message') return <p class="quote">{extrasText.quoteMissing}</p>;
  const words = oneLine(plainText(quoted));
  const author = names[quoted.slot];
  return (
    <button
      type="button"
      class="quote"
      data-goto={quoted.cid}
      aria-label={quoted.mine ? extrasText.answersYou(words) : extrasText.answers(author, words)}
    >
      <strong>{quoted.mine ? extrasText.you : author}</strong>
      <span class="one-line" dir="auto">
        {words}
      </span>
    </button>
  );
}
