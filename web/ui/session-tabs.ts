/**
 * Tells the other tabs of this browser that a session is over or was left, so that none of them
 * keeps showing it. Tabs that sleep hear of it when they wake.
 */
import type { LinkParts } from '../../server/protocol/link.ts';
import type { EndedChat } from '../core/chat-view.ts';

export type TabNews = { sid: string } & (
  | { type: 'ended'; chat: EndedChat }
  | { type: 'left' }
  /** One's own link, at which some of them stand. */
  | { type: 'renewed'; from: string; to: LinkParts }
  /** Both have entered: the Ready page's cards need not be kept. */
  | { type: 'met' }
);

export interface SessionTabs {
  tell(news: TabNews): void;
  /** The returned function stops listening. */
  listen(heard: (news: TabNews) => void): () => void;
}

export function openSessionTabs(): SessionTabs {
  if (typeof BroadcastChannel === 'undefined') return { tell() {}, listen: () => () => {} };
  const channel = new BroadcastChannel('duologue');
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of windows only
    tell: (news) => channel.postMessage(news),
    listen(heard) {
      // as: only pages of this origin can write here, and they send TabNews.
      const onMessage = (event: MessageEvent) => heard(event.data as TabNews);
      channel.addEventListener('message', onMessage);
      return () => channel.removeEventListener('message', onMessage);
    },
  };
}
