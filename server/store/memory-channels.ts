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
  hasLeft: boolean;
}

/** Cheaper than queueMicrotask, which keeps a context for each call. */
const soon = Promise.resolve();

export function createChannels(): Channels {
  /** A list is never changed but replaced: what is published keeps the one that it was meant for. */
  const channels = new Map<string, readonly Listener[]>();
  const queue: { to: readonly Listener[]; publication: Publication }[] = [];

  function deliver(): void {
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        for (const { subscriber, hasLeft } of next.to) {
          if (!hasLeft) subscriber.published(next.publication);
        }
      }
    } finally {
      // One that throws must not keep the rest from hearing.
      if (queue.length > 0) void soon.then(deliver);
    }
  }

  return {
    publish(sid, publication) {
      const to = channels.get(sid);
      if (!to) return;
      if (queue.length === 0) void soon.then(deliver);
      queue.push({ to, publication });
    },
    subscribe(sid, subscriber) {
      const listener = { subscriber, hasLeft: false };
      channels.set(sid, [...(channels.get(sid) ?? []), listener]);
      return () => {
        listener.hasLeft = true;
        const left = channels.get(sid)?.filter((other) => other !== listener) ?? [];
        if (left.length > 0) channels.set(sid, left);
        else channels.delete(sid);
      };
    },
    close() {
      channels.clear();
      queue.length = 0;
    },
  };
}
