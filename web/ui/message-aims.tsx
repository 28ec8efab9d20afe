/** What the composer is turned to: an answer to a message, or a change of one's own. */
import type { MessageItem } from '../core/chat-view.ts';
import type { ChatTools } from './chat-tools.ts';
import { ComposerBar } from './components/ComposerBar.tsx';
import { actionsOf } from './message-lookup.ts';

export function reply({ chat, setAim }: ChatTools, { cid }: MessageItem): void {
  setAim({
    cid,
    text: null,
    bar: <ComposerBar key={cid} chat={chat} cid={cid} onCancel={() => setAim(null)} />,
    send: (text) => chat.send(text, { re: cid }) !== null,
  });
}

export function edit({ chat, setAim }: ChatTools, { cid, body }: MessageItem): void {
  if (body.kind !== 'text') return;
  const before = body.text;
  setAim({
    cid,
    text: before,
    bar: <ComposerBar key={cid} chat={chat} cid={cid} isEdit onCancel={() => setAim(null)} />,
    send: (text) => text === before || chat.edit(cid, text) !== null,
  });
}

/** The own text sent last that can be changed. */
export function editLast(tools: ChatTools): void {
  const last = tools.chat.items.value.findLast(
    // as: the guard of a callback is not seen through findLast
    (item): item is MessageItem =>
      item.type === 'message' && item.mine && actionsOf(item).includes('edit'),
  );
  if (last) edit(tools, last);
}
