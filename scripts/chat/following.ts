/**
 * Follows a chat for somebody who reads lines: what is said in it, what happens to it, and how it
 * is over. Knows neither terminal nor pipe.
 */
import { effect } from '@preact/signals-core';
import type { EndedChat, Item, MessageItem } from '../../web/core/chat-view.ts';
import { MAX_TIMER_MS } from './node-environment.ts';
import { createTranscript, type Happening, type Transcript } from './transcript.ts';
import type { Inside } from './visit.ts';
import { CONNECTION, leftText, noticeTexts, quoteOf } from './wording.ts';

export interface Listener {
  /** History first, then what comes. `transcript` finds what is referred to. */
  tell: (happenings: readonly Happening[], transcript: Pick<Transcript, 'find'>) => void;
  /** About the chat, in one sentence. */
  say: (text: string) => void;
}

/** `pass_gone`: the code is needed again. `refused`: another version would be needed. */
export type Over =
  | { type: 'ended'; chat: EndedChat }
  | { type: 'left' }
  | { type: 'pass_gone' }
  | { type: 'refused' };

export interface Following {
  readonly transcript: Transcript;
  /** Once it is over, or `leave` was called: nothing is told after that. */
  readonly over: Promise<Over>;
  /** Messages that could not be sent, and were forgotten after that was said. */
  readonly failures: number;
  leave: () => void;
}

/** Own messages and files that are not stored yet. */
export function unsentOf({ chat, sending }: Pick<Inside, 'chat' | 'sending'>): MessageItem[] {
  const items = [...chat.items.value, ...sending.items.value];
  return items.filter(isMessage).filter(({ mine, seq }) => mine && seq === null);
}

function isMessage(item: Item): item is MessageItem {
  return item.type === 'message';
}

export function followChat(inside: Inside, { tell, say }: Listener): Following {
  const { chat, sending } = inside;
  let finish: (over: Over) => void = () => {};
  const over = new Promise<Over>((resolve) => (finish = resolve));
  const transcript: Transcript = createTranscript(chat, (happenings) =>
    tell(happenings, { find: (cid) => transcript.find(cid) }),
  );

  let isTroubled = false;
  function followConnection(): void {
    const status = chat.connection.value;
    if (status === 'pass_gone' || status === 'refused') finish({ type: status });
    const text = CONNECTION[status];
    if (text === null && status === 'live' && isTroubled) say('Connected again.');
    if (text !== null && status !== 'connecting') say(text);
    isTroubled = text !== null && (isTroubled || status !== 'connecting');
  }

  let notices = chat.notices.value;
  function followNotices(): void {
    const { slot, names } = chat;
    noticeTexts(notices, chat.notices.value, slot, names).forEach(say);
    notices = chat.notices.value;
  }

  let warning: NodeJS.Timeout | undefined;
  function followExpiry(): void {
    clearTimeout(warning);
    const { value: expiry } = chat.expiry;
    if (!expiry) return;
    const { by, deadline, warnMs } = expiry;
    const leftMs = deadline - performance.now();
    const keep = by === 'silence' ? ' /keep keeps it open.' : '';
    const warn = () => say(`This chat will end in ${leftText(warnMs)}.${keep}`);
    const inMs = leftMs - warnMs;
    if (inMs > MAX_TIMER_MS) warning = setTimeout(followExpiry, MAX_TIMER_MS);
    else if (inMs > 0) warning = setTimeout(warn, inMs);
  }

  const givenUp = new Set<string>();
  /** What was given up is said once, and forgotten: it can be typed again. */
  function followFailures(): void {
    for (const item of unsentOf(inside)) {
      if (item.state !== 'failed' || givenUp.has(item.cid)) continue;
      givenUp.add(item.cid);
      const problem = sending.sending.value.find((one) => one.item === item)?.problem;
      say(`Not sent: ${quoteOf(item)}${problem === 'full' ? ' (no room for files)' : ''}`);
      // Not within the effect: what is forgotten changes what it looks at.
      queueMicrotask(() => sending.cancel(item.cid) || chat.discard(item.cid));
    }
  }

  const followers = [followConnection, followNotices, followExpiry, followFailures].map((follow) =>
    effect(follow),
  );
  const unfollowEnd = effect(() => {
    const { value: ended } = chat.ended;
    if (ended) finish({ type: 'ended', chat: ended });
  });

  return {
    transcript,
    over: over.finally(() => {
      [...followers, unfollowEnd, transcript.stop].forEach((stop) => stop());
      clearTimeout(warning);
    }),
    get failures() {
      return givenUp.size;
    },
    leave: () => finish({ type: 'left' }),
  };
}
