/**
 * Real server processes for tests: the built server as it is deployed, on free ports of
 * 127.0.0.1, over the embedded store or over whatever `env` says.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { killWithParent } from './kill-with-parent.ts';

const BUILT = fileURLToPath(new URL('../../server/dist/main.js', import.meta.url));

const MANIFEST = new URL('../../package.json', import.meta.url);
// as: package.json is ours
const { scripts } = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { scripts: { start: string } };
/** What npm start tells Node. */
export const NODE_FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--'));

const ANNOUNCED = /On this machine: +http:\/\/[^:]+:(\d+)/;
/** Of a server that announces its PUBLIC_URL, which is not where it listens. */
const LOGGED = /Server listening at http:\/\/[^:]+:(\d+)/;

/** To start a server with whose clock the test can put forward. */
export const MOVABLE_CLOCK = {
  NODE_OPTIONS: `--import=${new URL('./movable-clock.js', import.meta.url).href}`,
};

/** To start a server that prints COMPARED whenever it compares a code. */
export const COUNTED_COMPARISONS = {
  NODE_OPTIONS: `--import=${new URL('./counted-comparisons.js', import.meta.url).href}`,
};
export const COMPARED = 'compared';
/** The same, and by which it measures how long somebody has been slow. */
export const MOVABLE_CLOCKS = { ...MOVABLE_CLOCK, MOVE_ALL_CLOCKS: 'yes' };

export interface Server {
  /** Like http://localhost:41234 */
  base: string;
  port: number;
  pid: number;
  /** Everything it has printed: its log at trace level, unless `env` says otherwise. */
  output: string[];
  /** With MOVABLE_CLOCK or MOVABLE_CLOCKS only. */
  aMinuteLater: () => Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop: () => Promise<number | null>;
  /** SIGKILL. */
  kill: () => Promise<number | null>;
}

/**
 * Resolves once it listens; rejects if it ends before, with its exit code and all it printed.
 * Codes cost little and nothing is rationed unless `env` says so. `output`: to read meanwhile.
 * `main`: another server's main file; so is SERVER_MAIN, in the environment of the test. `node`: to
 * run it with.
 */
export async function startServer(
  env: Record<string, string> = {},
  output: string[] = [],
  main = process.env['SERVER_MAIN'] ?? BUILT,
  node = process.execPath,
): Promise<Server> {
  const child = spawn(node, [...NODE_FLAGS, main], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      BCRYPT_COST: '4',
      RATE_CREATE: 'off',
      RATE_ENTER: 'off',
      RATE_UPLOAD: 'off',
      LOG_LEVEL: 'trace',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // as: the first argument of 'exit' is the code, null if a signal ended it.
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  killWithParent(child);
  createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
  const lines = createInterface({ input: child.stdout });
  const told = env['PUBLIC_URL'] === undefined ? ANNOUNCED : LOGGED;
  const port = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      output.push(line);
      const [, found] = told.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    // 'close' is when everything it printed has been read.
    void Promise.all([exited, once(child, 'close')]).then(([code]) =>
      reject(new Error(`the server ended with ${code}:\n${output.join('\n')}`)),
    );
  });
  const end = (signal: NodeJS.Signals) => () => {
    child.kill(signal);
    return exited;
  };
  return {
    base: `http://localhost:${port}`,
    port: Number(port),
    pid: child.pid ?? 0,
    output,
    async aMinuteLater() {
      const isSaid = new Promise<void>((resolve) => {
        const hear = (line: string) => {
          if (!line.startsWith('clock put forward')) return;
          lines.off('line', hear);
          resolve();
        };
        lines.on('line', hear);
      });
      child.kill('SIGUSR2');
      await isSaid;
    },
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  };
}
