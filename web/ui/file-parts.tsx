/** The chunk behind files.tsx: the files of a chat with what shows them. */
import type { Chat, MessageItem } from '../core/chat-view.ts';
import type { EnteredSession } from '../core/entering.ts';
import { createChatFiles, type FromChat } from './chat-files.ts';
import { FileBody } from './components/FileBody.tsx';
import { FileTray } from './components/FileTray.tsx';
import { VoiceRecorder } from './components/VoiceRecorder.tsx';

export type Files = ReturnType<typeof createFiles>;

export function createFiles(chat: Chat, session: EnteredSession, fromChat: FromChat) {
  const files = createChatFiles(chat, session, fromChat);
  return {
    ...files,
    Body: ({ item }: { item: MessageItem }) => <FileBody files={files} item={item} />,
    Recorder: () => <VoiceRecorder files={files} />,
    Tray: ({ other }: { other: string }) => <FileTray files={files} other={other} />,
  };
}
