/** What is measured beside each other: ours in the ways it is deployed, and the bare relay. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killWithParent } from '../support/kill-with-parent.ts';
import { metRawSession } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { startServer } from '../support/server-process.ts';

export interface Side {
  url: string;
  headers: Readonly<Record<string, string>>;
}

export interface System {
  name: string;
  /** Of the server, all nodes together. */
  server: readonly number[];
  /** Of the store, if it is a process of its own. */
  store: readonly number[];
  /** The sockets of two people who talk with each other; they may be on different nodes. */
  pair(): Promise<[Side, Side]>;
  /** What is said first on a connection, and the beginning of the frame that answers it. */
  greeting: { say: string; answer: string } | null;
  stop(): Promise<void>;
}

export const SYSTEMS: Readonly<Record<string, () => Promise<System>>> = {
  relay: startRelay,
  embedded: () => startOurs('embedded', 1, false),
  redis: () => startOurs('redis', 1, true),
  'redis, 2 nodes': () => startOurs('redis, 2 nodes', 2, true),
};

/** As it comes, but for limits that a load would meet. */
const ENV = {
  LOG_LEVEL: 'info',
  RATE_SEND: 'off',
  MAX_ENTRIES: '1000000',
  MAX_SESSION_BYTES: '1GiB',
  MEMORY_LIMIT: '8GiB',
  MAX_CONNECTIONS: '100000',
  MAX_CONNECTIONS_PER_IP: '100000',
};
const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

async function startOurs(name: string, nodes: number, hasRedis: boolean): Promise<System> {
  const redis = hasRedis ? await startRedis(AOF) : null;
  const env = { ...ENV, ...(redis && { REDIS_URL: redis.url }) };
  const servers = await Promise.all(Array.from({ length: nodes }, () => startServer(env)));
  const [first, last] = [servers[0]!, servers.at(-1)!];
  return {
    name,
    server: servers.map(({ pid }) => pid),
    store: redis ? [redis.pid] : [],
    async pair() {
      const { sid, a, b } = await metRawSession(first.base);
      const side = (base: string, cookie: string): Side => ({
        url: `${base.replace('http', 'ws')}/ws/${sid}`,
        headers: { cookie, origin: base },
      });
      return [side(first.base, a.cookie), side(last.base, b.cookie)];
    },
    greeting: { say: '{"type":"hello","v":1,"after":null}', answer: '{"type":"welcome"' },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await redis?.stop();
    },
  };
}

async function startRelay(): Promise<System> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('relay.js', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  killWithParent(child);
  // as: the first argument of 'line' is the line.
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  let rooms = 0;
  return {
    name: 'relay',
    server: [child.pid ?? 0],
    store: [],
    async pair() {
      const side = { url: `ws://127.0.0.1:${port}/${(rooms += 1)}`, headers: {} };
      return [side, side];
    },
    greeting: null,
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
