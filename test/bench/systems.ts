/** What is measured beside each other: ours in the ways it is deployed, and the bare relay. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killWithParent } from '../support/kill-with-parent.ts';
import { createRawSession, enterRaw, type RawSession } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { startServer, type Server } from '../support/server-process.ts';

export interface Side {
  url: string;
  headers: Readonly<Record<string, string>>;
}

export interface System {
  /** Of the server, all nodes together. */
  readonly server: readonly number[];
  /** Of the store, if it is a process of its own. */
  readonly store: readonly number[];
  /** The sockets of two people who talk with each other; they may be on different nodes. */
  pair(): Promise<[Side, Side]>;
  /** What is said first on a connection, and the beginning of the frame that answers it. */
  greeting: { say: string; answer: string } | null;
  /** What only ours has. */
  ours: Ours | null;
  stop(): Promise<void>;
}

export interface Ours {
  base: string;
  /** A session that nobody has entered. */
  session(): Promise<RawSession>;
  /** Ends the first node. */
  down(): Promise<void>;
  /** Starts it again, where it was. */
  up(): Promise<void>;
}

export type Start = (env?: Readonly<Record<string, string>>) => Promise<System>;

export const SYSTEMS: Readonly<Record<string, Start>> = {
  relay: startRelay,
  embedded: (env) => startOurs(1, false, env),
  redis: (env) => startOurs(1, true, env),
  'redis and 2 nodes': (env) => startOurs(2, true, env),
};

/** As it comes, but for limits that a load would meet. */
const ENV = {
  LOG_LEVEL: 'info',
  RATE_SEND: 'off',
  MAX_ENTRIES: '1000000',
  MAX_SESSION_BYTES: '1GiB',
  MAX_SESSIONS: '1000000',
  MEMORY_LIMIT: '8GiB',
  MAX_CONNECTIONS: '100000',
  MAX_CONNECTIONS_PER_IP: '100000',
};
const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

async function startOurs(nodes: number, hasRedis: boolean, extra = {}): Promise<System> {
  const redis = hasRedis ? await startRedis(AOF) : null;
  const env = { ...ENV, ...(redis && { REDIS_URL: redis.url }), ...extra };
  const start = () => startServer(env);
  const servers = await Promise.all(Array.from({ length: nodes }, start));
  const at = (index: number): Server => servers.at(index)!; // there is one at least
  const session = () => createRawSession(at(0).base);
  return {
    get server() {
      return servers.map(({ pid }) => pid);
    },
    store: redis ? [redis.pid] : [],
    async pair() {
      const { sid, a, b } = await session();
      await enterRaw(at(0).base, sid, a);
      await enterRaw(at(0).base, sid, b);
      const side = ({ base }: Server, cookie: string): Side => ({
        url: `${base.replace('http', 'ws')}/ws/${sid}`,
        headers: { cookie, origin: base },
      });
      return [side(at(0), a.cookie), side(at(-1), b.cookie)];
    },
    greeting: { say: '{"type":"hello","v":1,"after":null}', answer: '{"type":"welcome"' },
    ours: {
      base: at(0).base,
      session,
      async down() {
        await at(0).stop();
      },
      async up() {
        servers[0] = await startServer({ ...env, PORT: String(at(0).port) });
      },
    },
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
    server: [child.pid ?? 0],
    store: [],
    async pair() {
      const side = { url: `ws://127.0.0.1:${port}/${(rooms += 1)}`, headers: {} };
      return [side, side];
    },
    greeting: null,
    ours: null,
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
