/** `npm run dev`, over a copy of the sources that a test may change. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { killWithParent } from '../support/kill-with-parent.ts';
import { copySources } from '../support/source-copy.ts';

const ROUTE = 'server/routes/health.ts';

/** Resolves when the page's server listens. */
async function startDev(cwd: string) {
  const child = spawn(process.execPath, ['scripts/dev.js'], {
    cwd,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as in a terminal.
    detached: true,
  });
  killWithParent(child);
  const group = -(child.pid ?? Number.NaN);
  const isAlive = () => {
    try {
      return process.kill(group, 0);
    } catch {
      return false;
    }
  };
  onTestFinished(() => void (isAlive() && process.kill(group, 'SIGKILL')));
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const patient = { timeout: 30_000 };
  await expect.poll(() => output, patient).toMatch(/Local: +http:\/\/127\.0\.0\.1:\d+\//);
  const [, base = ''] = /Local: +(http:\S+)\//.exec(output) ?? [];
  return {
    base,
    output: () => output,
    /** Ctrl+C: everything in the terminal gets it. */
    interrupt: () => process.kill(group, 'SIGINT'),
    exited,
    isAlive,
    /** What the server that answers now was made to say. */
    mark: async () => (await fetch(`${base}/healthz`)).headers.get('x-mark'),
  };
}

/** A server that says `mark`. */
function marked(source: string, mark: string): string {
  const changed = source.replace(
    'async () => ({ ok: true as const })',
    `async (_request, reply) => (void reply.header('x-mark', '${mark}'), { ok: true as const })`,
  );
  expect(changed).not.toBe(source);
  return changed;
}

it(
  'takes changes on both sides, keeps what runs when one is broken, ends as a whole',
  {
    timeout: 90_000,
  },
  async () => {
    const copy = copySources();
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    const route = join(copy, ROUTE);
    const source = readFileSync(route, 'utf8');
    const dev = await startDev(copy);
    const patient = { timeout: 30_000 };

    // Who comes before the server is there waits for it.
    expect(await dev.mark()).toBeNull();
    writeFileSync(route, marked(source, 'first'));
    await expect.poll(dev.mark, patient).toBe('first');

    writeFileSync(route, `${marked(source, 'broken')}\nconst = ;\n`);
    await expect.poll(dev.output, patient).toContain('the one from before goes on');
    expect(dev.output()).toContain('health.ts');
    expect(await dev.mark()).toBe('first');
    writeFileSync(route, marked(source, 'second'));
    await expect.poll(dev.mark, patient).toBe('second');

    await expectReload(dev.base, copy);

    dev.interrupt();
    expect(await dev.exited).toEqual([0, null]);
    await expect.poll(dev.isAlive).toBe(false);
    expect(dev.output()).not.toMatch(/proxy error/);
  },
);

/** A page that is open is told to load anew when one of its files changes. */
async function expectReload(base: string, copy: string): Promise<void> {
  const client = await (await fetch(`${base}/@vite/client`)).text();
  const [, token = ''] = /wsToken = "([^"]+)"/.exec(client) ?? [];
  const socket = new WebSocket(`${base.replace('http', 'ws')}/?token=${token}`, 'vite-hmr');
  onTestFinished(() => socket.terminate());
  const told: string[] = [];
  socket.on('message', (data: Buffer) => told.push(data.toString()));
  await once(socket, 'open');
  expect((await fetch(`${base}/ui/main.tsx`)).status).toBe(200);
  const main = join(copy, 'web/ui/main.tsx');
  writeFileSync(main, `${readFileSync(main, 'utf8')}\n// changed\n`);
  await expect.poll(() => told.join(), { timeout: 30_000 }).toContain('"full-reload"');
}
