// The main path: create, enter, talk, lose the tab, come back, end. Runs on the embedded store,
// and on Redis with a server process for each of the two.
import { expect, test } from './support/fixtures.ts';
import { wrongCode } from './support/person.ts';

test('1 create, two browsers enter, each sees the name of the other', async ({ ann, bob }) => {
  const cards = await ann.createChat();
  await bob.open(cards.bob.link);
  await expect(bob.heading).toHaveText('Hello Bob');
  await expect(bob.page.getByText('Ann wants to chat with you in private.')).toBeVisible();
  await bob.typeCode(cards.bob.code);
  await expect(bob.heading).toHaveText('Ann');
  await expect(bob.page.getByText('Not here yet', { exact: true })).toBeVisible();
  await ann.page.getByRole('button', { name: 'Open as Ann' }).click();
  await expect(ann.heading).toHaveText('Bob');
  await expect(ann.page.getByText('Online', { exact: true })).toBeVisible();
  await expect(bob.page.getByText('Online', { exact: true })).toBeVisible();
});

test('2 a message arrives within a second, and its tick reaches Read', async ({
  ann,
  bob,
  met: _met,
}) => {
  await ann.say('Hello Bob');
  await expect(bob.message('Hello Bob')).toBeVisible({ timeout: 1_000 });
  await expect(ann.message('Hello Bob').getByText('Read', { exact: true })).toBeVisible();
});

test('3 in a new browser link and code bring the same messages, order and times', async ({
  ann,
  bob,
  met,
  newPerson,
}) => {
  await ann.say('one');
  await bob.sees('one');
  await bob.say('two');
  await ann.sees('two');
  await bob.context.close();
  await ann.say('three');
  await ann.say('four');

  const back = await newPerson(bob.base);
  await back.enter(met.bob);
  await back.sees('four');
  expect(await back.texts()).toEqual(['one', 'two', 'three', 'four']);
  await expect(back.page.locator('.message-mine')).toHaveText(/two/);
  await expect(ann.message('four').getByText('Read', { exact: true })).toBeVisible();
  expect(await ann.texts()).toEqual(await back.texts());
  expect(await back.times()).toHaveLength(4);
  expect(await ann.times()).toEqual(await back.times());
});

test('4 a reload keeps messages and draft', async ({ ann, bob, met }) => {
  await ann.say('kept by the server');
  await bob.sees('kept by the server');
  await bob.say('an answer');
  await ann.sees('an answer');
  await ann.composer.fill('not finished y');
  const times = await ann.times();

  await ann.page.reload();
  await ann.sees('an answer');
  await expect(ann.composer).toHaveValue('not finished y');
  expect(await ann.texts()).toEqual(['kept by the server', 'an answer']);
  expect(await ann.times()).toEqual(times);
  expect(new URL(ann.page.url()).hash).toBe(new URL(met.ann.link).hash);

  await ann.composer.press('Enter');
  await bob.sees('not finished y');
  await ann.page.reload();
  await ann.sees('not finished y');
  await expect(ann.composer).toHaveValue('');
});

test('5 a wrong code says so and counts, and is kept to be corrected', async ({ ann, bob }) => {
  const { bob: card } = await ann.createChat();
  const wrong = wrongCode(card.code);
  await bob.open(card.link);
  const field = bob.page.getByLabel('Secret code');
  await expect(field).toHaveAttribute('aria-invalid', 'false');

  for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
    await bob.page.getByRole('heading', { level: 1 }).focus();
    await bob.typeCode(wrong);
    await expect(bob.page.getByText(`That code is not right. ${left} left.`)).toBeVisible();
    await expect(field).toHaveAccessibleDescription(new RegExp(`not right. ${left} left`));
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toBeFocused();
    await expect(field).toHaveValue(wrong);
    const selected = await field.evaluate((input: HTMLInputElement) =>
      input.value.slice(input.selectionStart ?? 0, input.selectionEnd ?? 0),
    );
    expect(selected).toBe(wrong);
  }
  // As people type codes: in small letters, with blanks.
  await bob.page.keyboard.type(` ${card.code.toLowerCase().replace('-', ' ')} `);
  await bob.page.keyboard.press('Enter');
  await expect(bob.heading).toHaveText('Ann');
});

test('8 ending asks first, and reaches the other within two seconds', async ({
  ann,
  bob,
  met: _met,
}) => {
  const end = ann.page.getByRole('button', { name: 'End chat' });
  const dialog = ann.page.getByRole('dialog', { name: 'End this chat for both of you?' });
  const keep = dialog.getByRole('button', { name: 'Keep chatting' });
  await end.click();
  await expect(dialog).toContainText('All messages are deleted. This cannot be undone.');
  await expect(keep).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(end).toBeFocused();

  await end.click();
  await expect(keep).toBeFocused();
  await ann.page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await ann.say('still here');
  await bob.sees('still here');

  await ann.endChat();
  await expect(bob.heading).toHaveText('Ann ended the chat', { timeout: 2_000 });
  await expect(ann.heading).toHaveText('You ended the chat');
  for (const { page } of [ann, bob]) {
    await expect(page.getByText('All messages are deleted from the server.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Start a new chat' })).toBeVisible();
    await expect(page.getByText('still here')).toHaveCount(0);
  }
});

test('14 offline: it is said, three messages wait, and are sent once, in order', async ({
  ann,
  bob,
  met: _met,
}) => {
  await ann.say('before');
  await bob.sees('before');

  // The open socket stays open and carries nothing, as when a phone loses its network.
  await ann.goOffline();
  const banner = ann.page.locator('.banners').getByText('You are offline.');
  const waiting = ['first', 'second', 'third'];
  for (const text of waiting) {
    await ann.say(text);
    await expect(ann.message(text).getByText('Sending', { exact: true })).toBeAttached();
  }
  await expect(banner).toHaveText('You are offline. Your messages will be sent when you are back.');
  await bob.say('meanwhile');
  await expect(bob.message('meanwhile').getByText('Sent', { exact: true })).toBeAttached();
  expect(await bob.texts()).toEqual(['before', 'meanwhile']);

  await ann.context.setOffline(false);
  await expect(banner).toBeHidden();
  await expect(ann.message('third').getByText('Read', { exact: true })).toBeVisible();
  // Ann's messages come in the order she sent them: after this one, no repeat is under way.
  await ann.say('after');
  await bob.sees('after');
  const expected = ['before', 'meanwhile', ...waiting, 'after'];
  expect(await bob.texts()).toEqual(expected);
  await ann.sees('meanwhile');
  expect(await ann.texts()).toEqual(expected);
});
