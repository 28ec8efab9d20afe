/**
 * The chat in a terminal of its own, as a person sees it: every order that reaches the terminal is
 * one of readline's, or the test fails (test/support/terminal.ts).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeChat } from '../../scripts/chat/new-chat.ts';
import { enterChat, visit } from '../../scripts/chat/visit.ts';
import { runInTerminal } from '../support/chat-process.ts';
import { startServer, type Server } from '../support/server-process.ts';

/** Each test starts several processes, on a machine that may have others. */
vi.setConfig({ testTimeout: 120_000 });

let server: Server;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), 'duologue-chat-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

async function newChat() {
  const { participants } = await makeChat(server.base, ['Abhi', 'Anny']);
  const [abhi, anny] = participants;
  return { abhi, anny };
}

const CTRL_C = '\x03';
const CTRL_U = '\x15';

it('asks for the code without showing it, then talks, and is left with Ctrl-C', async () => {
  const { abhi, anny } = await newChat();
  const other = await enterChat(anny.link, anny.code);
  other.chat.send('Said before');
  const terminal = runInTerminal([abhi.link]);
  await terminal.sees('A chat of Abhi (you) with Anny.');
  await terminal.sees(/^Code:$/m);
  const wrong = abhi.code.startsWith('Z') ? 'YYYY-YYYY' : 'ZZZZ-ZZZZ';
  terminal.type(`${wrong}\r`);
  await terminal.sees('That is not the code. Tries left: 4.');
  await terminal.sees(/Tries left: 4\.\nCode:$/);
  terminal.type(`${abhi.code}\r`);
  await terminal.sees(/^\d\d:\d\d Anny: Said before$/m);
  await terminal.sees('[Online] >');
  for (const code of [wrong, abhi.code]) expect(terminal.raw).not.toContain(code);

  terminal.type('Hello ');
  await vi.waitFor(() => expect(other.chat.peer.value.typing).toBe(true));
  // A row and a half, so that readline has more than one to draw.
  terminal.type(`${'again and '.repeat(12)}on\r`);
  await terminal.sees('[Online ✓✓] >');
  expect(terminal.rows.filter((row) => row.includes('again'))).toEqual([
    expect.stringMatching(/^\d\d:\d\d Abhi: Hello again and/),
    expect.stringMatching(/^ {6}\S.*on$/),
  ]);
  // While something is being typed, what comes stands above it.
  terminal.type('half a');
  other.chat.send('Two\nlines');
  await terminal.sees(/Anny: Two\n {6}lines\n\[Online ✓✓\] > half a$/);
  other.chat.markRead(2);
  await terminal.sees('[Online ✓✓ read] > half a');
  other.chat.typing(true);
  await terminal.sees('[Typing… ✓✓ read] > half a');
  // A key was pressed lately: somebody is there to read.
  await vi.waitFor(() => expect(other.chat.receipts.value.a.read).toBe(3));

  terminal.type(CTRL_C);
  expect(await terminal.exited).toBe(0);
  expect(terminal.rows.join('\n')).toContain('You left. The chat goes on.');
  expect(terminal.rows.join('\n')).not.toContain('half a');
  await vi.waitFor(() => expect(other.chat.peer.value.state).toBe('offline'));
  expect(other.chat.ended.value).toBeNull();
  await other.leave();
});

it('shows nothing of what somebody else writes but text', async () => {
  const { abhi, anny } = await newChat();
  const other = await enterChat(anny.link, anny.code);
  const hostile = [
    '\x1b]0;title\x07',
    '\x1b[2J\x1b[H\x1b[31mred',
    '\u009b31mC1',
    'bell\x07\x08\x08\x7f',
    '\u202egnirts\u202c \u2066x\u2069 \u200f',
    'carriage\rreturn',
    `${'x'.repeat(68)}17:21 Abhi: I agree`,
    'one\n17:22 Abhi: I agree as well',
    '\x1bP+q\x1b\\ \x1b_G\x1b\\ \x1b^pm\x1b\\ \x9d52;c;aGk=\x9c',
    '\u{e0041}\u{e0042}\ufeff\u2028line',
    '\ud800 half',
  ];
  const cid = other.chat.send(hostile.join('|')) ?? '';
  for (const text of hostile) other.chat.send(text, { re: cid });
  other.chat.react(cid, '\x1b[5m\u202e');
  const file = { bytes: Buffer.from('x'), about: { name: '\x1b]8;;x\x07.\u202egpj', mime: 'x/y' } };
  const terminal = runInTerminal([abhi.link], { folder });
  await terminal.sees(/^Code:$/m);
  terminal.type(`${abhi.code}\r`);
  await terminal.sees('Anny reacted \\u{1b}[5m\\u{202e} to “\\u{1b}]0;title');
  other.sending.send([file], '');
  await terminal.sees('File \\u{1b}]8;;x\\u{7}.\\u{202e}gpj (1 byte, /save 1)');
  other.chat.edit(cid, '\x1b[8mhidden');
  await terminal.sees('Anny (edited): \\u{1b}[8mhidden');
  terminal.type('/save 1\r');
  await terminal.sees('Saved as');
  expect(readFileSync(join(folder, ']8;;x.gpj'), 'utf8')).toBe('x');

  // Nothing that was written stands where names and times stand.
  const names = terminal.rows.flatMap((row) => /^\d\d:\d\d (\w+)/.exec(row)?.[1] ?? []);
  expect(new Set(names)).toEqual(new Set(['Anny']));
  expect(terminal.raw.replaceAll(/\x1b\[\d*[A-GJK]/g, '')).not.toMatch(
    /[^\P{Cc}\r\n]|[\u202a-\u202e\u2066-\u2069\u200e\u200f\u{e0000}-\u{e007f}]/u,
  );
  terminal.type(CTRL_C);
  expect(await terminal.exited).toBe(0);
  await other.leave();
});

it('sends and saves files, and ends the chat after a question', async () => {
  const { abhi, anny } = await newChat();
  const other = await enterChat(anny.link, anny.code);
  const terminal = runInTerminal([abhi.link], { folder });
  await terminal.sees(/^Code:$/m);
  terminal.type(`${abhi.code}\r`);
  await terminal.sees('[Online] >');
  writeFileSync(join(folder, 'a note.txt'), 'noted');
  terminal.type('/file "a note.txt"\r');
  await terminal.sees('Abhi: File a note.txt (5 bytes, /save 1)');
  const [item] = other.chat.items.value;
  expect(item).toMatchObject({ body: { kind: 'file', name: 'a note.txt', size: 5 } });
  if (item?.type === 'message') other.fetching.want(item);
  const state = other.fetching.stateOf(item?.cid ?? '');
  await vi.waitFor(() => expect(state.value.state).toBe('here'));

  // Beside the one that is there already, and under a name of one's own.
  const saved = (name: string) =>
    vi.waitFor(() => expect(readFileSync(join(folder, name), 'utf8')).toBe('noted'));
  terminal.type('/save 1\r');
  await saved('a note (2).txt');
  terminal.type('/save 1 mine.txt\r');
  await saved('mine.txt');
  terminal.type('/save 1 mine.txt\r');
  await terminal.sees('Not saved: there is a file of that name.');

  terminal.type('/end\r');
  await terminal.sees(/Type yes to end it:$/);
  terminal.type('no\r');
  await terminal.sees('The chat goes on.');
  expect(other.chat.ended.value).toBeNull();
  terminal.type(`typed${CTRL_U}/end\r`);
  await terminal.sees(/Type yes to end it:$/);
  terminal.type('yes\r');
  expect(await terminal.exited).toBe(0);
  expect(terminal.rows.join('\n')).toContain('You ended the chat.');
  await vi.waitFor(() => expect(other.chat.ended.value).toMatchObject({ by: 'a' }));
});

it('asks for the code again when this device is no longer let in', async () => {
  const { abhi } = await newChat();
  const terminal = runInTerminal([abhi.link]);
  await terminal.sees(/^Code:$/m);
  terminal.type(`${abhi.code}\r`);
  await terminal.sees('[Not here yet] >');
  terminal.type('Kept\r');
  await terminal.sees('[Not here yet ✓] >');
  // A person has ten passes: the eleventh takes the place of the first.
  for (let devices = 0; devices < 10; devices += 1) {
    expect(await visit(abhi.link)?.enter(abhi.code)).toMatchObject({ result: 'entered' });
  }
  await terminal.sees(/The code is needed again\.[^]*\nCode:$/);
  terminal.type(`${abhi.code}\r`);
  await terminal.sees(/The code is needed again\.[^]*Abhi: Kept\n\[Not here yet ✓\] >$/);
  expect(terminal.raw).not.toContain(abhi.code);
  terminal.type(CTRL_C);
  expect(await terminal.exited).toBe(0);
});
