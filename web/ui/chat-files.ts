/**
 * Sending and fetching files of the chat on screen, and the addresses under which they are shown.
 * One of these for each chat that is opened; with it goes all that it holds.
 */
import { computed, effect, signal } from '@preact/signals-core';
import type { Chat, MessageItem } from '../core/chat-view.ts';
import type { EnteredSession } from '../core/entering.ts';
import { createFileFetching } from '../core/file-fetching.ts';
import { pictureKind, soundKind } from '../core/file-kind.ts';
import { createFileSending, type PreparedFile } from '../core/file-sending.ts';
import { browserEnvironment as environment } from './browser-environment.ts';
import { exchangeOctets as exchange } from './file-exchange.ts';
import { plainBuffer } from './file-preparing.ts';
import type { Aim, ChatTools } from './chat-tools.ts';
import { createChatVoice } from './chat-voice.ts';
import { createFileTray } from './file-tray.ts';
import { base } from './page-api.ts';

export type ChatFiles = ReturnType<typeof createChatFiles>;

/** What the chunk of the chat has: two chunks that import from each other take a third. */
export interface FromChat {
  newCid: () => string;
  fits: (content: { kind: 'text'; text: string }, messageBytes: number) => boolean;
  goOn: () => void;
}

export function createChatFiles(
  chat: Chat,
  session: EnteredSession,
  { newCid, fits, goOn }: FromChat,
) {
  const fetching = createFileFetching({ session, environment, exchange, base });
  const sending = createFileSending({
    ...{ session, chat, environment, exchange, base, newCid },
    onSealed: (cid, bytes) => fetching.keep(cid, bytes),
  });
  const tray = createFileTray({
    limits: () => chat.limits.value,
    items: () => [...chat.items.value, ...sending.items.value],
  });
  const isMet = computed(() => chat.peer.value.state !== 'never');
  const voice = createChatVoice({
    ...{ now: () => environment.now(), limits: chat.limits, tray, isMet },
    send: (files) => sendAll(files, ''),
  });
  /** What is answered by what goes next. */
  let answer: { cid: string; onSent: () => void } | null = null;
  function sendAll(files: readonly PreparedFile[], text: string): void {
    if (files.length === 0) return;
    sending.send(files, text, answer?.cid);
    answer?.onSent();
  }
  /** A press on Send that could not send what is in the tray. */
  const asked = signal(0);
  const urls = new Map<string, string>();

  /** An address for what is here, of the kind that its bytes say: never one that could run. */
  function urlOf(cid: string, bytes: Uint8Array): string {
    const type = pictureKind(bytes) ?? soundKind(bytes) ?? 'application/octet-stream';
    const url = urls.get(cid) ?? URL.createObjectURL(new Blob([plainBuffer(bytes)], { type }));
    urls.set(cid, url);
    return url;
  }

  function forget(cid: string): void {
    fetching.forget(cid);
    const url = urls.get(cid);
    if (url !== undefined) URL.revokeObjectURL(url);
    urls.delete(cid);
  }

  // Of a message that was removed, or given up, nothing stays.
  const unfollow = effect(() => {
    const all = [...chat.items.value, ...sending.items.value];
    const held = fetching.known();
    if (held.length === 0) return;
    const files = new Set(
      all.flatMap((item) => (item.type === 'message' && item.body.kind === 'file' ? item.cid : [])),
    );
    // Not now: who shows one of them is told by the same change.
    queueMicrotask(() => held.filter((cid) => !files.has(cid)).forEach(forget));
  });
  const hurry = () => {
    sending.hurry();
    fetching.hurry();
  };
  const listening = new AbortController();
  const listen = { signal: listening.signal };
  addEventListener('online', hurry, listen);

  function add(list: Iterable<File> | null | undefined): boolean {
    const chosen = [...(list ?? [])];
    tray.add(chosen);
    return chosen.length > 0;
  }

  addEventListener(
    'paste',
    (event) => {
      const { clipboardData: data } = event;
      // Programs that copy a text put a picture of it beside it.
      if (data?.types.includes('text/plain')) return;
      if (add(data?.files)) event.preventDefault();
    },
    listen,
  );

  return {
    pending: sending.items,
    waiting: sending.waiting,
    sending: sending.sending,
    tray,
    voice,
    add,
    goOn,
    isMet,
    asked,
    stateOf: (cid: string) => fetching.stateOf(cid),
    want: (item: MessageItem) => fetching.want(item),
    urlOf,
    cancel: (cid: string) => sending.cancel(cid),
    retry: (cid: string) => sending.retry(cid),

    /** What the composer is turned to: files answer that too. */
    turnTo(aim: Aim | null | undefined, setAim: ChatTools['setAim']): void {
      answer = aim?.text === null ? { cid: aim.cid, onSent: () => setAim(null) } : null;
    },

    /**
     * What is in the tray, then the text: true if that was taken, false if the text is too long,
     * null if all of it stays where it is. Undefined where only the text can go: not its matter.
     */
    send(text: string): boolean | null | undefined {
      voice.problem.value = null;
      const { entries } = tray.state.value;
      if (entries.length === 0) return undefined;
      const isPreparing = entries.some(({ file, problem }) => !file && problem === null);
      const canSend = isMet.value && !isPreparing && entries.some(({ file }) => file);
      if (!canSend && (isPreparing || text === '')) {
        asked.value += 1;
        return null;
      }
      // A text alone waits for nobody.
      if (!canSend) return undefined;
      const most = chat.limits.value?.messageBytes ?? 0;
      if (text !== '' && !fits({ kind: 'text', text }, most)) return false;
      sendAll(tray.take(), text);
      return true;
    },

    close(): void {
      listening.abort();
      voice.close();
      unfollow();
      sending.close();
      fetching.close();
      tray.clear();
      [...urls.keys()].forEach(forget);
    },
  };
}
