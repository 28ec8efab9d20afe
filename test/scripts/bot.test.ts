/** What is built on the core to be built on: the bot answers, and the sample fills a chat. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeChat } from '../../scripts/chat/new-chat.ts';
import { enterChat, type Inside } from '../../scripts/chat/visit.ts';
import { runPiped } from '../support/chat-process.ts';
import { startServer, type Server } from '../support/server-process.ts';

/** Starts processes, on a machine that may have others. */
vi.setConfig({ testTimeout: 120_000 });

let server: Server;
beforeAll(async () => {
  server = await startServer({ RATE_SEND: '1000/1s', BURST_SEND: '1000' });
});
afterAll(() => server.stop());

const messagesOf = ({ chat }: Inside) =>
  chat.items.value.filter((item) => item.type === 'message' && item.seq !== null);

it('the bot answers each message once, also what was said while it was away', async () => {
  const { participants } = await makeChat(server.base, ['Person', 'Robot']);
  const [person, robot] = participants;
  const other = await enterChat(person.link, person.code);
  const asked = [other.chat.send('Hello'), other.chat.send('help me')];
  const bot = runPiped('bot', [robot.link, robot.code]);
  const answers = () =>
    messagesOf(other).flatMap((item) =>
      item.type === 'message' && !item.mine && item.body.kind === 'text'
        ? [{ re: item.re, text: item.body.text }]
        : [],
    );
  const expected = [
    { re: asked[0], text: 'You said: Hello' },
    { re: asked[1], text: 'I say again what you say. Ask me for the time.' },
  ];
  await vi.waitFor(() => expect(answers()).toEqual(expected), 30_000);
  bot.kill('SIGINT');
  expect(await bot.exited).toBe(0);

  const third = other.chat.send('And now?');
  const again = runPiped('bot', [robot.link, robot.code]);
  const all = [...expected, { re: third, text: 'You said: And now?' }];
  await vi.waitFor(() => expect(answers()).toEqual(all), 30_000);
  other.chat.end();
  expect(await again.exited).toBe(0);
  expect(again.err).toBe('');
});

it('the sample fills a chat with messages of all kinds', async () => {
  const { participants } = await makeChat(server.base, ['Abhi', 'Anny']);
  const [abhi, anny] = participants;
  const other = await enterChat(anny.link, anny.code);
  const filling = runPiped('sample', [abhi.link, abhi.code, '34']);
  expect(await filling.exited).toBe(0);
  expect(filling.out).toBe('34 messages were sent.\n');
  await vi.waitFor(() => {
    const items = messagesOf(other).filter((item) => item.type === 'message');
    // Beside the 34: twice two files and the word that goes with them.
    expect(items).toHaveLength(40);
    const kinds = new Set(items.map(({ body }) => body.kind));
    expect(kinds).toEqual(new Set(['text', 'file', 'unsent']));
    expect(items.some(({ edited }) => edited)).toBe(true);
    expect(items.some(({ re }) => re !== null)).toBe(true);
    expect(items.some(({ reactions }) => reactions.a !== undefined)).toBe(true);
  });
  await other.leave();
});
