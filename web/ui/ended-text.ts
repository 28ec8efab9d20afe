/** What the last screen says: how the chat ended, as this participant sees it. */
import type { Slot } from '../../server/protocol/frames.ts';
import { otherSlot, type EndedChat } from '../core/chat-view.ts';
import { text } from './catalogue/catalogue.ts';
import { formatDuration } from './durations.ts';

/** `slot`: who this participant was, null if not known; `names` are gone after a reload. */
export function endedText(
  chat: EndedChat,
  slot: Slot | null,
  names: Readonly<Record<Slot, string>> | null,
): string {
  const { ended } = text;
  const other = slot && names && names[otherSlot(slot)];
  const { reason, by, idleMs } = chat;
  if (reason === 'ended') {
    if (by === null || slot === null) return ended.someone;
    if (by === slot) return ended.you;
    return other === null ? ended.otherUnnamed : ended.other(other);
  }
  if (reason === 'silence') {
    return idleMs > 0 ? ended.silence(formatDuration(idleMs)) : ended.silenceUnmeasured;
  }
  if (reason === 'link') return other === null ? ended.linkUnnamed : ended.link(other);
  return ended[reason];
}

/** Whether it is certain that nothing of the chat is left. */
export function isDeleted({ reason }: EndedChat): boolean {
  return reason !== 'renewed' && reason !== 'unknown';
}
