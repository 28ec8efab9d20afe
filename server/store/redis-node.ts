/**
 * One Redis: a connection for commands behind its gate, and one that listens. And what the store
 * asks of all it has to do with, be it one or many.
 */
import type { Redis } from 'ioredis';
import type { RedisChannels } from './redis-channels.ts';
import { leave } from './redis-connection.ts';
import { createEar } from './redis-ear.ts';
import type { Ear } from './redis-ear.ts';
import { createGate } from './redis-gate.ts';
import type { GateOptions } from './redis-gate.ts';
import type { Scripts } from './redis-scripts.ts';

export interface RedisNode {
  readonly isOpen: boolean;
  readonly ear: Ear;
  /** Rejects with `store_unavailable`, and at once while this Redis cannot be reached. */
  run<T>(commands: (client: Redis) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface RedisNodes {
  /** As they publish there. */
  readonly scripts: Scripts;
  /** The node that serves a key; while none is known to, one that cannot be reached. */
  nodeOf(key: string): Pick<RedisNode, 'run'>;
  /** After a refusal: resolves when another attempt makes sense. */
  settled: () => Promise<void>;
  subscribe: RedisChannels['subscribe'];
  /** Rejects with `store_unavailable` unless most nodes can be written to, but for full memory. */
  ping: () => Promise<void>;
  close(): Promise<void>;
}

export interface RedisNodeOptions {
  connect: () => Redis;
  gate: GateOptions;
  /** Whether it is one of a cluster's and publishes as such. */
  isSharded: boolean;
  channels: Pick<RedisChannels, 'events'>;
}

export function createRedisNode(options: RedisNodeOptions): RedisNode {
  const client = options.connect();
  const gate = createGate(client, options.gate);
  const ear = createEar(options.connect(), options.isSharded, options.channels.events);
  return {
    get isOpen() {
      return gate.isOpen;
    },
    ear,
    run: gate.run,
    async close() {
      await Promise.all([ear.close(), leave(client)]);
    },
  };
}
