/**
 * A chat as what happens in it, one thing after the other, for whoever writes lines that stay as
 * they were written. What is told was stored, and is told in the order of the log.
 */
import { effect } from '@preact/signals-core';
import type { Chat, Item, MessageItem, NoteItem } from '../../web/core/chat-view.ts';

type Slot = MessageItem['slot'];

export type Happening =
  /** `fileNumber`: of a file, its place among the files of this chat, from 1. */
  | { type: 'message'; item: MessageItem; fileNumber: number | null }
  | { type: 'edited' | 'removed'; item: MessageItem }
  /** Null: the reaction was taken back. */
  | { type: 'reacted'; item: MessageItem; by: Slot; emoji: string | null }
  | { type: 'note'; item: NoteItem };

export interface Transcript {
  /** The message of a file, by its number. */
  file: (number: number) => MessageItem | null;
  /** What a message answers, if that was told. */
  find: (cid: string) => MessageItem | null;
  stop: () => void;
}

/** `tell` is given what has happened since it was last called, history first. */
export function createTranscript(
  chat: Pick<Chat, 'items' | 'loaded'>,
  tell: (happenings: readonly Happening[]) => void,
): Transcript {
  const told = new Map<string, Item>();
  const files: string[] = [];

  function happeningsOf(item: Item): Happening[] {
    const before = told.get(item.cid);
    if (item.seq === null || before === item) return [];
    told.set(item.cid, item);
    if (item.type === 'note') return before ? [] : [{ type: 'note', item }];
    if (before) return before.type === 'message' ? changesOf(before, item) : [];
    const fileNumber = item.body.kind === 'file' ? files.push(item.cid) : null;
    const bare = { ...item, reactions: {} };
    return [{ type: 'message', item, fileNumber }, ...changesOf(bare, item)];
  }

  const messageOf = (cid: string | undefined): MessageItem | null => {
    const item = cid === undefined ? undefined : told.get(cid);
    return item?.type === 'message' ? item : null;
  };

  const stop = effect(() => {
    if (!chat.loaded.value) return;
    const happenings = chat.items.value.flatMap(happeningsOf);
    if (happenings.length > 0) tell(happenings);
  });
  return {
    file: (number) => messageOf(files[number - 1]),
    find: messageOf,
    stop,
  };
}

function changesOf(before: MessageItem, item: MessageItem): Happening[] {
  if (item.body.kind === 'unsent') {
    return before.body.kind === 'unsent' ? [] : [{ type: 'removed', item }];
  }
  const isEdited =
    item.body.kind === 'text' && before.body.kind === 'text' && item.body.text !== before.body.text;
  const reactions = (['a', 'b'] as const)
    .filter((by) => item.reactions[by] !== before.reactions[by])
    .map((by) => ({ type: 'reacted' as const, item, by, emoji: item.reactions[by] ?? null }));
  return [...(isEdited ? [{ type: 'edited' as const, item }] : []), ...reactions];
}
