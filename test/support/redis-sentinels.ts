/**
 * A real Redis with a replica and three sentinels that watch over them: who is the master is their
 * word, and when it dies they make the other one.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { adminOf, until } from './redis-admin.ts';
import { startRedis, startRedisServer } from './redis.ts';
import type { TestRedis } from './redis.ts';

const NAME = 'chats';
const SENTINELS = 3;
const DOWN_AFTER_MS = 1_000;

export interface TestSentinels {
  /** For REDIS_SENTINELS: where the sentinels listen. */
  addresses: string;
  /** For REDIS_SENTINEL_NAME. */
  name: string;
  /** At first 0 is the master and 1 its replica. */
  nodes: readonly [TestRedis, TestRedis];
  /** A client of each node alone, for looking on; rejects while that node does not answer. */
  admins: readonly [Redis, Redis];
  sentinels: readonly TestRedis[];
  /** As the sentinels say. */
  master(): Promise<0 | 1>;
  /** SIGKILL; the sentinels take about two seconds to replace a master: see `failedOver`. */
  kill(node: 0 | 1): Promise<void>;
  /** After kill, as a replica of the master of now. */
  start(node: 0 | 1): Promise<void>;
  /** Kills the master and returns which that was. */
  killMaster(): Promise<0 | 1>;
  /**
   * Has the sentinels choose the other while both live. The old one takes writes until they
   * notice, some ten seconds later, and make it a replica: only then is `healed` true again.
   */
  swap(): Promise<void>;
  /** Resolves when all sentinels say that the other is the master, and it is. */
  failedOver(node: 0 | 1): Promise<void>;
  /** Resolves when the replica is in sync and the sentinels could fail over (again). */
  healed(): Promise<void>;
  /** Of the master. */
  keys(pattern: string): Promise<string[]>;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** `args` are added to the command lines of the two that hold data. */
export async function startSentinels(args: readonly string[] = []): Promise<TestSentinels> {
  const first = await startRedis(args);
  const second = await startRedis([...args, '--replicaof', '127.0.0.1', String(first.port)]);
  const nodes = [first, second] as const;
  const admins = [adminOf(first.url), adminOf(second.url)] as const;
  // Sentinels that find the replica there at once need not wait for their next look, 10 s later.
  await until('the replica is in sync', () => isInSync(admins[1]));
  const sentinels = await Promise.all(
    Array.from({ length: SENTINELS }, () => startSentinel(first.port)),
  );
  const watchers = sentinels.map(({ url }) => adminOf(url));

  async function masterSeenBy(watcher: Redis): Promise<0 | 1> {
    const address = await watcher.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME);
    // as: host and port, or null, which is neither of ours
    return Number((address as string[] | null)?.[1]) === first.port ? 0 : 1;
  }

  const test: TestSentinels = {
    addresses: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(),
    name: NAME,
    nodes,
    admins,
    sentinels,
    master: () => Promise.any(watchers.map(masterSeenBy)),
    kill: (node) => nodes[node].kill(),
    async start(node) {
      await nodes[node].start();
      // What it says by itself, to be the master, the sentinels would mend after ten seconds.
      const master = nodes[await test.master()];
      if (master !== nodes[node]) await admins[node].replicaof('127.0.0.1', master.port);
    },
    async killMaster() {
      const node = await test.master();
      await test.kill(node);
      return node;
    },
    async swap() {
      const node = await test.master();
      await until('the sentinels agree to swap', async () => {
        await watchers[0]?.call('SENTINEL', 'FAILOVER', NAME);
        return true;
      });
      await test.failedOver(node);
    },
    failedOver: (node) =>
      until(`another master than ${node}`, async () => {
        const seen = await Promise.all(watchers.map(masterSeenBy));
        const info = await admins[node === 0 ? 1 : 0].info('replication');
        return seen.every((master) => master !== node) && info.includes('role:master');
      }),
    healed: () =>
      until('two nodes in sync, three sentinels that know each other', async () => {
        const seen = await Promise.all(watchers.map(isWatching));
        const master = await test.master();
        return seen.every(Boolean) && isInSync(admins[master === 0 ? 1 : 0]);
      }),
    keys: async (pattern) => admins[await test.master()].keys(pattern),
    async flush() {
      await admins[await test.master()].flushall();
    },
    async stop() {
      for (const client of [...admins, ...watchers]) client.disconnect();
      await Promise.all([...sentinels, ...nodes].map((server) => server.stop()));
    },
  };
  await test.healed();
  return test;
}

/** Keeps what it learns in its configuration, so that must be a file. */
function startSentinel(masterPort: number): Promise<TestRedis> {
  return startRedisServer((port, dir) => {
    const file = join(dir, 'sentinel.conf');
    const lines = [
      ...[`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`],
      `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}`,
      // Also how long after a failed election the next may begin.
      `sentinel failover-timeout ${NAME} 2000`,
    ];
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return [file, '--sentinel'];
  });
}

async function isInSync(replica: Redis): Promise<boolean> {
  return (await replica.info('replication')).includes('master_link_status:up');
}

/** Knows the replica, the other sentinels, and a master that is well. */
async function isWatching(watcher: Redis): Promise<boolean> {
  const reply = await watcher.call('SENTINEL', 'MASTER', NAME);
  const words = Array.isArray(reply) ? reply.map(String) : [];
  const field = (name: string) => words[words.indexOf(name) + 1];
  return (
    field('flags') === 'master' &&
    Number(field('num-slaves')) >= 1 &&
    field('num-other-sentinels') === String(SENTINELS - 1)
  );
}
