/**
 * A connection to one Redis that does nothing but listen to channels. What was listened to is
 * listened to again after a reconnect, before it counts as live.
 */
import type { Redis } from 'ioredis';
import { leave } from './redis-connection.ts';

/** A connection that only listens would never notice that the other end has gone. */
const PING_EVERY_MS = 5_000;

export interface Ear {
  /** Connected, and listening to all that it should. */
  readonly isLive: boolean;
  /** Resolves when all that is published from then on is heard. */
  listen(channel: string): Promise<void>;
  forget(channel: string): void;
  /** What Redis has agreed to tell this connection. */
  heard(): ReadonlySet<string>;
  close(): Promise<void>;
}

export interface EarEvents {
  onMessage(ear: Ear, channel: string, message: string): void;
  /** Connected, at first or again: resolves when it listens to all that it should. */
  onConnected(ear: Ear): Promise<void>;
  /** What was published since the last connection may have been missed. */
  onLive(ear: Ear): void;
  /** Redis gives up a channel, which is served elsewhere. */
  onMoved: () => void;
}

/** Sharded: as a cluster publishes, SSUBSCRIBE. */
export function createEar(connection: Redis, isSharded: boolean, events: EarEvents): Ear {
  let isLive = false;
  let epoch = 0;

  const timer = setInterval(() => {
    // An answer that does not come closes the connection (socketTimeout).
    if (isLive) connection.ping().catch(() => {});
  }, PING_EVERY_MS);
  timer.unref();

  async function connected(mine: number): Promise<void> {
    try {
      await events.onConnected(ear);
      if (mine !== epoch) return;
      isLive = true;
      events.onLive(ear);
    } catch {
      if (mine === epoch) connection.disconnect(true);
    }
  }

  const ear: Ear = {
    get isLive() {
      return isLive;
    },
    async listen(channel) {
      await (isSharded ? connection.ssubscribe(channel) : connection.subscribe(channel));
    },
    // This and `listen` take effect in the order they are sent, so the last one holds.
    forget(channel) {
      const sent = isSharded ? connection.sunsubscribe(channel) : connection.unsubscribe(channel);
      sent.catch(() => {});
    },
    heard() {
      const set = connection.condition?.subscriber || undefined;
      return new Set(set?.channels(isSharded ? 'ssubscribe' : 'subscribe'));
    },
    close() {
      clearInterval(timer);
      return leave(connection);
    },
  };

  connection.on('ready', () => void connected(++epoch));
  connection.on('close', () => {
    isLive = false;
    epoch += 1;
  });
  connection.on(isSharded ? 'smessage' : 'message', (channel: string, message: string) =>
    events.onMessage(ear, channel, message),
  );
  connection.on('moved', events.onMoved);
  if (connection.status === 'ready') void connected(++epoch);
  return ear;
}
