// The process: how it starts, refuses to start, and stops.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';

/** Everything it printed so far, and its end. */
function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', BCRYPT_COST: '4', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code]: unknown[]) => code);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  let changed = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      changed();
    });
  }
  return {
    child,
    exited,
    output: () => output,
    async printed(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found;
        await new Promise<void>((resolve) => (changed = resolve));
      }
    },
  };
}

describe('starting', () => {
  it('says where it is and that chats are in memory, serves, and stops on SIGTERM', async () => {
    const server = startProcess({});
    const [, url = ''] = await server.printed(/On this machine: +(http:\S+)/);
    await server.printed(/Chats live in memory only and are gone on restart/);
    expect((await fetch(`${url}readyz`)).status).toBe(200);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
  });

  it('stops on SIGINT too, and prints no QR code into a pipe', async () => {
    const server = startProcess({ HOST: '0.0.0.0', LOG_LEVEL: 'silent' });
    await server.printed(/REDIS_URL/);
    expect(server.output()).not.toContain('█');
    server.child.kill('SIGINT');
    expect(await server.exited).toBe(0);
  });

  it('names PUBLIC_URL instead of its own address', async () => {
    const server = startProcess({ PUBLIC_URL: 'https://chat.example/two' });
    await server.printed(/^ {2}https:\/\/chat\.example\/two\/$/m);
    expect(server.output()).not.toContain('On this machine');
  });
});

describe('refusing to start', () => {
  it('lists every wrong setting', async () => {
    const server = startProcess({ PORT: 'http', IDLE_TTL: 'long' });
    expect(await server.exited).toBe(1);
    expect(server.output()).toMatch(/2 settings are wrong:\n {2}PORT is .*\n {2}IDLE_TTL is .*\n$/);
  });

  it('says that the port is in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    const address = holder.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const server = startProcess({ PORT: String(address.port) });
    expect(await server.exited).toBe(1);
    expect(server.output()).toContain(`Port ${address.port} is in use.`);
    expect(server.output()).not.toMatch(/\n +at /);
  });

  it('says that the address is not ours', async () => {
    const server = startProcess({ HOST: '192.0.2.77' });
    expect(await server.exited).toBe(1);
    expect(server.output()).toContain('HOST is "192.0.2.77"');
  });
});
