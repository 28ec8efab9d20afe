/**
 * Counting and telling of what the other has written: what is unread, what is new, what a screen
 * reader is told. Pure; history is never new.
 */
import type { Item, MessageItem } from '../core/chat-view.ts';
import { chatText } from './catalogue/chat-catalogue.ts';

/** More than this at once are told as a count. */
const SPOKEN_AT_ONCE = 3;

/** The other's messages after `seq`, oldest first. */
export function incomingAfter(items: readonly Item[], seq: number): MessageItem[] {
  // What is not in the log yet has no place in it, and is never the other's.
  const seen = items.findLastIndex((item) => item.seq !== null && item.seq <= seq);
  return items
    .slice(seen + 1)
    .filter((item) => item.type === 'message')
    .filter(({ mine, body }) => !mine && body.kind !== 'unsent');
}

/** What a screen reader is told when these arrive together. */
export function spokenLines(incoming: readonly MessageItem[], name: string): string[] {
  if (incoming.length > SPOKEN_AT_ONCE) return [chatText.newMessages(incoming.length)];
  return incoming.map((item) => chatText.spoken(name, plainText(item)));
}

/** The words of a message, or what stands in their place. */
export function plainText({ body }: MessageItem): string {
  if (body.kind === 'text') return body.text;
  if (body.kind !== 'file') return chatText[body.kind];
  if (body.durationMs !== undefined) return chatText.voice;
  // What is not shown as a picture has its name, of which a sentence can be made safely.
  return body.width === undefined ? chatText.file(body.name) : chatText.picture;
}
