/** The chat for scripts, as a process of its own against a server that is one: lines in, lines out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeChat } from '../../scripts/chat/new-chat.ts';
import { enterChat, type Inside } from '../../scripts/chat/visit.ts';
import type { NewSession } from '../../web/core/new-session.ts';
import { runPiped } from '../support/chat-process.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startServer, type Server } from '../support/server-process.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** Each test starts several processes, on a machine that may have others. */
vi.setConfig({ testTimeout: 120_000 });
/** A client that found nobody a few times waits up to 15 s before it tries again. */
const BACK_WITHIN_MS = 60_000;

let redis: TestRedis;
let server: Server;
let front: TcpProxy;
let base: string;
let folder: string;

beforeAll(async () => {
  redis = await startRedis();
  server = await startServer({ REDIS_URL: redis.url });
  // An address that stays while the server behind it is another.
  front = await startTcpProxy(() => server.port);
  base = `http://localhost:${front.port}`;
  folder = mkdtempSync(join(tmpdir(), 'duologue-chat-'));
});

afterAll(async () => {
  await front.close();
  await server.stop();
  await redis.stop();
  rmSync(folder, { recursive: true });
});

const people = ({ participants: [abhi, anny] }: NewSession) => ({ abhi, anny });
const newChat = async () => people(await makeChat(base, ['Abhi', 'Anny']));
const rowsOf = (out: string) => out.split('\n').map((row) => row.split('\t').slice(1).join(' '));

function textsOf({ chat }: Inside): string[] {
  return chat.items.value.flatMap((item) =>
    item.type === 'message' && item.body.kind === 'text' ? [item.body.text] : [],
  );
}

it('sends what comes in, prints what was said before, and ends with its input', async () => {
  const { abhi, anny } = await newChat();
  const sender = runPiped('chat', [abhi.link]);
  sender.write(`${abhi.code}\nOne\n\n/end yes\nback\\slash\ttab\n`);
  sender.endInput();
  expect(await sender.exited).toBe(0);
  expect(rowsOf(sender.out)).toEqual([
    'Abhi text One',
    'Abhi text /end yes',
    String.raw`Abhi text back\\slash\ttab`,
    '',
  ]);

  const reader = runPiped('chat', [anny.link], { env: { DUOLOGUE_CODE: anny.code } });
  reader.endInput();
  expect(await reader.exited).toBe(0);
  expect(reader.out).toBe(sender.out);
  const [first = ''] = reader.out.split('\n');
  expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tAbhi\ttext\tOne$/);
});

it('says by its exit code why there is no chat', async () => {
  const { abhi, anny } = await newChat();
  const run = async (link: string, code: string) => {
    const process = runPiped('chat', [link], { env: { DUOLOGUE_CODE: code } });
    process.endInput();
    return { code: await process.exited, said: process.err, out: process.out };
  };
  const wrong = abhi.code.startsWith('Z') ? 'YYYY-YYYY' : 'ZZZZ-ZZZZ';
  const [refused, noCode, noLink] = await Promise.all([
    run(abhi.link, wrong),
    run(abhi.link, 'no code'),
    run(`${base}/c#short`, abhi.code),
  ]);
  expect(refused).toMatchObject({ code: 3, out: '' });
  expect(noCode).toMatchObject({ code: 2, out: '' });
  expect(noLink).toMatchObject({ code: 2, said: 'This is not a whole link.\n' });

  const ending = runPiped('chat', [abhi.link, '--commands']);
  ending.write(`${abhi.code}\n/end\n/end yes\n`);
  expect(await ending.exited).toBe(0);
  expect(ending.err).toMatch(/\/end yes\nYou ended the chat\.\n$/);
  expect(await run(anny.link, anny.code)).toMatchObject({ code: 4, out: '' });
});

it('talks both ways, over a connection that is killed and a server that is replaced', async () => {
  const { abhi, anny } = await newChat();
  const piped = runPiped('chat', [abhi.link]);
  piped.write(`${abhi.code}\nFrom the pipe\n`);
  const other = await enterChat(anny.link, anny.code);
  await vi.waitFor(() => expect(textsOf(other)).toEqual(['From the pipe']));
  other.chat.send('To the\npipe');
  await piped.sees(String.raw`Anny	text	To the\npipe`);
  // Read is what was printed.
  await vi.waitFor(() => expect(other.chat.receipts.value.a.read).toBe(2));

  front.cut();
  await piped.sees(/Reconnecting[^]*Connected again/);
  piped.write('After the cut\n');
  await vi.waitFor(() => expect(textsOf(other)).toContain('After the cut'));

  const old = server;
  expect(await old.stop()).toBe(0);
  piped.write('While it was away\n');
  server = await startServer({ REDIS_URL: redis.url });
  await vi.waitFor(() => expect(textsOf(other)).toContain('While it was away'), BACK_WITHIN_MS);
  other.chat.send('Still here');
  await piped.sees('Still here');
  piped.endInput();
  expect(await piped.exited).toBe(0);
  expect(rowsOf(piped.out).slice(0, -1)).toEqual(
    ['From the pipe', 'To the\\npipe', 'After the cut', 'While it was away', 'Still here'].map(
      (text, index) => `${[1, 4].includes(index) ? 'Anny' : 'Abhi'} text ${text}`,
    ),
  );
  await other.leave();
});

it('exchanges files, and takes commands only where they were asked for', async () => {
  const { abhi, anny } = await newChat();
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256));
  writeFileSync(join(folder, 'data.bin'), bytes);
  const sender = runPiped('chat', [abhi.link, '--commands'], { folder });
  const receiver = runPiped('chat', [anny.link, '--commands', '--stay'], { folder });
  sender.write(`${abhi.code}\n/file data.bin\n`);
  // Nobody has been there yet.
  await sender.sees('once both of you have been here');
  receiver.write(`${anny.code}\n`);
  receiver.endInput();
  const other = await enterChat(anny.link, anny.code);
  await vi.waitFor(() => expect(other.chat.peer.value.state).toBe('online'));
  sender.write('/file data.bin\n/file none.bin\n//no command\n');
  await receiver.sees(`file\t1 200000 data.bin`);
  await receiver.sees('text\t/no command');
  expect(sender.err).toContain('There is no such file.');

  other.sending.send(
    [{ bytes: Buffer.from('hello'), about: { name: '../../\u202etxt.evil\x1b[2J', mime: 'x/y' } }],
    '',
  );
  await sender.sees(String.raw`file	2 5 ../../\u{202e}txt.evil\u{1b}[2J`);
  sender.write('/save 2\n/save 1\n/save 3\n');
  await sender.sees('There is no such file. /save N');
  await sender.sees('Saved as ' + join(folder, 'txt.evil[2J'));
  await sender.sees('Saved as ' + join(folder, 'data (2).bin'));
  expect(readFileSync(join(folder, 'txt.evil[2J'), 'utf8')).toBe('hello');
  expect(readFileSync(join(folder, 'data (2).bin')).equals(bytes)).toBe(true);
  await other.leave();

  // Also the one that would stay until the chat ends.
  for (const one of [sender, receiver]) {
    one.kill('SIGTERM');
    expect(await one.exited).toBe(0);
  }
});

it('says of each message that finds no room that it was not sent, and so by its exit code', async () => {
  const small = await startServer({ MAX_ENTRIES: '2' });
  const { participants } = await makeChat(small.base, ['Abhi', 'Anny']);
  const sender = runPiped('chat', [participants[0].link]);
  sender.write(`${participants[0].code}\none\ntwo\nthree\nfour\n`);
  sender.endInput();
  expect(await sender.exited).toBe(5);
  expect(rowsOf(sender.out)).toEqual(['Abhi text one', 'Abhi text two', '']);
  const said = sender.err.split('\n').filter((line) => /^Not sent|full|left/.test(line));
  expect(said.toSorted()).toEqual([
    'Not sent: four',
    'Not sent: three',
    'This chat is full. Nothing more can be sent.',
    'You left. The chat goes on. Not sent: 2.',
  ]);
  await small.stop();
});
