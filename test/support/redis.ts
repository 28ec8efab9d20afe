/**
 * A real Redis of one's own: any free port, nothing on disk, gone with the process that started
 * it. Can be stopped like a process that hangs, and killed and started again on the same port.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killWithParent } from './kill-with-parent.ts';

export interface TestRedis {
  url: string;
  port: number;
  /** Of the process that runs now. */
  readonly pid: number;
  /** SIGSTOP: takes connections but answers nothing. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** After kill, on the same port. */
  start(): Promise<void>;
  /** For good. */
  stop(): Promise<void>;
}

/** `args` are added to the command line, like ['--maxmemory', '10mb']. */
export function startRedis(args: readonly string[] = []): Promise<TestRedis> {
  return startRedisServer((port, dir) => [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', dir],
    ...['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0', ...args],
  ]);
}

/** `redis-server` with the arguments for a port and an empty folder; they may write files there. */
export async function startRedisServer(
  argsFor: (port: number, dir: string) => readonly string[],
): Promise<TestRedis> {
  const dir = mkdtempSync(join(tmpdir(), 'duologue-redis-'));
  let { port, args } = await choose();
  let server: ChildProcess | undefined;

  async function choose() {
    const port = await freePort();
    return { port, args: argsFor(port, dir) };
  }

  async function start(): Promise<void> {
    server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    killWithParent(server);
    await isReady(server);
  }

  /** Between finding a free port and listening on it somebody else may take it. */
  async function startSomewhere(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await start();
      } catch (error) {
        const isTaken = error instanceof Error && error.message.includes('Address already in use');
        if (!isTaken || attempt === 5) throw error;
        ({ port, args } = await choose());
      }
    }
  }

  async function kill(): Promise<void> {
    const dying = server;
    server = undefined;
    if (!dying || dying.exitCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  }

  await startSomewhere();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server?.pid ?? 0;
    },
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    kill,
    start,
    async stop() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function isReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    server.once('error', (cause) =>
      reject(new Error('redis-server cannot be started: is it installed?', { cause })),
    );
    server.once('exit', () => reject(new Error(`redis-server ended:\n${said}`)));
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/Ready to accept connections|Sentinel ID is/.test(said)) resolve();
    });
  });
}

/**
 * Below those that a system gives to outgoing connections, so that it is still free when a server
 * that was killed starts again; and with room for a cluster's second port, 10000 above.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 11_000 + Math.floor(Math.random() * 11_000);
    if ((await isFree(port)) && (await isFree(port + 10_000))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
