/**
 * The commands of the README's "For scripts", as they are written, by a real shell and a real curl
 * on a real server. Only where localhost:3000 is, and that curl prints the status too, is told to
 * curl in its own settings.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { invitationsOf } from './support/app.ts';
import { postJson } from './support/raw-client.ts';
import { startServer } from './support/server-process.ts';

const README = new URL('../README.md', import.meta.url);
const BASE = 'http://localhost:3000';

/** All commands of a section, as one script. */
function commandsOf(title: string): string {
  const readme = readFileSync(README, 'utf8');
  const [, section = ''] = readme.split(`\n## ${title}\n`);
  const [here = ''] = section.split('\n## ');
  return [...here.matchAll(/```sh\n(.*?)```/gs)].map(([, commands]) => commands).join('\n');
}

it('create a chat, land, enter, leave and end it', async () => {
  const server = await startServer();
  const folder = mkdtempSync(join(tmpdir(), 'duologue-readme-'));
  onTestFinished(() => {
    void server.kill();
    rmSync(folder, { recursive: true });
  });
  const settings = [
    `connect-to = "localhost:3000:127.0.0.1:${server.port}"`,
    String.raw`write-out = " %{http_code}\n"`,
  ];
  writeFileSync(join(folder, '.curlrc'), settings.join('\n'));

  const commands = commandsOf('For scripts');
  expect(commands).toContain(`base=${BASE}\n`);
  const shell = spawn('sh', ['-eu', '-c', commands], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', CURL_HOME: folder, TMPDIR: folder },
  });
  const [printed, complaints, exit] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    once(shell, 'exit'),
  ]);
  expect({ complaints, exit }).toEqual({ complaints: '', exit: [0, null] });

  const landing = { slot: 'a', here: null, met: false, triesLeft: 5 };
  const answers = printed
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, body = '', status] = /^(.*) (\d+)$/.exec(line) ?? [];
      return { status: Number(status), body: body === '' ? null : (JSON.parse(body) as unknown) };
    });
  expect(answers).toMatchObject([
    { status: 200, body: { ok: true } },
    { status: 201, body: null },
    { status: 200, body: landing },
    { status: 200, body: { slot: 'a' } },
    { status: 200, body: { slot: 'a' } },
    { status: 204, body: null },
    { status: 204, body: null },
  ]);

  const made = readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isDirectory());
  const file = join(folder, made?.name ?? '', 'chat.json');
  const created: unknown = JSON.parse(readFileSync(file, 'utf8'));
  expect(created).toMatchObject({ participants: [{ name: 'Abhi' }, { name: 'Anny' }] });
  const { a, b } = invitationsOf(created);
  for (const { path, proof, link } of [a, b]) {
    expect(link.startsWith(`${BASE}/c#`)).toBe(true);
    const { status, body } = await postJson(server.base, `${path}/landing`, { proof });
    expect(status).toBe(410);
    expect(body).toMatchObject({ error: { code: 'ended', reason: 'ended', by: 'a' } });
  }
});
