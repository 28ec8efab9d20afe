/**
 * The store in one Redis: the contract, its keys, and what becomes of it when Redis fails. Long
 * because each way to fail has its case.
 */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { RedisPlace } from '../../server/store/redis-place.ts';
import { readScripts } from '../../server/store/redis-scripts.ts';
import { createRedisStore } from '../../server/store/redis-store.ts';
import { startHoldingProxy } from '../support/holding-proxy.ts';
import { startRedis } from '../support/redis.ts';
import type { TestRedis } from '../support/redis.ts';
import { setUpFiles } from './contract-files.ts';
import { OPTIONS, callerAt, newBox, newCid, newSession, random, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';
import { checkKeys, watchKeys } from './redis-keys.ts';
import { failsWithin, isReady, sendUntilStored, startNode } from './redis-nodes.ts';
import { describeStore } from './store-contract.ts';

let redis: TestRedis;
let admin: Redis;

beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin.disconnect();
  await redis.stop();
});

const at = (url: string): RedisPlace => ({ kind: 'single', url });

/** Every operation is followed by a look at all keys: see redis-keys.ts. */
const make: MakeNodes = async (settings) => {
  await admin.flushall();
  const [store, other] = await Promise.all([
    startNode(at(redis.url), settings),
    startNode(at(redis.url), settings),
  ]);
  return { store: watchKeys(store, [admin]), other: watchKeys(other, [admin]) };
};

describeStore('the store in Redis', make);

describe('keys in Redis', () => {
  test('[ST1] are those of the list, and only the notice is left at the end', async () => {
    const { store, sid, connect, send, put } = await setUpFiles(make);
    await store.takeTry(sid, 'a', callerAt('here'));
    await connect('a');
    await send('a');
    await put('a');
    await store.sharedSecret();
    const key = `duologue:{${sid}}`;
    const parts = [':cids', ':ended', ':files', ':leases', ':log', ':tries'];
    const names = ['', ...parts].map((end) => key + end);
    const shared = ['duologue:secret', 'duologue:sessions'];
    expect((await admin.keys('*')).toSorted()).toEqual([...shared, ...names].toSorted());
    expect(await admin.ttl('duologue:secret')).toBeGreaterThan(OPTIONS.maxTtlMs / 1000 + 86_000);

    await store.end(sid, 'a', null);
    expect((await admin.keys(`${key}*`)).toSorted()).toEqual([`${key}:ended`]);
    await vi.waitFor(async () => expect(await admin.zcard('duologue:sessions')).toBe(0));
  });

  test('a message costs no command more for push services, unless somebody is told by them', async () => {
    const { store, sid, meet, send } = await setUp(make);
    const passes = await meet();
    await send('a');
    const commands = async () => {
      await admin.config('RESETSTAT');
      await send('a');
      const stats = await admin.info('commandstats');
      const calls = [...stats.matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)];
      return new Map(calls.map(([, name = '', count = '']) => [name, Number(count)]));
    };
    // The look at all keys after each operation comes on top: see redis-keys.ts.
    const before = await commands();
    expect(before.get('hmget')).toBe(1);
    expect(before.get('zrange')).toBeUndefined();
    const endpoint = 'https://push.example/1';
    await store.putEndpoint(sid, { slot: 'b', passHash: passes.b, endpoint });
    expect((await commands()).get('zrange')).toBe(1);
  });

  test('[ST1] nothing is stored in the millisecond in which the session is over', async () => {
    const { sid, meet, append, unsend } = await setUp(async (settings) => {
      const store = await startNode(at(redis.url), settings);
      return { store, other: store };
    });
    await meet();
    // Redis still shows the hash, but takes what is told to expire now for expired.
    await admin.hset(`duologue:{${sid}}`, 'deadline', Date.now());
    expect(await append('a')).toMatchObject({ result: 'gone' });
    expect(await unsend('a', [])).toMatchObject({ result: 'gone' });
    expect(await admin.exists(`duologue:{${sid}}:log`, `duologue:{${sid}}:cids`)).toBe(0);
  });

  test('[LF2] a clock that was set back does not leave the deadline ahead', async () => {
    const { sid, meet, send, expiresInMs } = await setUp(make, {}, { idleMs: 20_000 });
    await meet();
    const anHourOn = Date.now() + 3_600_000;
    await admin.hset(`duologue:{${sid}}`, { deadline: anHourOn + 20_000, moves: anHourOn + 1_001 });
    await send('a');
    expect(await expiresInMs()).toBeLessThanOrEqual(20_000);
  });

  test('the check of keys would notice one without a deadline', async () => {
    await admin.set('stray', 1);
    await expect(checkKeys(admin)).rejects.toThrow('stray');
    await admin.del('stray');
  });

  test('the count of sessions follows their deadlines', async () => {
    const { store, sid, connect } = await setUp(make, {}, { idleMs: 10_000 });
    await connect('b');
    const { lease } = await connect('a');
    await store.renewLease(sid, lease);
    await vi.waitFor(async () =>
      expect(await admin.zscore('duologue:sessions', sid)).toBe(
        await admin.hget(`duologue:{${sid}}`, 'deadline'),
      ),
    );
    // It is told nothing that it knows; what is sent next comes behind what it would have been told.
    await admin.zrem('duologue:sessions', sid);
    await store.renewLease(sid, lease);
    await store.ping();
    expect(await admin.zscore('duologue:sessions', sid)).toBe(null);
    const key = `duologue:{${sid}}`;
    const moved = String(Number(await admin.hget(key, 'deadline')) + 5_000);
    await admin.hset(key, 'deadline', moved);
    for (const each of [key, `${key}:leases`]) await admin.pexpireat(each, moved);
    await store.renewLease(sid, lease);
    await vi.waitFor(async () => expect(await admin.zscore('duologue:sessions', sid)).toBe(moved));
  });

  test('nothing anyone said or is called is readable in them beside boxes and hashes', async () => {
    const { store, sid, send, connect } = await setUp(make);
    await connect('a');
    await send('a');
    await store.takeTry(sid, 'b', callerAt(random(32)));
    const hash = await admin.hgetall(`duologue:{${sid}}`);
    expect(Object.keys(hash).toSorted()).toEqual(
      [
        ...['a:code', 'a:entered', 'a:key', 'a:name', 'a:passes', 'a:proof'],
        ...['b:code', 'b:key', 'b:name', 'b:proof', 'by', 'bytes', 'connections', 'deadline'],
        ...['idle', 'limit', 'met', 'seq', 'sum'],
      ].toSorted(),
    );
  });
});

describe('files in Redis', () => {
  test('[HT8] one that was begun is not there, counts, and is whole when it is put again', async () => {
    const { sid, put, whole } = await setUpFiles(make, { options: { maxFiles: 1 } });
    const [cid, box] = [newCid(), randomBytes(150_001)];
    await put('a', cid, box);
    const key = `duologue:{${sid}}:files`;
    // As a node leaves it that ends in between.
    await admin.hdel(key, `${cid}:1`);
    await admin.hset(key, `${cid}:left`, 1);
    expect(await whole(cid)).toBeNull();
    expect(await put('a')).toBe('full');
    expect(await put('a', cid, box)).toBe('stored');
    expect((await whole(cid))?.equals(box)).toBe(true);
    expect(await put('a', cid, box)).toBe('repeated');
  });

  test('[LG7] nothing of one stays behind once it was unsent', async () => {
    const { sid, put, unsend } = await setUpFiles(make);
    const cid = newCid();
    await put('a', cid, randomBytes(1_000_000));
    await unsend('a', [cid]);
    expect(await admin.hgetall(`duologue:{${sid}}:files`)).toEqual({ count: '0', bytes: '0' });
  });

  test('they leave a quarter of its memory to everything else', async () => {
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const { sid, put, send } = await setUpFiles(async (settings) => {
      const store = await startNode(at(own.url), settings);
      return { store, other: store };
    });
    const observer = new Redis(own.url);
    onTestFinished(() => observer.disconnect());
    const used = async () => Number(/\nused_memory:(\d+)/.exec(await observer.info('memory'))?.[1]);
    const most = Math.ceil((await used()) / 0.75) + 4 * 1024 * 1024;
    await observer.config('SET', 'maxmemory', String(most));
    expect(await put('a', newCid(), randomBytes(1_000_000))).toBe('stored');
    expect(await put('a', newCid(), randomBytes(5_000_000))).toBe('no_room');
    while ((await put('a', newCid(), randomBytes(500_000))) === 'stored');
    expect(await put('a', newCid(), randomBytes(500_000))).toBe('no_room');
    expect(await used()).toBeLessThan(most * 0.8);
    const fields = await observer.hkeys(`duologue:{${sid}}:files`);
    const stored = Number(await observer.hget(`duologue:{${sid}}:files`, 'count'));
    expect(fields.filter((field) => /^[\w-]{22}$/.test(field))).toHaveLength(stored);
    await send('a');
  });
});

describe('a Redis that fails', () => {
  let own: TestRedis;

  /** A session on a Redis of this test alone. */
  async function setUpOwn() {
    own = await startRedis();
    onTestFinished(() => own.stop());
    return setUp(async (settings) => {
      const store = await startNode(at(own.url), settings);
      return { store, other: store };
    });
  }

  test('by hanging: operations fail within 2 s, and work again when it goes on', async () => {
    const fixture = await setUpOwn();
    const { store, sid, append, unsend, log } = fixture;
    own.freeze();
    await Promise.all([
      failsWithin(2_000, append('a')),
      failsWithin(2_000, store.find(sid)),
      failsWithin(2_000, store.create(newSession())),
      failsWithin(2_000, unsend('a', ['x'])),
      failsWithin(2_000, store.subscribe(random(8), { published() {}, interrupted() {} })),
      failsWithin(2_000, store.ping()),
    ]);
    own.thaw();
    expect(await sendUntilStored(fixture, random(16))).toBe('stored');
    const seqs = (await log()).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  });

  test('by a network that stalls: what failed there is never carried out later', async () => {
    const proxy = await startHoldingProxy(redis.port);
    onTestFinished(() => proxy.close());
    const place = at(`redis://127.0.0.1:${proxy.port}`);
    const { append, send, log, store } = await setUp(async (settings) => {
      const store = await startNode(place, settings);
      return { store, other: store };
    });
    const { cid: first } = await send('a');
    proxy.hold();
    const failing = append('a');
    proxy.cut();
    await failsWithin(2_000, failing);
    await isReady(store);
    const { cid: second } = await send('a');
    await proxy.release();
    expect((await log()).map(({ cid }) => cid)).toEqual([first, second]);
  });

  test('by forgetting everything: the secret that nodes share is the same again', async () => {
    const { store, other } = await make({});
    const secret = await store.sharedSecret();
    await redis.kill();
    await redis.start();
    await Promise.all([isReady(store), isReady(other)]);
    await vi.waitFor(async () => expect(await admin.get('duologue:secret')).toBe(secret));
    expect(await other.sharedSecret()).toBe(secret);
  });

  test('by dying: operations fail at once, and work again when it is back, with nothing left', async () => {
    const { store, sid, session } = await setUpOwn();
    await own.kill();
    await failsWithin(2_000, store.find(sid));
    await failsWithin(100, store.find(sid));
    await failsWithin(100, store.subscribe(random(8), { published() {}, interrupted() {} }));
    await own.start();
    await isReady(store);
    expect(await store.find(sid)).toEqual({ state: 'unknown' });
    expect(await store.create(session)).toBe('created');
  });

  test('by cutting connections: a lost reply runs nothing twice', async () => {
    const fixture = await setUpOwn();
    const { append, log } = fixture;
    const killer = new Redis(own.url);
    onTestFinished(() => killer.disconnect());
    const cids = Array.from({ length: 20 }, () => random(16));
    for (const cid of cids) {
      const sent = append('a', { cid }).catch(() => {});
      await killer.call('CLIENT', 'KILL', 'TYPE', 'normal');
      await sent;
      await sendUntilStored(fixture, cid);
    }
    expect((await log()).map(({ cid }) => cid)).toEqual(cids);
  });

  test('by not allowing what is needed: the failure says in its words what', async () => {
    own = await startRedis();
    onTestFinished(() => own.stop());
    const other = new Redis(own.url);
    await other.call('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '&*', '+@all', '-client');
    other.disconnect();
    const url = own.url.replace('redis://', 'redis://app:pw@');
    const store = createRedisStore({ place: at(url), options: OPTIONS });
    onTestFinished(() => store.close());
    await expect
      .poll(() => store.ping().catch((error: unknown) => String(error)), { timeout: 10_000 })
      .toMatch(/not connected to Redis: NOPERM .*client/);
  });

  test('by forgetting scripts: they are sent again', async () => {
    const { send } = await setUpOwn();
    await send('a');
    const other = new Redis(own.url);
    await other.script('FLUSH');
    other.disconnect();
    expect((await send('a')).seq).toBe(2);
  });

  test('by forgetting scripts: what is sent again does not come after what was sent later', async () => {
    const { store, sid, append, send } = await setUpOwn();
    await send('a');
    const other = new Redis(own.url);
    onTestFinished(() => other.disconnect());
    await other.script('FLUSH');
    // As another node does, in between.
    await other.script('LOAD', readScripts('PUBLISH').append.lua);
    const end = store.end(sid, 'a', null);
    const appended = append('a');
    await failsWithin(2_000, end);
    expect(await appended).toMatchObject({ result: 'stored', seq: 2 });

    await other.script('FLUSH');
    const failing = failsWithin(2_000, append('a'));
    expect(await store.end(sid, 'a', null)).toBe('ended');
    await failing;
    expect(await store.find(sid)).toMatchObject({ state: 'ended' });
  });

  test('by cutting subscriptions: everyone is told, and hears again', async () => {
    const { store, sid, send, published } = await setUpOwn();
    const killer = new Redis(own.url);
    onTestFinished(() => killer.disconnect());
    for (let round = 1; round <= 3; round++) {
      let interruptions = 0;
      const unsubscribe = await store.subscribe(sid, {
        published: () => {},
        interrupted: () => interruptions++,
      });
      await killer.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await vi.waitFor(() => expect(interruptions).toBe(1), { timeout: 5_000 });
      const { seq } = await send('a');
      await vi.waitFor(() => expect(published.at(-1)?.seq).toBe(seq));
      unsubscribe();
    }
  });

  test('one SUBSCRIBE per session, given back with the last listener', async () => {
    const { store } = await setUpOwn();
    const observer = new Redis(own.url);
    onTestFinished(() => observer.disconnect());
    const sid = random(8);
    const channel = `duologue:{${sid}}`;
    const listeners = async () => (await observer.pubsub('NUMSUB', channel))[1];
    const ignore = { published() {}, interrupted() {} };
    const leaving = await Promise.all([1, 2, 3].map(() => store.subscribe(sid, ignore)));
    expect(await listeners()).toBe(1);
    leaving.pop()?.();
    leaving.pop()?.();
    expect(await listeners()).toBe(1);
    leaving.pop()?.();
    await vi.waitFor(async () => expect(await listeners()).toBe(0));
  });

  test.for([
    ['NOREPLICAS', ['CONFIG', 'SET', 'min-replicas-to-write', '1']],
    ['READONLY', ['REPLICAOF', '127.0.0.1', '1']],
  ] as const)('by refusing to write (%s): it is not ready', async ([why, command]) => {
    const { store } = await setUpOwn();
    const other = new Redis(own.url);
    onTestFinished(() => other.disconnect());
    const [name, ...args] = command;
    await other.call(name, ...args);
    const cause = { message: expect.stringContaining(why) as unknown };
    await expect(store.ping()).rejects.toMatchObject({ code: 'store_unavailable', cause });
    await other.config('SET', 'min-replicas-to-write', '0');
    await other.call('REPLICAOF', 'NO', 'ONE');
    await isReady(store);
  });

  test('by being nearly full: nothing new is made, and those there are go on', async () => {
    const { store, send, meet } = await setUpOwn();
    const other = new Redis(own.url);
    await meet();
    // So that what Redis takes for itself now and then is little.
    await other.set('ballast', 'x'.repeat(32 * 1024 * 1024));
    const [, used = ''] = /used_memory:(\d+)/.exec(await other.info('memory')) ?? [];
    await other.config('SET', 'maxmemory', String(Math.ceil(Number(used) / 0.95)));
    expect(await store.create(newSession())).toBe('full');
    for (let i = 0; i < 20; i++) await send('a');
    // What was not made is not counted either.
    await vi.waitFor(async () => expect(await other.zcard('duologue:sessions')).toBe(1));
    await other.config('SET', 'maxmemory', '0');
    await other.del('ballast');
    expect(await store.create(newSession())).toBe('created');
    await checkKeys(other);
    other.disconnect();
  });

  test('by being full: nothing is half done, what is there is readable and can be ended', async () => {
    const fixture = await setUpOwn();
    const { store, sid, connect, send, append, log } = fixture;
    const { lease } = await connect('a');
    const { cid } = await send('a');
    const other = new Redis(own.url);
    await other.config('SET', 'maxmemory', '1');
    await failsWithin(1_000, append('a'));
    await failsWithin(1_000, store.create(newSession()));
    await failsWithin(1_000, store.takeTry(sid, 'b', callerAt('here')));
    expect(await log()).toMatchObject([{ cid }]);
    await store.ping();
    await connect('a', { passHash: lease.passHash });
    expect(await store.renewLease(sid, lease)).toMatchObject({ result: 'renewed' });
    // A node that starts now needs it.
    expect(await store.sharedSecret()).toMatch(/^[\w-]{43}$/);
    expect(await store.end(sid, 'a', newBox())).toBe('ended');
    await checkKeys(other);
    await other.config('SET', 'maxmemory', '0');
    expect(await store.create(newSession())).toBe('created');
    other.disconnect();
  });
});
