/** What can be done with the messages of the list: one menu for all, and the way to what is quoted. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Chat, MessageItem } from '../../core/chat-view.ts';
import type { ChatTools } from '../chat-tools.ts';
import { plainText } from '../incoming.ts';
import { keepFocus } from '../kept-focus.ts';
import { useLive } from '../live-value.ts';
import { openFiles } from '../files.tsx';
import { edit, reply } from '../message-aims.tsx';
import { hearGestures } from '../message-gestures.ts';
import { actionsOf, findItem, oneLine } from '../message-lookup.ts';
import { goOn } from '../touch.ts';
import { MessageMenu } from './MessageMenu.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';
import { SpokenActions } from './SpokenActions.tsx';

interface MessageActionsProps {
  tools: ChatTools;
  scroller: RefObject<HTMLElement | null>;
  /** The button that was pressed before this was there. */
  pressed: Element | null;
  /** Renders more of the messages before those on screen. */
  showEarlier: () => void;
}

interface Opened {
  cid: string;
  anchor: HTMLElement;
}

export function MessageActions({ tools, scroller, pressed, showEarlier }: MessageActionsProps) {
  const { chat } = tools;
  const items = useLive(chat.items);
  const [opened, setOpened] = useState<Opened | null>(null);

  // At once: from here on the list leaves every press to this.
  useLayoutEffect(() => {
    const list = scroller.current;
    if (list === null) return undefined;
    const stop = hearGestures(list, {
      opened: (cid, anchor) => setOpened((before) => (before ? null : { cid, anchor })),
      followed: (cid) => void goTo(list, cid, showEarlier),
      reacted: (cid, emoji) => toggle(tools, cid, emoji),
      decided: (cid, choice) => decide(chat, cid, choice),
    });
    tools.arrived();
    if (pressed instanceof HTMLElement) pressed.click();
    return stop;
  }, []);

  useEffect(keepFocus, []);

  const item = opened && findItem(items, opened.cid);
  const spoken = <SpokenActions chat={chat} />;
  if (!opened || item?.type !== 'message' || actionsOf(item).length === 0) return spoken;

  return (
    <>
      {spoken}
      <MessageMenu
        key={opened.cid}
        item={item}
        anchor={opened.anchor}
        close={() => setOpened(null)}
        react={(emoji) => toggle(tools, item.cid, emoji)}
        choose={(action) => {
          if (action === 'reply') reply(tools, item);
          if (action === 'edit') edit(tools, item);
          if (action === 'remove') askToRemove(tools, item);
        }}
      />
    </>
  );
}

/** Giving what one has given already takes it back. */
function toggle({ chat }: ChatTools, cid: string, emoji: string): void {
  const item = findItem(chat.items.value, cid);
  if (item?.type !== 'message') return;
  chat.react(cid, item.reactions[chat.slot] === emoji ? null : emoji);
}

/** A message of a file belongs to its transfer until it is sent. */
function decide(chat: Chat, cid: string, choice: 'retry' | 'discard'): void {
  const files = openFiles.value;
  const isOfFile = choice === 'retry' ? files?.retry(cid) : files?.cancel(cid);
  if (!isOfFile) chat[choice](cid);
  goOn();
}

function askToRemove({ chat, setDialog }: ChatTools, item: MessageItem): void {
  setDialog(
    <RemoveDialog
      words={oneLine(plainText(item))}
      onKeep={() => setDialog(null)}
      onRemove={() => {
        chat.unsend(item.cid);
        setDialog(null);
        // Its button went with it.
        requestAnimationFrame(goOn);
      }}
    />,
  );
}

const MARKED_MS = 1600;

async function goTo(list: HTMLElement, cid: string, showEarlier: () => void): Promise<void> {
  const find = () => list.querySelector<HTMLElement>(`[data-cid="${CSS.escape(cid)}"]`);
  // At the bottom only the last messages stay rendered.
  if (!find()) list.scrollTop = 0;
  while (!find() && list.querySelector('.show-earlier')) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, each when it is drawn
    await new Promise(requestAnimationFrame);
    showEarlier();
    // oxlint-disable-next-line no-await-in-loop -- as above
    await new Promise(requestAnimationFrame);
  }
  const message = find();
  if (!message) return;
  message.scrollIntoView({ block: 'center' });
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
  message.dataset['marked'] = '';
  setTimeout(() => delete message.dataset['marked'], MARKED_MS);
}
