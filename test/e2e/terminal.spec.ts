// One of the two is in a browser, the other in a terminal: they talk, exchange a file each way, and
// neither loses a word when the server is replaced.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInTerminal } from '../support/chat-process.ts';
import { startRedis } from '../support/redis.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { expect, test } from './support/fixtures.ts';
import { saved } from './support/pictures.ts';

test('a terminal and a page talk, exchange files, and outlive their server', async ({
  newPerson,
  serve,
}) => {
  test.slow();
  const redis = await startRedis();
  let server = await serve({ REDIS_URL: redis.url });
  // An address that stays while the server behind it is another.
  const front = await startTcpProxy(() => server.port);
  const folder = mkdtempSync(join(tmpdir(), 'duologue-terminal-'));
  const ann = await newPerson(`http://localhost:${front.port}`);
  const { page } = ann;
  const cards = await ann.createChat('Ann', 'Bob');
  await ann.enter(cards.ann);
  await ann.say('Written before Bob came');

  const bob = runInTerminal([cards.bob.link], { folder });
  await bob.sees(/^Code:$/m);
  bob.type(`${cards.bob.code}\r`);
  await bob.sees(/^\d\d:\d\d Ann: Written before Bob came$/m);
  await expect(page.getByText('Online', { exact: true })).toBeVisible();
  bob.type('From a <b>terminal</b>');
  await expect(page.getByText('Typing…')).toBeVisible();
  bob.type('\r');
  await ann.sees('From a <b>terminal</b>');
  await bob.sees('✓✓ read] >');
  await ann.say('Two\nlines');
  await bob.sees(/Ann: Two\n {6}lines$/m);
  await expect(ann.message('Two\nlines').getByText('Read', { exact: true })).toBeVisible();

  await page.locator('input[type=file]').setInputFiles({
    ...{ name: 'from the page.txt', mimeType: 'text/plain', buffer: Buffer.from('paged') },
  });
  await expect(page.getByRole('region', { name: 'Files to send' })).toContainText('from the page');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await bob.sees('Ann: File from the page.txt (5 bytes, /save 1)');
  bob.type('/save 1\r');
  await bob.sees('Saved as');
  expect(readFileSync(join(folder, 'from the page.txt'), 'utf8')).toBe('paged');
  writeFileSync(join(folder, 'from the terminal.txt'), 'typed');
  bob.type('/file from the terminal.txt\r');
  const row = page.getByRole('listitem').filter({ hasText: 'from the terminal.txt' });
  await expect(row).toBeVisible();
  const { name, bytes } = await saved(page, 'Download from the terminal.txt');
  expect([name, bytes.toString()]).toEqual(['from the terminal.txt', 'typed']);

  await server.stop();
  await bob.sees('-- Reconnecting… Your messages will be sent.');
  await expect(page.getByText(/Reconnecting…/).first()).toBeVisible();
  bob.type('Said to nobody\r');
  await ann.say('Said to nobody either');
  server = await serve({ REDIS_URL: redis.url });
  // Who found nobody a few times waits up to 15 s before trying again.
  await expect(ann.message('Said to nobody')).toBeVisible({ timeout: 40_000 });
  await bob.sees(/^\d\d:\d\d Ann: Said to nobody either$/m);
  await bob.sees('-- Connected again.');

  await ann.endChat();
  await bob.sees('Ann ended the chat.');
  expect(await bob.exited).toBe(4);
  await front.close();
  await server.stop();
  await redis.stop();
  rmSync(folder, { recursive: true });
});
