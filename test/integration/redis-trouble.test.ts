/**
 * Redis in trouble under a node that works: what people and operators are told while it lasts,
 * and that everything comes back by itself. Troubles at the start: redis-at-start.test.ts.
 */
import { Redis } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { endedText } from '../../web/ui/ended-text.ts';
import { meet } from '../faults/world/pair.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startServer, type Server } from '../support/server-process.ts';
import {
  expectCreation,
  expectDelivered,
  expectNoCreation,
  expectRefusedSend,
  isNotReady,
  isReady,
  startWithPeople,
  type People,
} from '../support/store-trouble.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

vi.setConfig({ testTimeout: 60_000 });

async function openRedis(args: readonly string[] = []): Promise<TestRedis> {
  const redis = await startRedis(args);
  onTestFinished(() => redis.stop());
  return redis;
}

function openAdmin(url: string): Redis {
  const admin = new Redis(url);
  onTestFinished(() => admin.disconnect());
  return admin;
}

/** While `trouble` lasts nothing is promised, and after it all is as before. */
async function expectUnavailableDuring(
  { server, people }: { server: Server; people: People },
  trouble: { begin(): unknown; end(): unknown },
): Promise<void> {
  await trouble.begin();
  await isNotReady(server);
  await expectNoCreation(server);
  const refused = await expectRefusedSend(people);
  await trouble.end();
  await isReady(server);
  await expectDelivered(people, refused);
  await expectCreation(server);
}

it('stalled: refused in time, and back by itself', async () => {
  const redis = await openRedis();
  const node = await startWithPeople({ REDIS_URL: redis.url });
  await expectUnavailableDuring(node, { begin: () => redis.freeze(), end: () => redis.thaw() });
});

it('killed, and started with its file', async () => {
  const redis = await openRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
  const node = await startWithPeople({ REDIS_URL: redis.url });
  await expectUnavailableDuring(node, { begin: () => redis.kill(), end: () => redis.start() });
});

it('its password changed: refused until it fits again, and the log says why', async () => {
  const redis = await openRedis(['--requirepass', 'old']);
  const url = redis.url.replace('redis://', 'redis://:old@');
  const admin = openAdmin(url);
  const node = await startWithPeople({ REDIS_URL: url });
  const told = () => node.server.output.filter((line) => line.includes('Redis cannot be used'));
  await expectUnavailableDuring(node, {
    async begin() {
      await admin.config('SET', 'requirepass', 'new');
      // Who has said the old one stays in until the connection ends.
      await admin.call('CLIENT', 'KILL', 'SKIPME', 'yes');
      await expect.poll(() => told().join(), { timeout: 10_000 }).toContain('WRONGPASS');
    },
    end: () => admin.config('SET', 'requirepass', 'old'),
  });
  expect(node.server.output.join()).not.toContain(':old@');
});

it('full: nothing new is taken, what is there can be read and ended', async () => {
  const redis = await openRedis();
  const admin = openAdmin(redis.url);
  const { server, people } = await startWithPeople({ REDIS_URL: redis.url });
  const other = await meet(server.base);
  onTestFinished(() => other.close());
  await admin.config('SET', 'maxmemory', '1');
  await expectNoCreation(server);
  const refused = await expectRefusedSend(people);
  // Redis answers, and a balancer that took the node away would take away the reading too.
  await isReady(server);
  const reader = await other.open('a', other.ann.browser);
  await expect.poll(() => reader.chat.connection.value).toBe('live');
  reader.chat.end();
  await expect.poll(() => other.bob.chat.ended.value?.reason).toBe('ended');
  await admin.config('SET', 'maxmemory', '0');
  await expectDelivered(people, refused);
  await expectCreation(server);
});

it('restarted empty: people are told that their chat is gone, and new ones can begin', async () => {
  const redis = await openRedis();
  const server = await startServer({ REDIS_URL: redis.url, LOG_LEVEL: 'warn' });
  onTestFinished(() => void server.kill());
  await isReady(server);
  const pair = await meet(server.base);
  onTestFinished(() => pair.close());
  pair.ann.say('soon forgotten');
  await redis.kill();
  pair.bob.say('said while it was away');
  await redis.start();
  for (const { chat, slot } of [pair.ann, pair.bob]) {
    await expect.poll(() => chat.ended.value, { timeout: 20_000 }).not.toBeNull();
    const ended = chat.ended.value;
    expect(ended && endedText(ended, slot, null)).toBe('This chat has ended or does not exist');
  }
  await isReady(server);
  await expectCreation(server);
});

it('slow: half a second each way is waited for, three are not', async () => {
  const redis = await openRedis();
  const wire = await startTcpProxy(() => redis.port);
  onTestFinished(() => wire.close());
  const node = await startWithPeople({ REDIS_URL: `redis://127.0.0.1:${wire.port}` });
  await worksSlowly(node, wire);
  await expectUnavailableDuring(node, {
    begin: () => wire.delay(3_000),
    end: () => wire.delay(0),
  });
});

async function worksSlowly(
  { server, people }: { server: Server; people: People },
  wire: TcpProxy,
): Promise<void> {
  wire.delay(500);
  const started = performance.now();
  await expectDelivered(people);
  // It was slow indeed.
  expect(performance.now() - started).toBeGreaterThan(1_000);
  await expectCreation(server);
}
