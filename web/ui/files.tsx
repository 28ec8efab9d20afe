/**
 * The door to files in a chat. All that they need is in a chunk of its own, fetched when somebody
 * chooses or drops one or there is one to show, and soon after the messages are there in any case:
 * then files can be pasted.
 */
import { signal } from '@preact/signals-core';
import { useEffect } from 'preact/hooks';
import type { Chat, MessageItem } from '../core/chat-view.ts';
import type { EnteredSession } from '../core/entering.ts';
import { fits, newCid } from '../core/sealing.ts';
import type { Files } from './file-parts.tsx';
import { plainText } from './incoming.ts';
import { useLive } from './live-value.ts';
import { goOn } from './touch.ts';

/** Of the chat on screen; null until fetched. */
export const openFiles = signal<Files | null>(null);

let current: Chat | null = null;

/** `onMissing`: the chunk could not be had. */
export async function fetchFiles(
  chat: Chat,
  session: EnteredSession,
  onMissing: () => void,
): Promise<Files | null> {
  const parts = await import('./file-parts.tsx').catch(onMissing);
  if (!parts || current !== chat) return null;
  return (openFiles.value ??= parts.createFiles(chat, session, { newCid, fits, goOn }));
}

/** Null until fetched; while this is rendered they are those of `chat`. */
export function useFiles(chat: Chat) {
  useEffect(() => {
    current = chat;
    return () => {
      current = null;
      openFiles.value?.close();
      openFiles.value = null;
    };
  }, [chat]);
  return useLive(openFiles);
}

/** What is dropped, null if it is no file: one must not open in place of the chat. */
export function filesOf(event: DragEvent): File[] | null {
  const data = event.dataTransfer;
  if (!data?.types.includes('Files')) return null;
  event.preventDefault();
  return [...data.files];
}

/** In the bubble of a file. */
export function FileSlot({ item }: { item: MessageItem }) {
  const files = useLive(openFiles);
  return files ? <files.Body item={item} /> : <>{plainText(item)}</>;
}
