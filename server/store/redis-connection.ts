/**
 * How this process talks to Redis, so that a lost reply never runs a command twice and a command
 * that failed is never carried out after a later one. Knows no session.
 */
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { AppError } from '../protocol/errors.ts';
import { loadScripts } from './redis-scripts.ts';

const COMMAND_TIMEOUT_MS = 1_500;
/** Data that does not come for so long means that the other end is not there any more. */
const SOCKET_TIMEOUT_MS = 5_000;

const OPTIONS = {
  // A command whose reply was lost may have run: the caller decides about repeating it.
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  // What waits for a reply fails at once when the connection closes.
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: 2_000,
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: (attempt: number) => Math.random() * Math.min(1_000, 50 * 2 ** attempt),
  // After a failover the old master refuses to write: find the new one. 1: without resending.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? (1 as const) : false),
  // Subscriptions are made again by redis-channels.ts, which knows when they are there.
  autoResubscribe: false,
} satisfies RedisOptions;

/** `redis:`, `rediss:` or `unix:`. Connects, and reconnects, by itself. */
export function connectRedis(url: string): Redis {
  const client = new Redis(url.replace(/^unix:\/\//, ''), OPTIONS);
  // Each failure reaches the operation that meets it; without a listener it would be printed too.
  client.on('error', () => {});
  return client;
}

export interface Gate {
  /** Runs when Redis can be reached; rejects with `store_unavailable` and nothing else. */
  run<T>(commands: () => Promise<T>): Promise<T>;
}

/**
 * Open while `client` is connected and its last connection is certainly dead. Redis may still
 * hold commands of a connection that we gave up (it was stopped, or the network was): they are
 * discarded by killing that connection by its id, before anything is sent on the new one.
 * `onOpen`: the store can be reached, at first or again.
 */
export function createGate(client: Redis, onOpen: () => void): Gate {
  let isOpen = false;
  let last: { server: string; id: number } | undefined;

  async function open(): Promise<void> {
    const [info, id] = await Promise.all([client.info('server'), client.client('ID')]);
    const server = /^run_id:(\w+)/m.exec(info)?.[1] ?? '';
    // Another server, or the same started anew, counts its connections from the start.
    if (last?.server === server) await client.client('KILL', 'ID', last.id);
    await loadScripts(client);
    last = { server, id };
    isOpen = true;
    onOpen();
  }

  let epoch = 0;
  function tryToOpen(): void {
    const mine = ++epoch;
    open().catch((error: unknown) => {
      if (mine !== epoch) return;
      client.emit('error', error);
      client.disconnect(true);
    });
  }

  client.on('ready', tryToOpen);
  client.on('close', () => {
    isOpen = false;
    epoch += 1;
  });
  if (client.status === 'ready') tryToOpen();

  return {
    async run(commands) {
      if (!isOpen) throw new AppError('store_unavailable', { message: 'not connected to Redis' });
      try {
        return await commands();
      } catch (cause) {
        throw new AppError('store_unavailable', { cause });
      }
    },
  };
}
