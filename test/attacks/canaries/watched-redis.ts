/**
 * A Redis with a password and with every kind of file, and all the ways there are to look into it:
 * what it is told and answers, MONITOR, its keys, its files, its memory.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { adminOf, until } from '../../support/redis-admin.ts';
import { recordWire } from '../../support/recorded-wire.ts';
import { startRedis } from '../../support/redis.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

export type WatchedRedis = Awaited<ReturnType<typeof startWatchedRedis>>;

const ARGS = [
  ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '3600 1'],
  // What is looked for in a snapshot must not be hidden by compression.
  ...['--rdbcompression', 'no'],
];

/** Without `isMonitored` nobody has looked on, and what is left in memory is what Redis left there. */
export async function startWatchedRedis(password: string, { isMonitored = true } = {}) {
  const redis = await startRedis([...ARGS, '--requirepass', password]);
  const admin = adminOf(urlOf(redis.port));
  const heard = recordWire();
  const wire = await startTcpProxy(() => redis.port, heard.listen);
  const monitor = watchCommands(redis.port, password, isMonitored);
  await monitor.watching();

  function urlOf(port: number): string {
    return `redis://:${password}@127.0.0.1:${port}`;
  }

  const told = async (section: string, field: string) =>
    new RegExp(`^${field}:(.*)\r$`, 'm').exec(await admin.info(section))?.[1] ?? '';
  const isDone = (field: string) =>
    until(`${field} is over`, async () => (await told('persistence', field)) === '0');

  async function keys(): Promise<string[]> {
    const names = new Set<string>();
    for (let cursor = '0'; ;) {
      const [next, some] = await admin.scan(cursor);
      for (const name of some) names.add(name);
      if (next === '0') return [...names].toSorted();
      cursor = next;
    }
  }

  return {
    admin,
    /** For the nodes: all that passes is written down. */
    url: urlOf(wire.port),
    wire,
    pid: async () => Number(await told('server', 'process_id')),

    /** Gone for a moment, with kill -9. Whoever comes back finds it watched. */
    async restart(): Promise<void> {
      wire.refuse(true);
      await redis.kill();
      await monitor.cut();
      await redis.start();
      await monitor.watching();
      await until('it answers', async () => (await admin.ping()) === 'PONG');
      wire.refuse(false);
    },

    traffic: () => Buffer.concat(heard.streams().map(({ bytes }) => bytes)),
    commands: monitor.heard,

    keys,
    /** Every name with its value, as Redis would hand it to another. */
    async values(): Promise<Buffer> {
      const dumps = (await keys()).map(async (key) => [
        Buffer.from(key),
        (await admin.dumpBuffer(key)) ?? Buffer.alloc(0),
      ]);
      return Buffer.concat((await Promise.all(dumps)).flat());
    },

    async snapshot(): Promise<void> {
      await admin.save();
    },
    async rewriteLog(): Promise<void> {
      await isDone('aof_rewrite_in_progress');
      await admin.bgrewriteaof();
      await isDone('aof_rewrite_scheduled');
      await isDone('aof_rewrite_in_progress');
    },
    async purge(): Promise<void> {
      await admin.call('MEMORY', 'PURGE');
    },
    /** `aof` and `rdb`, all that is in its folder. */
    async files(): Promise<Record<'aof' | 'rdb', Buffer>> {
      const [, folder = ''] = await admin.config('GET', 'dir');
      const all = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name, parentPath }) => ({ name, bytes: readFileSync(join(parentPath, name)) }));
      const isLog = ({ name }: { name: string }) => name.startsWith('appendonly');
      const bytes = (list: typeof all) => Buffer.concat(list.map((file) => file.bytes));
      return { aof: bytes(all.filter(isLog)), rdb: bytes(all.filter((one) => !isLog(one))) };
    },

    async close(): Promise<void> {
      admin.disconnect();
      monitor.stop();
      await wire.close();
      await redis.stop();
    },
  };
}

/** Everything that MONITOR says, as it says it, also after Redis was away. */
function watchCommands(port: number, password: string, isMonitored: boolean) {
  const pieces: Buffer[] = [];
  let isStopped = false;
  let isWatching = false;
  let socket = watch();

  function watch() {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.write(`AUTH ${password}\r\n${isMonitored ? 'MONITOR' : 'PING'}\r\n`);
    socket.on('data', (bytes) => {
      pieces.push(Buffer.from(bytes));
      if (isWatching) return;
      said += bytes.toString('latin1');
      isWatching = /^\+OK\r\n\+(OK|PONG)\r\n/.test(said);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      isWatching = false;
      if (!isStopped) setTimeout(again, 10);
    });
    return socket;
  }

  function again(): void {
    if (!isStopped) socket = watch();
  }

  return {
    heard: () => Buffer.concat(pieces),
    cut: () => until('MONITOR is cut off', async () => !isWatching),
    watching: () => until('MONITOR says everything', async () => isWatching),
    stop() {
      isStopped = true;
      socket.destroy();
    },
  };
}
