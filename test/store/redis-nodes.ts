/** Stores in Redis for tests: ready when they can do everything, everywhere. */
import type { Redis } from 'ioredis';
import { expect, vi } from 'vitest';
import { parseConfig } from '../../server/config.ts';
import { AppError } from '../../server/protocol/errors.ts';
import { redisPlace } from '../../server/store/redis-place.ts';
import type { RedisPlace } from '../../server/store/redis-place.ts';
import { createRedisStore } from '../../server/store/redis-store.ts';
import type { Store } from '../../server/store/store.ts';
import { OPTIONS, callerAt, random, setUp } from './fixture.ts';
import type { Fixture, Settings } from './fixture.ts';

/** Enough sessions to have some on every master of a cluster: all but one in ten million times. */
export const PROBES = 40;

/** Resolves when the node can do everything, also hear. */
export async function startNode(place: RedisPlace, settings: Settings): Promise<Store> {
  const { options, ...more } = settings;
  const store = createRedisStore({ place, options: { ...OPTIONS, ...options }, ...more });
  await isReady(store, place.kind === 'cluster' ? PROBES : 1);
  return store;
}

export async function isReady(store: Store, probes = 1): Promise<void> {
  const sids = Array.from({ length: probes }, () => random(8));
  await vi.waitFor(
    async () => {
      await store.ping();
      for (const sid of sids) {
        await store.find(sid);
        (await store.subscribe(sid, { published: () => {}, interrupted: () => {} }))();
      }
    },
    { timeout: 10_000, interval: 20 },
  );
}

/** Resolves when the replica has all that was written. */
export async function isReplicated(master: Redis | undefined, replica: Redis | undefined) {
  const offset = async (redis: Redis | undefined, field: string) => {
    const info = (await redis?.info('replication')) ?? '';
    return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
  };
  const written = await offset(master, 'master_repl_offset');
  await vi.waitFor(
    async () => expect(await offset(replica, 'slave_repl_offset')).toBeGreaterThanOrEqual(written),
    { timeout: 20_000 },
  );
}

const unavailable = expect.objectContaining({ code: 'store_unavailable' }) as unknown;

/**
 * What a busy machine may take on top. With it, what fails at once is still told from what waits
 * for a command to time out, and what fails in time from what waits for the connection to end.
 */
const BUSY_MS = 1_000;

export async function failsWithin(ms: number, operation: Promise<unknown>): Promise<void> {
  const started = performance.now();
  const error: unknown = await operation.catch((error: unknown) => error);
  expect(error).toEqual(unavailable);
  expect(error).toBeInstanceOf(AppError);
  expect(performance.now() - started).toBeLessThan(ms + BUSY_MS);
}

/** Tries again with the same cid until it is stored, as a client does. */
export async function sendUntilStored({ append }: Pick<Fixture, 'append'>, cid: string) {
  return vi.waitFor(
    async () => {
      const { result } = await append('a', { cid });
      expect(['stored', 'repeated']).toContain(result);
      return result;
    },
    { timeout: 15_000, interval: 50 },
  );
}

/** All that a Redis user of this server has to be allowed. */
const RIGHTS = [
  ...['~duologue:*', '&duologue:*', '-@all', '+hello', '+auth', '+ping', '+info'],
  ...['+client|id', '+client|kill', '+evalsha', '+eval', '+script|load', '+cluster|slots'],
  ...['+cluster|info', '+publish', '+spublish', '+subscribe', '+unsubscribe', '+ssubscribe'],
  ...['+sunsubscribe', '+@hash', '+@list', '+@sortedset', '+@string', '+del', '+exists'],
  ...['+pexpire', '+pexpireat', '+pttl', '+time'],
];

/** As the settings would be read. */
export function clusterAt(addresses: string): RedisPlace {
  return placeOf({ REDIS_CLUSTER: addresses });
}

export function sentinelsAt({ addresses, name }: { addresses: string; name: string }): RedisPlace {
  return placeOf({ REDIS_SENTINELS: addresses, REDIS_SENTINEL_NAME: name });
}

function placeOf(env: Record<string, string>): RedisPlace {
  const place = redisPlace(parseConfig(env));
  if (!place) throw new Error('no Redis in these settings');
  return place;
}

/** As the user `app`, who has RIGHTS and no more, a whole session goes its way. */
export async function expectRightsToSuffice(
  admins: readonly Redis[],
  place: RedisPlace,
): Promise<void> {
  await Promise.all(
    admins.map((admin) => admin.call('ACL', 'SETUSER', 'app', 'on', '>p@ss', ...RIGHTS)),
  );
  const fixture = await setUp(async (settings) => {
    const store = await startNode(place, settings);
    return { store, other: store };
  });
  const { store, sid, meet, connect, send, unsend, published } = fixture;
  await store.takeTry(sid, 'b', callerAt('here'));
  const { lease } = await connect('a');
  await store.renewLease(sid, lease);
  const { cid } = await send('a');
  const passHash = (await meet()).a;
  const box = Buffer.alloc(100_000);
  expect(await store.putFile(sid, { slot: 'a', passHash, cid, box })).toBe('stored');
  expect(await store.readFile(sid, cid, 0)).toMatchObject({ bytes: box.length });
  await unsend('a', [cid]);
  const endpoint = 'https://push.example/1';
  expect(await store.putEndpoint(sid, { slot: 'a', passHash, endpoint })).toBe('kept');
  await store.receipt(sid, 'b', { received: 1, read: 1 });
  await store.sharedSecret();
  await vi.waitFor(() => expect(published.map(({ seq }) => seq)).toContain(2));
  await store.leave(sid, 'a', lease.passHash);
  expect(await send('b')).toHaveProperty('push');
  await store.dropEndpoint(sid, 'a', endpoint);
  expect(await store.end(sid, 'a', null)).toBe('ended');
  for (const admin of admins) expect(await admin.call('ACL', 'LOG')).toEqual([]);
}
