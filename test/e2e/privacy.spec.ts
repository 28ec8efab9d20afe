// What third parties get to see of a chat: nothing. Who else sees what: canaries.spec.ts.
import type { BrowserContext } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';

test('44 nobody else is asked for anything, and the policy is never broken', async ({
  newPerson,
  places,
}) => {
  const [ann, bob] = [await newPerson(places.ann.base), await newPerson(places.bob.base)];
  const asked = new Set<string>();
  for (const person of [ann, bob]) {
    record(person.context, asked);
    await person.openTab();
  }
  const cards = await ann.createChat();
  await expect(ann.page.getByRole('img', { name: /^QR code/ })).toHaveCount(2);
  await ann.page.getByRole('button', { name: "Copy Bob's link" }).click();
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await bob.enter(cards.bob);
  await ann.say('See https://example.org/picture.png and <img src="https://example.org/x.png">');
  await expect(bob.page.getByRole('link')).toHaveCount(2);
  await bob.page.reload();
  await expect(bob.page.getByRole('link')).toHaveCount(2);
  await bob.endChat();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Bob ended the chat');

  const { host } = new URL(places.ann.base);
  expect([...asked].toSorted()).toEqual([`http://${host}`, `ws://${host}`]);
  // That the policy was never broken is looked at after every test; here, that it would be seen.
  await ann.page.evaluate(() => fetch('https://example.org/').catch(() => {}));
  await expect.poll(() => ann.violations).toEqual(['connect-src https://example.org/']);
  ann.takeViolations();
});

function record(context: BrowserContext, asked: Set<string>): void {
  context.on('request', (request) => asked.add(new URL(request.url()).origin));
  context.on('page', (page) =>
    page.on('websocket', (socket) => asked.add(new URL(socket.url()).origin)),
  );
}
