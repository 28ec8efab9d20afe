/**
 * Who listens to which session in this process. Publications are delivered in order in a
 * microtask, to those who were subscribed when they were made: a subscriber may call the store
 * without meeting an operation half done, and hears of an operation before its caller does.
 */
import type { Publication, Subscriber } from './store.ts';

export interface Channels {
  publish(sid: string, publication: Publication): void;
  /** Returns how to unsubscribe. */
  subscribe(sid: string, subscriber: Subscriber): () => void;
  close(): void;
}

export function createChannels(): Channels {
  const channels = new Map<string, Set<Subscriber>>();
  const queue: { to: Subscriber[]; sid: string; publication: Publication }[] = [];

  function deliver(): void {
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        for (const subscriber of next.to) {
          // It may have left meanwhile.
          if (channels.get(next.sid)?.has(subscriber)) subscriber.published(next.publication);
        }
      }
    } finally {
      // One that throws must not keep the rest from hearing.
      if (queue.length > 0) queueMicrotask(deliver);
    }
  }

  return {
    publish(sid: string, publication: Publication): void {
      const subscribers = channels.get(sid);
      if (!subscribers) return;
      if (queue.length === 0) queueMicrotask(deliver);
      queue.push({ to: [...subscribers], sid, publication });
    },
    subscribe(sid: string, subscriber: Subscriber): () => void {
      const subscribers = channels.get(sid) ?? new Set();
      channels.set(sid, subscribers.add(subscriber));
      return () => {
        subscribers.delete(subscriber);
        if (subscribers.size === 0 && channels.get(sid) === subscribers) channels.delete(sid);
      };
    },
    close: () => channels.clear(),
  };
}
