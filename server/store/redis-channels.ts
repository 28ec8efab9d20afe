/**
 * Who listens to which session: one subscription per session and process, given back with the
 * last listener. When it had to be made again, on a new connection or at another node, everyone
 * is told that publications may have been lost.
 */
import { AppError } from '../protocol/errors.ts';
import type { Ear, EarEvents } from './redis-ear.ts';
import { insist, refusalOf } from './redis-refusal.ts';
import type { Publication, Subscriber } from './store.ts';

const BATCH = 1_000;

/** One for each call: the same subscriber may come twice. */
interface Listener {
  subscriber: Subscriber;
}

interface Channel {
  name: string;
  /** Replaced, never changed: who leaves while all are told of something may still hear of that. */
  listeners: readonly Listener[];
  ear: Ear | undefined;
  subscribed: Promise<void>;
  /** `subscribed` has resolved. */
  isOpen: boolean;
}

export interface RedisChannels {
  subscribe: (name: string, subscriber: Subscriber) => Promise<() => void>;
  /** Channels may be published to elsewhere: listens there. */
  follow(): void;
  events: EarEvents;
  close(): void;
}

export interface RedisChannelsOptions {
  /** Where a channel is published to; undefined while nobody knows. */
  earOf: (channel: string) => Ear | undefined;
  /** Resolves when that may have changed, after Redis has said that it did. */
  settled: () => Promise<void>;
}

export function createRedisChannels({ earOf, settled }: RedisChannelsOptions): RedisChannels {
  const channels = new Map<string, Channel>();

  function liveEarOf(name: string): Ear {
    const ear = earOf(name);
    if (ear?.isLive) return ear;
    throw new AppError('store_unavailable', { message: 'not subscribed' });
  }

  async function listenAtOwner(channel: Channel): Promise<void> {
    channel.ear = liveEarOf(channel.name);
    await channel.ear.listen(channel.name);
  }

  function open(name: string): Channel {
    const subscribed = Promise.resolve();
    const channel: Channel = { name, listeners: [], ear: undefined, subscribed, isOpen: false };
    channels.set(name, channel);
    channel.subscribed = insist(() => listenAtOwner(channel), settled).then(() => {
      channel.isOpen = true;
    });
    return channel;
  }

  function leave(channel: Channel, listener: Listener): void {
    const others = channel.listeners.filter((one) => one !== listener);
    if (others.length === channel.listeners.length) return;
    channel.listeners = others;
    if (others.length > 0) return;
    if (channels.get(channel.name) !== channel) return;
    channels.delete(channel.name);
    channel.ear?.forget(channel.name);
  }

  async function onConnected(ear: Ear): Promise<void> {
    const mine = [...channels.values()].filter((channel) => channel.ear === ear);
    for (let i = 0; i < mine.length; i += BATCH) {
      // Those that were left while the last batch was on its way are not taken up again.
      const batch = mine.slice(i, i + BATCH).filter(({ name }) => channels.has(name));
      await Promise.all(
        batch.map(({ name }) =>
          ear.listen(name).catch((error: unknown) => {
            // It is served elsewhere, which `follow` will find out.
            if (refusalOf(error) === null) throw error;
          }),
        ),
      );
    }
  }

  /** At its new place; if that fails, the next `follow` finds it unheard and tries again. */
  function move(channel: Channel, ear: Ear): void {
    if (channel.ear !== ear) channel.ear?.forget(channel.name);
    channel.ear = ear;
    // Else its connection will see to it.
    if (!ear.isLive) return;
    ear.listen(channel.name).then(
      () => interrupt(channel),
      () => {},
    );
  }

  return {
    async subscribe(name, subscriber) {
      liveEarOf(name);
      const channel = channels.get(name) ?? open(name);
      const listener = { subscriber };
      channel.listeners = channel.listeners.concat(listener);
      try {
        await channel.subscribed;
      } catch (cause) {
        leave(channel, listener);
        throw new AppError('store_unavailable', { cause });
      }
      return () => leave(channel, listener);
    },
    follow() {
      const heard = new Map<Ear, ReadonlySet<string>>();
      for (const channel of channels.values()) {
        const ear = earOf(channel.name);
        // What is only being asked for there has missed nothing.
        if (!ear || (channel.ear === ear && !channel.isOpen)) continue;
        if (!heard.has(ear)) heard.set(ear, ear.heard());
        if (channel.ear !== ear || !heard.get(ear)?.has(channel.name)) move(channel, ear);
      }
    },
    events: {
      onConnected,
      onLive(ear) {
        const mine = [...channels.values()].filter((channel) => channel.ear === ear);
        mine.forEach(interrupt);
      },
      onMessage(ear, name, message) {
        const channel = channels.get(name);
        // A master that was replaced and does not know it yet has nothing to say any more.
        if (channel?.ear !== ear) return;
        const publication = parsePublication(message);
        for (const { subscriber } of channel.listeners) subscriber.published(publication);
      },
      onMoved: () => void settled(),
    },
    close: () => channels.clear(),
  };
}

function interrupt({ listeners }: Channel): void {
  for (const { subscriber } of listeners) subscriber.interrupted();
}

/** `<to><seq> <frame>` or `<to><seq>:<before> <frame>`, as lua/parts/publish.lua writes it. */
function parsePublication(message: string): Publication {
  const blank = message.indexOf(' ');
  const [seq, before] = message.slice(1, blank).split(':');
  return {
    to: message.slice(0, 1) as Publication['to'], // as: only our scripts publish here
    seq: Number(seq),
    ...(before !== undefined && { before }),
    frame: message.slice(blank + 1),
  };
}
