// What is told to those who do not look at the messages: to a screen reader, in the title of the
// tab, and about the other person.
import { chromium } from '@playwright/test';
import playwrightConfig from './playwright.config.ts';
import { attention } from './support/attention.ts';
import { expect, Person, test } from './support/fixtures.ts';

declare global {
  interface Window {
    said: string[];
  }
}

test('25 only new messages of the other are spoken, never history, own ones or ticks', async ({
  ann,
  bob,
  met: _met,
}) => {
  const spoken = ann.page.getByRole('log').getByRole('paragraph');
  await bob.say('Before the reload');
  await expect(spoken).toHaveText(['Bob: Before the reload']);

  await ann.page.reload();
  await ann.sees('Before the reload');
  await ann.say('Of my own');
  await expect(bob.page.getByRole('log').getByRole('paragraph')).toHaveText(['Ann: Of my own']);
  await expect(ann.message('Of my own').getByText('Read', { exact: true })).toBeVisible();
  await bob.say('After the reload');
  await expect(spoken).toHaveText(['Bob: After the reload']);
  await bob.say('One more');
  await expect(spoken).toHaveText(['Bob: After the reload', 'Bob: One more']);
});

test('25 more than three at once are told as a count, and so is the fate of the connection', async ({
  ann,
  bob,
  met: _met,
}) => {
  const status = ann.page.getByRole('status');
  await expect(status.filter({ hasText: /./ })).toHaveCount(0);
  await ann.context.setOffline(true);
  const offline = 'You are offline. Your messages will be sent when you are back.';
  await expect(status.filter({ hasText: offline })).toHaveCount(1);
  await expect(ann.page.getByText('Online', { exact: true })).toHaveCount(0);

  for (const text of ['one', 'two', 'three', 'four']) await bob.say(text);
  await expect(bob.message('four').getByText('Sent', { exact: true })).toBeVisible();
  await ann.context.setOffline(false);
  await ann.sees('four');
  const spoken = ann.page.getByRole('log').getByRole('paragraph');
  await expect(spoken).toHaveText(['4 new messages']);
  await expect(status.filter({ hasText: 'Connected again.' })).toHaveCount(1);
});

test('25 what the other does to messages is spoken, and that they have come', async ({
  ann,
  bob,
}) => {
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  // All that is said meanwhile, in order.
  await ann.page.evaluate(() => {
    const said: string[] = [];
    window.said = said;
    new MutationObserver(() => {
      for (const { textContent } of document.querySelectorAll('output')) {
        if (textContent && said.at(-1) !== textContent) said.push(textContent);
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  const said = () => ann.page.evaluate(() => window.said);
  await bob.enter(cards.bob);
  await expect.poll(said).toContain('Bob is here.');
  expect(await said()).not.toContain('Bob has left.');

  await ann.say('of Ann');
  await bob.say('of Bob');
  await bob.act('of Ann', 'React with 👍');
  await expect.poll(said).toContain('Bob reacted with 👍: of Ann');
  await bob.act('of Bob', 'Edit');
  await bob.say('of Bob, better');
  await expect.poll(said).toContain('Bob changed a message: of Bob, better');

  const actionsOf = ann.message('of Bob, better').getByRole('button', { name: 'Actions' });
  await actionsOf.focus();
  await bob.act('of Bob, better', 'Remove for both');
  await bob.page.getByRole('dialog').getByRole('button', { name: 'Remove for both' }).click();
  await expect.poll(said).toContain('Bob removed a message.');
  // The focus does not go with what it was on.
  await expect(ann.composer).toBeFocused();
});

test('35 the title counts what is unread while nobody looks, and nothing else', async ({
  ann,
  bob,
  met: _met,
}) => {
  const icon = ann.page.locator('link[rel="icon"]');
  await expect(ann.page).toHaveTitle('Private chat');
  await expect(icon).toHaveAttribute('href', /\/favicon\.svg$/);

  const { lookAway, lookAgain } = await attention(ann);
  await lookAway();
  await bob.say('Are you there?');
  await expect(ann.page).toHaveTitle('(1) Private chat');
  await bob.say('Hello?');
  await expect(ann.page).toHaveTitle('(2) Private chat');
  await expect(icon).toHaveAttribute('href', /\/favicon-unread\.svg$/);
  await expect(bob.message('Hello?').getByText('Delivered', { exact: true })).toBeVisible();

  await lookAgain();
  await expect(ann.page).toHaveTitle('Private chat');
  await expect(icon).toHaveAttribute('href', /\/favicon\.svg$/);
  await expect(bob.message('Hello?').getByText('Read', { exact: true })).toBeVisible();
});

test('36 typing is shown, and clears by itself within seven seconds', async ({
  ann,
  bob,
  met: _met,
}) => {
  const status = ann.page.locator('header').getByRole('paragraph');
  await bob.composer.press('x');
  await expect(status).toHaveText('Typing…');
  await expect(status).toHaveText('Online', { timeout: 7_000 });

  await bob.composer.press('y');
  await expect(status).toHaveText('Typing…');
  await bob.composer.fill('');
  await expect(status).toHaveText('Online', { timeout: 1_500 });

  await bob.composer.press('z');
  await expect(status).toHaveText('Typing…');
  await bob.composer.press('Enter');
  await ann.sees('z');
  await expect(status).toHaveText('Online', { timeout: 1_500 });
});

// The operating system closes the connections of a process that dies. That of a machine that
// falls silent is noticed by the heartbeat: see test/faults.
for (const how of ['closed', 'killed'] as const) {
  test(`36 a browser that is ${how} is soon told as gone`, async ({ ann, places }) => {
    const server = await chromium.launchServer(playwrightConfig.use?.launchOptions ?? {});
    const browser = await chromium.connect(server.wsEndpoint());
    const bob = await Person.arrive(browser, places.bob.base);
    const cards = await ann.createChat();
    await ann.enter(cards.ann);
    const status = ann.page.locator('header').getByRole('paragraph');
    await expect(status).toHaveText('Not here yet');
    await bob.enter(cards.bob);
    await expect(status).toHaveText('Online');
    await (how === 'closed' ? bob.page.close() : server.kill());
    await expect(status).toHaveText(/^Last here \d/, { timeout: 10_000 });
    await server.close();
  });
}
