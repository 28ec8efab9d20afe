// What can be done with a message: answering, reacting, copying, changing, removing it; by pointer,
// by touch and by keyboard; seen alike by both, after a reload and on a second device.
import { pasted } from './support/clipboard.ts';
import { connect, createSealedSession, enter } from '../support/independent-client.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';
import { png } from './support/pictures.ts';
import { tapWire } from './support/wire.ts';

/** All that is to be the same everywhere, in a page of its own words. */
async function expectTalk({ page }: Person, other: string): Promise<void> {
  await expect(page.locator('.bubble-text')).toHaveText([
    'Did you get the papers?',
    'Yes, this afternoon',
    'Message removed',
    'All of them',
  ]);
  await expect(page.getByText('edited', { exact: true })).toHaveCount(1);
  await expect(page.locator('button.quote')).toHaveText(`${other}Did you get the papers?`);
}

test('38 an answer, a change, a reaction and a removal are the same for both, after a reload and on a second device', async ({
  ann,
  bob,
  newPerson,
  places,
}) => {
  const cards = await meet(ann, bob);
  await bob.say('Did you get the papers?');
  await ann.sees('Did you get the papers?');
  await ann.say('Yes, this morning');
  await ann.say('a slip');
  await bob.sees('a slip');

  await test.step('react', async () => {
    await ann.act('Did you get the papers?', 'React with 👍');
    await expect(bob.page.getByRole('button', { name: '👍 from Ann' })).toBeVisible();
  });
  await test.step('reply', async () => {
    await ann.act('Did you get the papers?', 'Reply');
    await expect(ann.page.getByText('Reply to Bob')).toBeVisible();
    await expect(ann.composer).toBeFocused();
    await ann.say('All of them');
    await expect(ann.page.getByText('Reply to Bob')).toHaveCount(0);
    await bob.sees('All of them');
  });
  await test.step('edit', async () => {
    await ann.composer.fill('a draft');
    await ann.act('Yes, this morning', 'Edit');
    await expect(ann.composer).toHaveValue('Yes, this morning');
    await ann.say('Yes, this afternoon');
    await bob.sees('Yes, this afternoon');
    await expect(ann.composer).toHaveValue('a draft');
  });
  await test.step('remove', async () => {
    await ann.act('a slip', 'Remove for both');
    const dialog = ann.page.getByRole('dialog', { name: 'Remove this message for both of you?' });
    await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused();
    await ann.page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await bob.sees('a slip');
    await ann.act('a slip', 'Remove for both');
    await dialog.getByRole('button', { name: 'Remove for both' }).click();
    await bob.sees('Message removed');
  });

  await expectTalk(ann, 'Bob');
  await expectTalk(bob, 'You');
  await ann.page.reload();
  await bob.page.reload();
  await expectTalk(ann, 'Bob');
  await expectTalk(bob, 'You');
  const second = await newPerson(places.bob.base);
  await second.enter(cards.bob);
  await expectTalk(second, 'You');
  await expect(second.page.getByRole('button', { name: '👍 from Ann' })).toBeVisible();

  await test.step('both react alike, and one takes it back', async () => {
    await bob.page.getByRole('button', { name: '👍 from Ann' }).click();
    await expect(ann.page.getByRole('button', { name: '👍 from you and Bob' })).toBeVisible();
    await ann.page.getByRole('button', { name: '👍 from you and Bob' }).click();
    await expect(bob.page.getByRole('button', { name: '👍 from you' })).toBeVisible();
    await expect(ann.page.getByRole('button', { name: '👍 from Bob' })).toBeVisible();
  });
});

test('38 Up changes the last own message; Esc gives the draft back', async ({
  ann,
  bob,
  met: _met,
}) => {
  await ann.say('first');
  await ann.say('second');
  await bob.say('from Bob');
  await ann.sees('from Bob');
  await ann.composer.press('ArrowUp');
  await expect(ann.composer).toHaveValue('second');
  await ann.say('');
  await expect(ann.composer).toBeFocused();
  await expect(ann.page.getByText('Edit your message')).toBeVisible();
  await ann.composer.press('Escape');
  await expect(ann.composer).toHaveValue('');
  await ann.composer.press('ArrowUp');
  await expect(ann.composer).toHaveValue('second');
  await ann.say('second, changed');
  await bob.sees('second, changed');

  await ann.composer.fill('a draft');
  await ann.act('first', 'Edit');
  await expect(ann.composer).toHaveValue('first');
  await ann.composer.fill('x'.repeat(17_000));
  await ann.composer.press('Enter');
  await expect(ann.page.getByText('This message is too long.')).toBeVisible();
  await expect(ann.composer).toHaveValue(/^x{17000}$/);
  await ann.composer.press('Escape');
  await expect(ann.composer).toHaveValue('a draft');
  await bob.sees('first');
});

test('38 a quote leads to its message', async ({ ann, bob, met: _met }) => {
  await ann.say('the beginning');
  await bob.sees('the beginning');
  await bob.act('the beginning', 'Reply');
  await bob.say('an answer');
  const beginning = ann.page.locator('.message').first();
  await ann.page.getByRole('button', { name: 'Answers you: the beginning' }).click();
  await expect(beginning).toBeFocused();
  await expect(beginning).toHaveAttribute('data-marked');
  await expect(beginning).not.toHaveAttribute('data-marked');

  const menu = await ann.openActions(beginning);
  await menu.getByRole('button', { name: 'Remove for both' }).click();
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Remove for both' }).click();
  await expect(bob.page.locator('button.quote')).toHaveText('AnnMessage removed');
});

test('38 39 a picture can be an answer: what it answers stands with it, for both', async ({
  ann,
  bob,
  met: _met,
}) => {
  await bob.say('What does it look like?');
  await ann.act('What does it look like?', 'Reply');
  await expect(ann.page.getByText('Reply to Bob')).toBeVisible();
  await ann.page.locator('input[type=file]').setInputFiles([await png(ann.page)]);
  await expect(ann.page.getByRole('region', { name: 'Files to send' })).toBeVisible();
  await ann.say('Like this');
  await expect(ann.page.getByText('Reply to Bob')).toHaveCount(0);
  await bob.sees('Like this');
  for (const [{ page }, author] of [
    [ann, 'Bob'],
    [bob, 'You'],
  ] as const) {
    const answer = page.locator('.message').filter({ has: page.locator('.file') });
    await expect(answer.locator('button.quote')).toHaveText(`${author}What does it look like?`);
    await expect(page.locator('button.quote')).toHaveCount(1);
  }
});

test('38 by keyboard: the newest message, the arrows to the others, its actions', async ({
  ann,
  bob,
  met: _met,
}) => {
  const { page } = ann;
  for (const text of ['one', 'two', 'three']) await bob.say(text);
  await ann.sees('three');
  await page.getByRole('button', { name: 'Add files' }).focus();
  await page.keyboard.press('Shift+Tab');
  await expect(ann.message('three').getByRole('button', { name: 'Actions' })).toBeFocused();
  // Once it has been opened, what hears the arrows is there.
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'React with 👍' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(ann.message('three').getByRole('button', { name: 'Actions' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  const actionsOfOne = ann.message('one').getByRole('button', { name: 'Actions' });
  await expect(actionsOfOne).toBeFocused();
  await expect(actionsOfOne).toHaveAccessibleDescription(/^Bob: one/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'React with 👍' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(ann.message('one').getByRole('button', { name: 'Actions' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('button', { name: 'Copy', exact: true })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(ann.composer).toBeFocused();
  await page.keyboard.type('an answer');
  await page.keyboard.press('Enter');
  await expect(bob.page.getByRole('button', { name: 'Answers you: one' })).toBeVisible();
});

test('38 by touch: a long press opens the actions, a short one and a scroll do not', async ({
  newPerson,
  places,
}) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const [ann, bob] = [await newPerson(places.ann.base, phone), await newPerson(places.bob.base)];
  await meet(ann, bob);
  await bob.say('hello');
  await ann.sees('hello');
  // What hears the press has come.
  await expect(ann.page.locator('.log-frame output')).toBeAttached();
  const input = await ann.context.newCDPSession(ann.page);
  const box = await ann.message('hello').locator('.bubble').boundingBox();
  if (!box) throw new Error('not shown');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: object[]) =>
    input.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points as { x: number; y: number }[],
    });
  const menu = ann.page.getByRole('group', { name: 'Actions' });

  await touch('touchStart', [{ x, y }]);
  await touch('touchEnd', []);
  await touch('touchStart', [{ x, y }]);
  await touch('touchMove', [{ x, y: y - 40 }]);
  await touch('touchEnd', []);
  await expect(menu).toHaveCount(0);
  await touch('touchStart', [{ x, y }]);
  await expect(menu).toBeVisible();
  await touch('touchEnd', []);
  await expect(menu).toBeVisible();
  await menu.getByRole('button', { name: 'React with 👍' }).tap();

  // Held, it is no press on the reaction, which would take it back.
  const given = ann.page.getByRole('button', { name: '👍 from you' });
  await expect(given).toBeVisible();
  const chip = await given.boundingBox();
  if (!chip) throw new Error('not shown');
  await touch('touchStart', [{ x: chip.x + chip.width / 2, y: chip.y + chip.height / 2 }]);
  await expect(menu).toBeVisible();
  await touch('touchEnd', []);
  await menu.getByRole('button', { name: 'Reply' }).tap();
  await expect(ann.page.getByText('Reply to Bob')).toBeVisible();
  await expect(given).toBeVisible();
});

test('38 a message that is still waiting just goes when it is removed', async ({ ann, bob }) => {
  const wire = await tapWire(ann.context);
  await meet(ann, bob);
  wire.toServer = (frame) => frame.type !== 'send';
  await ann.say('never mind');
  await ann.act('never mind', 'Remove for both');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Remove for both' }).click();
  await expect(ann.page.locator('.bubble-text')).toHaveCount(0);
  await expect(ann.composer).toBeFocused();
  wire.toServer = () => true;
  await ann.page.reload();
  await ann.say('something else');
  await bob.sees('something else');
  expect(await bob.texts()).toEqual(['something else']);
});

test('31 a message is copied also without the clipboard of the browser', async ({
  newPerson,
  places,
}) => {
  const [ann, bob] = [await newPerson(places.ann.base), await newPerson(places.bob.base)];
  await ann.context.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  await meet(ann, bob);
  await bob.say('first line\nsecond `line`');
  await expect(ann.page.locator('.bubble-text')).toHaveCount(1);
  const menu = await ann.openActions(ann.page.locator('.message'));
  await menu.getByRole('button', { name: 'Copy' }).click();
  await expect(menu.getByRole('button', { name: 'Copied' })).toBeVisible();
  await expect(menu).toHaveCount(0);
  expect(await pasted(ann.context)).toBe('first line\nsecond `line`');
});

test('D long messages are folded, code and emoji stand out', async ({ ann, bob, met: _met }) => {
  const long = Array.from({ length: 60 }, (_, line) => `line ${line + 1}`).join('\n');
  await bob.say(long);
  const all = ann.page.getByRole('button', { name: 'Show all' });
  const bubble = ann.page.locator('.bubble').first();
  await expect(all).toHaveAttribute('aria-expanded', 'false');
  expect((await bubble.boundingBox())?.height).toBeLessThan(400);
  await all.click();
  expect((await bubble.boundingBox())?.height).toBeGreaterThan(1000);
  await ann.page.getByRole('button', { name: 'Show less' }).click();
  expect((await bubble.boundingBox())?.height).toBeLessThan(400);

  await bob.say('run `npm test`\n```\nlet a;\n```');
  await expect(ann.page.locator('code')).toHaveText(['npm test', 'let a;']);
  await bob.say('🎉👩‍👩‍👧');
  await expect(ann.page.locator('.emoji-large')).toHaveText('🎉👩‍👩‍👧');
});

test('38 a quote leads to its message, also where only later ones are shown', async ({
  newPerson,
  serve,
}) => {
  test.setTimeout(180_000);
  const { base } = await serve({ RATE_SEND: 'off' });
  const session = await createSealedSession(base, ['Ann', 'Bob']);
  const bob = await connect(await enter(base, session.b.link, session.b.code));
  const ann = await newPerson(base);
  await ann.enter(session.a);
  await bob.send('the beginning');
  await ann.sees('the beginning');
  await ann.act('the beginning', 'Reply');
  const later = Array.from({ length: 700 }, (_, count) => `later ${count}`);
  await Promise.all(later.map((text) => bob.send(text)));
  await expect(ann.message('later 699')).toBeVisible({ timeout: 60_000 });
  await ann.say('an answer');
  const quote = ann.page.getByRole('button', { name: 'Answers Bob: the beginning' });
  await expect(quote).toBeVisible();
  await expect(ann.page.locator('.message').first()).not.toContainText('the beginning');
  await quote.click();
  const beginning = ann.page.locator('.message').first();
  await expect(beginning).toBeFocused();
  await expect(beginning).toContainText('the beginning');
  await expect(beginning).toBeInViewport();
  await bob.close();
});

test('38 where the actions cannot be fetched it is said, and nothing is lost', async ({
  ann,
  bob,
}) => {
  await ann.context.route(/\/chat-extras-[^/]*\.js$/, (route) => route.abort());
  await meet(ann, bob);
  await ann.say('look at https://example.org/ and `this`');
  await bob.sees('this');
  await ann.sees('look at https://example.org/ and `this`');
  await ann.composer.press('ArrowUp');
  const missing = ann.page.getByText('A part of this page could not be loaded.').first();
  await expect(missing).toBeVisible();
  await expect(ann.composer).toHaveValue('');
  await ann.say('still here');
  await bob.sees('still here');

  await ann.context.unroute(/\/chat-extras-[^/]*\.js$/);
  await ann.act('still here', 'Edit');
  await expect(ann.composer).toHaveValue('still here');
  await expect(missing).toHaveCount(0);
});

test('38 any emoji can be typed; what is none is not taken', async ({ ann, bob, met: _met }) => {
  await bob.say('hello');
  await ann.sees('hello');
  const menu = await ann.openActions(ann.message('hello'));
  await menu.getByRole('button', { name: 'Another emoji' }).click();
  const field = menu.getByRole('textbox', { name: 'Another emoji' });
  await field.fill('words');
  await field.press('Enter');
  await expect(menu.getByText('That is not one emoji.')).toBeVisible();
  await field.fill('🦔');
  await expect(menu).toHaveCount(0);
  await expect(bob.page.getByRole('button', { name: '🦔 from Ann' })).toBeVisible();
});
