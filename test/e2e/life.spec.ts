// How long a chat lives, and where it is open: warnings, keeping it, the reasons of its end, two
// tabs of one person, and a phone.
import { devices } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';

test('30 silence is warned of, kept off by a press, and ends the chat in words', async ({
  newPerson,
  serve,
}) => {
  const { base } = await serve({ IDLE_TTL: '10s' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  await bob.enter(cards.bob);
  await ann.enter(cards.ann);
  await ann.say('Hello');
  await bob.sees('Hello');

  const warning = ann.page.getByText(/^This chat will end in 0:0\d\.$/);
  await expect(warning).toBeVisible();
  const spoken = ann.page
    .getByRole('status')
    .filter({ hasText: /^This chat will end in \d seconds\.$/ });
  await expect(spoken).toHaveCount(1);
  const pressedAt = Date.now();
  await ann.page.getByRole('button', { name: 'Keep chat open' }).click();
  await expect(warning).toHaveCount(0);
  await expect(ann.composer).toBeFocused();
  await expect(bob.page.getByText(/^This chat will end in/)).toHaveCount(0);

  const ended = 'The chat ended after 10 seconds of silence';
  await expect(warning).toBeVisible();
  for (const { page } of [ann, bob]) {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(ended);
    await expect(page.getByText('All messages are deleted from the server.')).toBeVisible();
  }
  expect(Date.now() - pressedAt).toBeGreaterThanOrEqual(9_500);
  await ann.page.reload();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText(ended);
  const late = await newPerson(base);
  await late.open(cards.bob.link);
  await expect(late.page.getByRole('heading', { level: 1 })).toHaveText(ended);
});

test('30 a chat that nobody joins says so, to who waited and to who comes late', async ({
  newPerson,
  serve,
}) => {
  const { base } = await serve({ LINK_TTL: '6s' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await expect(
    ann.page.getByText(/^Bob has 0:0\d to come in, then the chat ends\.$/),
  ).toBeVisible();
  await expect(ann.page.getByRole('button', { name: 'Keep chat open' })).toHaveCount(0);
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Bob did not come in time');
  await bob.open(cards.bob.link);
  const heading = bob.page.getByRole('heading', { level: 1 });
  await expect(heading).toHaveText('This chat was not joined in time');
});

test('30 the time limit is warned of without a way around it', async ({ newPerson, serve }) => {
  const { base } = await serve({ MAX_TTL: '8s' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  const cards = await ann.createChat();
  await bob.enter(cards.bob);
  await ann.enter(cards.ann);
  for (const { page } of [ann, bob]) {
    await expect(page.getByText(/^This chat reaches its time limit in 0:0\d\.$/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Keep chat open' })).toHaveCount(0);
  }
  for (const { page } of [ann, bob]) {
    const heading = page.getByRole('heading', { level: 1 });
    await expect(heading).toHaveText('This chat reached its time limit');
  }
});

test('37 two tabs of one person: everything in both, nothing twice', async ({ ann, bob, met }) => {
  const first = ann.page;
  const second = await ann.openTab();
  await ann.open(met.ann.link);
  await expect(ann.composer).toBeVisible();
  await bob.say('To both');
  await ann.say('From the second');
  await bob.sees('From the second');
  await first.getByRole('textbox', { name: 'Message' }).fill('From the first');
  await first.getByRole('textbox', { name: 'Message' }).press('Enter');
  await bob.sees('From the first');
  for (const page of [first, second, bob.page]) {
    const texts = page.locator('.bubble-text');
    await expect(texts).toHaveText(['To both', 'From the second', 'From the first']);
  }
  for (const page of [first, second]) {
    const mine = page.getByRole('listitem').filter({ hasText: 'From the' });
    await expect(mine.getByText('Read', { exact: true })).toHaveCount(2);
  }
  await expect(bob.message('To both').getByText('Read', { exact: true })).toBeVisible();

  // One tab less is not one person less.
  await second.close();
  await bob.say('Still here?');
  await expect(bob.message('Still here?').getByText('Read', { exact: true })).toBeVisible();
  await expect(bob.page.getByText('Online', { exact: true })).toBeVisible();

  const third = await ann.openTab();
  await ann.open(met.ann.link);
  await ann.sees('Still here?');
  await ann.endChat();
  for (const page of [first, third]) {
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('You ended the chat');
  }
});

test('22 on a phone Enter breaks the line and the button sends, keeping the keyboard', async ({
  newPerson,
  places,
  bob,
}) => {
  const { defaultBrowserType: _, ...pixel } = devices['Pixel 7'];
  const ann = await newPerson(places.ann.base, pixel);
  const cards = await bob.createChat();
  await ann.enter(cards.ann);
  await ann.composer.tap();
  await ann.page.keyboard.type('first line');
  await ann.page.keyboard.press('Enter');
  await ann.page.keyboard.type('second line');
  await expect(ann.composer).toHaveValue('first line\nsecond line');
  await ann.page.getByRole('button', { name: 'Send' }).tap();
  await ann.sees('first line\nsecond line');
  await expect(ann.composer).toHaveValue('');
  await expect(ann.composer).toBeFocused();
});
