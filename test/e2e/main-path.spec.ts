// The main path: create, enter, talk, lose the tab, come back, end. Runs on the embedded store,
// and on Redis with a server process for each of the two.
import { expect, test } from './support/fixtures.ts';

test('1 create, two browsers enter, each sees the name of the other', async ({ ann, bob }) => {
  const cards = await ann.createChat();
  await bob.open(cards.bob.link);
  await expect(bob.page.getByRole('heading', { level: 1 })).toHaveText('Hello Bob');
  await expect(bob.page.getByText('Ann wants to chat with you in private.')).toBeVisible();
  await bob.typeCode(cards.bob.code);
  await expect(bob.page.getByRole('heading', { level: 1 })).toHaveText('Ann');
  await expect(bob.page.getByText('Not here yet', { exact: true })).toBeVisible();
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText('Bob');
  await expect(ann.page.getByText('Online', { exact: true })).toBeVisible();
  await expect(bob.page.getByText('Online', { exact: true })).toBeVisible();
});

test('2 a message arrives within a second, and its tick reaches Read', async ({
  ann,
  bob,
  met,
}) => {
  expect(met.ann.link).not.toBe(met.bob.link);
  await ann.say('Hello Bob');
  await expect(bob.message('Hello Bob')).toBeVisible({ timeout: 1_000 });
  await expect(ann.message('Hello Bob').getByText('Read', { exact: true })).toBeVisible();
});
