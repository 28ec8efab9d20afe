/**
 * One look at the Redis of the settings, at each master if it is a cluster: whether it answers, and
 * how it is set up. Changes nothing there, and asks no more than every node asks (INFO).
 */
import { once } from 'node:events';
import type { Redis } from 'ioredis';
import type { RedisAddress } from './config.ts';
import { assertNever } from './protocol/errors.ts';
import { createRedisTrouble, unreachable } from './redis-trouble.ts';
import { connectRedis, connectToMaster, connectToNode, leave } from './store/redis-connection.ts';
import type { RedisPlace } from './store/redis-place.ts';
import { askTopology, newestOf } from './store/redis-topology.ts';

/** Longer than a connection and an answer may take together, by redis-connection.ts. */
const PATIENCE_MS = 5_000;

export interface RedisState {
  /** Where, without user and password, like "Redis at 127.0.0.1:6379". */
  name: string;
  /** Like 7.2.4 */
  version: string;
  hasAof: boolean;
  /** What it does when its memory is full, like noeviction. */
  policy: string;
  /** 0 is no limit. */
  maxmemoryBytes: number;
}

/** `trouble`: why a start would not get on now, in sentences. */
export type Look = { states: readonly RedisState[] } | { trouble: string };

/** Takes no longer than PATIENCE_MS for each step: reaching it, and asking. */
export async function lookAtRedis(place: RedisPlace): Promise<Look> {
  const trouble = createRedisTrouble(place);
  const clients: Redis[] = [];
  const opened = async (client: Redis): Promise<Redis> => {
    clients.push(client.on('error', trouble.events.onTrouble));
    // Rejects with the first error, too: this is one look, and what is wrong is to be said.
    await once(client, 'ready', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return client;
  };
  try {
    return { states: await statesAt(place, opened) };
  } catch (error) {
    return { trouble: trouble.hopeless() ?? unreachable(place, error) };
  } finally {
    // Not waited for: one that does not answer would not end either.
    for (const client of clients) void leave(client);
  }
}

type Opened = (client: Redis) => Promise<Redis>;

async function statesAt(place: RedisPlace, opened: Opened): Promise<RedisState[]> {
  switch (place.kind) {
    case 'single':
      return [await stateOf(await opened(connectRedis(place.url)), singleName(place.url))];
    case 'sentinels': {
      const client = await opened(connectToMaster(place.sentinels, place.master));
      return [await stateOf(client, `the master ${place.master.name}`)];
    }
    case 'cluster': {
      const masters = await mastersOf(place.nodes, opened);
      return Promise.all(
        masters.map(async (at) =>
          stateOf(await opened(connectToNode(at)), `Redis at ${at.host}:${at.port}`),
        ),
      );
    }
    default:
      return assertNever(place);
  }
}

/** As one of the nodes that are named tells; user, password and TLS of the first hold for all. */
async function mastersOf(nodes: readonly RedisAddress[], opened: Opened): Promise<RedisAddress[]> {
  const asked = nodes.map(async (node) => {
    const client = connectToNode(node);
    return askTopology(await opened(client), node.host);
  });
  const topology = await newestOf(asked);
  const [first] = nodes;
  if (topology === undefined || first === undefined) return Promise.race(asked).then(() => []);
  const places = new Map(
    topology.ranges.map(({ host, port }) => [`${host}:${port}`, { host, port }]),
  );
  return [...places.values()].map((at) => ({ ...first, ...at }));
}

async function stateOf(client: Redis, name: string): Promise<RedisState> {
  const info = await client.info();
  const field = (key: string) => new RegExp(`^${key}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
  return {
    name,
    version: field('redis_version'),
    hasAof: field('aof_enabled') === '1',
    policy: field('maxmemory_policy'),
    maxmemoryBytes: Number(field('maxmemory')),
  };
}

/** Nothing of what may be secret: user, password, query. */
function singleName(url: string): string {
  const { protocol, host, pathname, port } = new URL(url);
  if (protocol === 'unix:') return `Redis at ${pathname}`;
  return `Redis at ${host}${port === '' ? ':6379' : ''}`;
}
