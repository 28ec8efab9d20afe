/** Under a message: what the two feel about it. A press gives the same, or takes one's own back. */
import type { Slot } from '../../../server/protocol/frames.ts';
import { otherSlot, type MessageItem } from '../../core/chat-view.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';

interface ReactionsProps {
  item: MessageItem;
  names: Readonly<Record<Slot, string>>;
}

export function Reactions({ item, names }: ReactionsProps) {
  const me = item.mine ? item.slot : otherSlot(item.slot);
  const name = names[otherSlot(me)];
  const [mine, theirs] = [item.reactions[me], item.reactions[otherSlot(me)]];
  const shown = [...new Set([theirs, mine])].filter((emoji) => emoji !== undefined);
  if (shown.length === 0) return null;
  const label = (emoji: string) => {
    if (mine === theirs) return extrasText.reactedByBoth(emoji, name);
    return emoji === mine ? extrasText.reactedByYou(emoji) : extrasText.reactedBy(emoji, name);
  };
  return (
    <div class="reactions">
      {shown.map((emoji) => (
        <button
          key={emoji}
          type="button"
          class="reaction"
          data-emoji={emoji}
          aria-pressed={emoji === mine}
          aria-label={label(emoji)}
        >
          <bdi>{emoji}</bdi>
          {mine === theirs && <span>2</span>}
        </button>
      ))}
    </div>
  );
}
