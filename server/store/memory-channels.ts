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

/** One for each call: the same subscriber may come twice. */
interface Listener {
  subscriber: Subscriber;
}

export function createChannels(): Channels {
  const channels = new Map<string, Set<Listener>>();
  const queue: { to: Listener[]; sid: string; publication: Publication }[] = [];

  function deliver(): void {
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        for (const listener of next.to) {
          // It may have left meanwhile.
          if (!channels.get(next.sid)?.has(listener)) continue;
          listener.subscriber.published(next.publication);
        }
      }
    } finally {
      // One that throws must not keep the rest from hearing.
      if (queue.length > 0) queueMicrotask(deliver);
    }
  }

  return {
    publish(sid, publication) {
      const listeners = channels.get(sid);
      if (!listeners) return;
      if (queue.length === 0) queueMicrotask(deliver);
      queue.push({ to: [...listeners], sid, publication });
    },
    subscribe(sid, subscriber) {
      const listener = { subscriber };
      const listeners = channels.get(sid) ?? new Set();
      channels.set(sid, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && channels.get(sid) === listeners) channels.delete(sid);
      };
    },
    close: () => channels.clear(),
  };
}
