/**
 * Real server processes for the browser tests: the built server as it is deployed, on free ports
 * of 127.0.0.1, over the embedded store or over a redis-server started here.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../server/dist/main.js', import.meta.url));

/** To start a server with whose clock the test can put forward. */
export const MOVABLE_CLOCK = {
  NODE_OPTIONS: `--import=${new URL('./movable-clock.js', import.meta.url).href}`,
};

export interface Server {
  /** Like http://localhost:41234 */
  base: string;
  /** Everything it has printed: its log at trace level. */
  output: string[];
  /** With MOVABLE_CLOCK only. */
  aMinuteLater: () => Promise<void>;
  stop: () => Promise<void>;
  kill: () => Promise<void>;
}

/** Resolves once it listens. Codes cost little and nothing is rationed unless `env` says so. */
export async function startServer(env: Record<string, string> = {}): Promise<Server> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      BCRYPT_COST: '4',
      RATE_CREATE: 'off',
      RATE_ENTER: 'off',
      LOG_LEVEL: 'trace',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const exited = once(child, 'exit');
  killWithParent(child);
  createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      output.push(line);
      const [, found] = /On this machine: +http:\/\/[^:]+:(\d+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    void exited.then(() => reject(new Error(`the server stopped:\n${output.join('\n')}`)));
  });
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await exited;
  };
  return {
    base: `http://localhost:${port}`,
    output,
    async aMinuteLater() {
      const isSaid = new Promise<void>((resolve) => {
        lines.on('line', (line) => line.startsWith('clock put forward') && resolve());
      });
      child.kill('SIGUSR2');
      await isSaid;
    },
    stop: end('SIGTERM'),
    kill: end('SIGKILL'),
  };
}

function killWithParent(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}
