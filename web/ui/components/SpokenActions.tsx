/** What screen readers are told of the messages that are there already: what the other does to them. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { otherSlot, type Chat, type Item } from '../../core/chat-view.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { plainText } from '../incoming.ts';
import { useLive } from '../live-value.ts';
import { findItem } from '../message-lookup.ts';

/** More at once has happened while nobody was here, or is no news to be listened to. */
const MOST = 3;
/** What was spoken is not to be found a second time, below the messages. */
const KEPT_MS = 10_000;

export function SpokenActions({ chat }: { chat: Chat }) {
  const items = useLive(chat.items);
  const before = useRef(items);
  const [lines, setLines] = useState<readonly string[]>([]);
  useEffect(() => {
    const done = whatTheyDid(chat, before.current, items);
    before.current = items;
    if (done.length > 0 && done.length <= MOST) setLines(done);
  }, [chat, items]);
  useEffect(() => {
    const timer = setTimeout(() => setLines([]), KEPT_MS);
    return () => clearTimeout(timer);
  }, [lines]);
  return <output class="sr-only">{lines.join(' ')}</output>;
}

function whatTheyDid(
  { slot, names }: Chat,
  before: readonly Item[],
  after: readonly Item[],
): string[] {
  const them = otherSlot(slot);
  const name = names[them];
  return after.flatMap((item) => {
    if (item.type !== 'message') return [];
    const was = findItem(before, item.cid);
    if (was === item || was?.type !== 'message') return [];
    const words = plainText(item);
    const emoji = item.reactions[them];
    if (emoji !== undefined && emoji !== was.reactions[them]) {
      return [extrasText.theyReacted(name, emoji, words)];
    }
    if (item.slot !== them || words === plainText(was)) return [];
    return [
      item.body.kind === 'unsent'
        ? extrasText.theyRemoved(name)
        : extrasText.theyEdited(name, words),
    ];
  });
}
