/**
 * Who listens to which session, over one connection that does nothing else: one SUBSCRIBE per
 * session and process, given back with the last listener. After a reconnect every channel is
 * subscribed again, and then everyone is told that publications may have been lost.
 */
import type { Redis } from 'ioredis';
import { AppError } from '../protocol/errors.ts';
import type { Publication, Subscriber } from './store.ts';

const BATCH = 1_000;
/** A connection that only listens would never notice that the other end has gone. */
const PING_EVERY_MS = 5_000;

/** One for each call: the same subscriber may come twice. */
interface Listener {
  subscriber: Subscriber;
}

interface Channel {
  listeners: Set<Listener>;
  subscribed: Promise<unknown>;
}

export interface RedisChannels {
  subscribe(name: string, subscriber: Subscriber): Promise<() => void>;
  close(): void;
}

export function createRedisChannels(connection: Redis): RedisChannels {
  const channels = new Map<string, Channel>();
  let isLive = false;

  const timer = setInterval(() => {
    // An answer that does not come closes the connection (socketTimeout).
    if (isLive) connection.ping().catch(() => {});
  }, PING_EVERY_MS);
  timer.unref();

  async function resubscribe(): Promise<void> {
    const names = [...channels.keys()];
    for (let i = 0; i < names.length; i += BATCH) {
      // Those that were left while the last batch was on its way are not taken up again.
      const batch = names.slice(i, i + BATCH).filter((name) => channels.has(name));
      if (batch.length > 0) await connection.subscribe(...batch);
    }
    isLive = true;
    const all = [...channels.values()].flatMap(({ listeners }) => [...listeners]);
    for (const { subscriber } of all) subscriber.interrupted();
  }

  let epoch = 0;
  function tryToResubscribe(): void {
    const mine = ++epoch;
    resubscribe().catch(() => {
      if (mine === epoch) connection.disconnect(true);
    });
  }

  connection.on('error', () => {});
  connection.on('ready', tryToResubscribe);
  connection.on('close', () => {
    isLive = false;
    epoch += 1;
  });
  connection.on('message', (name: string, message: string) => {
    const listeners = channels.get(name)?.listeners;
    if (!listeners) return;
    const publication = parsePublication(message);
    for (const { subscriber } of listeners) subscriber.published(publication);
  });
  if (connection.status === 'ready') tryToResubscribe();

  /** SUBSCRIBE and UNSUBSCRIBE take effect in the order they are sent, so the last one holds. */
  function leave(name: string, channel: Channel, listener: Listener): void {
    if (!channel.listeners.delete(listener) || channel.listeners.size > 0) return;
    if (channels.get(name) !== channel) return;
    channels.delete(name);
    connection.unsubscribe(name).catch(() => {});
  }

  return {
    async subscribe(name, subscriber) {
      if (!isLive) throw new AppError('store_unavailable', { message: 'not subscribed' });
      let channel = channels.get(name);
      if (!channel) {
        channel = { listeners: new Set(), subscribed: connection.subscribe(name) };
        channels.set(name, channel);
      }
      const listener = { subscriber };
      channel.listeners.add(listener);
      try {
        await channel.subscribed;
      } catch (cause) {
        leave(name, channel, listener);
        throw new AppError('store_unavailable', { cause });
      }
      const subscribed = channel;
      return () => leave(name, subscribed, listener);
    },
    close() {
      clearInterval(timer);
      channels.clear();
    },
  };
}

/** `<to><seq> <frame>`, as lua/parts/publish.lua writes it. */
function parsePublication(message: string): Publication {
  const blank = message.indexOf(' ');
  return {
    to: message.slice(0, 1) as Publication['to'], // as: only our scripts publish here
    seq: Number(message.slice(1, blank)),
    frame: message.slice(blank + 1),
  };
}
