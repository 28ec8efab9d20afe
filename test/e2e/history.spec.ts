// That a long history does not stand in the way of who wants to write: it arrives in pages, and
// while they are opened and shown the page answers to keys. Prints what it measures.
import { connect, createSealedSession, enter } from '../support/independent-client.ts';
import type { Connection } from '../support/independent-client.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { expect, test, type Person } from './support/fixtures.ts';
import { tasksOf, watchTasks } from './support/tasks.ts';

/** On a slow machine that others use as well; what is printed says more. */
const GENEROUS_MS = 2_000;
/** As many as a server keeps. */
const FULL = 5_000;

/** All are stored when this resolves, in this order. */
async function fill(writer: Connection, texts: readonly string[]): Promise<void> {
  await Promise.all(texts.map((text) => writer.send(text)));
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index + 1} of ${count}`);

/** Types until `text` is on the screen; every key must have been taken. */
async function typeUntil(ann: Person, text: string): Promise<void> {
  await ann.composer.focus();
  let typed = '';
  do {
    await ann.page.keyboard.type('x');
    typed += 'x';
  } while (!(await ann.message(text).isVisible()));
  await expect(ann.composer).toHaveValue(typed);
  const tasks = await tasksOf(ann.page);
  const told = `the longest task took ${tasks.longestMs} ms, a key waited ${tasks.keyDelayMs} ms`;
  const { title } = test.info();
  process.stdout.write(`${title}: ${typed.length} keys; ${told}, ${tasks.keyShownMs} to be seen\n`);
  expect(Math.max(tasks.longestMs, tasks.keyDelayMs)).toBeLessThan(GENEROUS_MS);
}

/** The last of them are shown, 500 and hardly more, the others on request. */
async function expectLast(ann: Person, texts: readonly string[]): Promise<void> {
  // The very last of them were there first.
  const bubbles = ann.page.locator('.bubble-text');
  await expect.poll(() => bubbles.count()).toBeGreaterThanOrEqual(500);
  const shown = await ann.texts();
  expect(shown.length).toBeLessThanOrEqual(600);
  expect(shown).toEqual(texts.slice(-shown.length));
}

for (const count of [1_000, FULL]) {
  test(`a history of ${count} messages, opened anew`, async ({ newPerson, serve }) => {
    const { base } = await serve({ RATE_SEND: 'off' });
    const session = await createSealedSession(base, ['Ann', 'Bob']);
    const bob = await connect(await enter(base, session.b.link, session.b.code));
    const texts = numbered(count);
    await fill(bob, texts);
    const ann = await newPerson(base);
    await watchTasks(ann.page);
    await ann.enter(session.a);
    await typeUntil(ann, texts.at(-1) ?? '');
    await expectLast(ann, texts);
    await expect(ann.page.getByText(/The server changed or hid messages/)).toHaveCount(0);
    await bob.close();
  });
}

test('a thousand messages missed, in a chat that is open', async ({ newPerson, serve }) => {
  const { base } = await serve({ RATE_SEND: 'off' });
  const proxy = await startTcpProxy(() => Number(new URL(base).port));
  const session = await createSealedSession(base, ['Ann', 'Bob']);
  const bob = await connect(await enter(base, session.b.link, session.b.code));
  const ann = await newPerson(`http://localhost:${proxy.port}`);
  await watchTasks(ann.page);
  await ann.enter(session.a);
  await bob.send('before');
  await ann.sees('before');
  proxy.refuse(true);
  proxy.cut();
  const missed = numbered(1_000);
  await fill(bob, missed);
  proxy.refuse(false);
  await ann.page.evaluate(() => dispatchEvent(new Event('online')));
  await typeUntil(ann, missed.at(-1) ?? '');
  await expectLast(ann, missed);
  await bob.close();
  await ann.context.close();
  await proxy.close();
});
