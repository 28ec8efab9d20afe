// Somebody comes in: the chat is gone from the screen at once, and goes on.
import { expect, test, type Person } from './support/fixtures.ts';

/** Keeps what stands on the page when a press of Shift has been dealt with, for a later page. */
async function watchPresses({ context }: Person): Promise<void> {
  await context.addInitScript(() => {
    addEventListener('keydown', ({ key }) => {
      if (key !== 'Shift') return;
      const { body, title } = document;
      sessionStorage.setItem('seen', JSON.stringify([body.childNodes.length > 0, title]));
    });
  });
}

async function pressShift({ page }: Person, times: number): Promise<void> {
  for (let count = 1; count <= times; count += 1) await page.keyboard.press('Shift');
}

async function expectHidden({ page }: Person): Promise<void> {
  await expect(page).toHaveURL('about:blank');
  await expect(page).toHaveTitle('');
  await expect(page.locator('body')).toBeEmpty();
  expect(await page.locator('body').ariaSnapshot()).toBe('');
}

test('40 Shift three times hides the chat at once, and its dialog, and ends nothing', async ({
  ann,
  bob,
}) => {
  await watchPresses(ann);
  const cards = await ann.createChat();
  await bob.enter(cards.bob);
  await ann.enter(cards.ann);
  await ann.say('not for everybody');
  await bob.sees('not for everybody');
  await ann.page.getByRole('button', { name: 'End chat' }).click();
  await expect(ann.page.getByRole('dialog')).toBeVisible();

  const requests: string[] = [];
  ann.page.on('request', (request) => requests.push(request.url()));
  await pressShift(ann, 3);
  await expectHidden(ann);
  expect(requests).toEqual([]);

  await bob.say('are you there?');
  await expect(bob.heading).toHaveText('Ann');
  await ann.page.goBack();
  await expect(ann.page.getByText('not for everybody')).toHaveCount(0);
  await ann.open(cards.ann.link);
  await ann.sees('not for everybody');
  await ann.sees('are you there?');
  const seen = await ann.page.evaluate(() => sessionStorage.getItem('seen'));
  expect(seen).toBe(JSON.stringify([false, 'New tab']));
});

test('40 the menu hides the chat too', async ({ ann, bob, met }) => {
  await bob.say('not for everybody');
  await ann.sees('not for everybody');
  await ann.page.getByRole('button', { name: 'Menu' }).click();
  await ann.page.getByRole('button', { name: 'Hide now' }).click();
  await expectHidden(ann);
  await ann.open(met.ann.link);
  await ann.sees('not for everybody');
});

test('40 Shift hides nothing when pressed for something else', async ({ ann, met: _met }) => {
  const { keyboard } = ann.page;
  await ann.composer.focus();
  for (const key of ['KeyA', 'KeyB', 'KeyC']) await keyboard.press(`Shift+${key}`);
  await pressShift(ann, 1);
  await ann.composer.click({ modifiers: ['Shift'] });
  await pressShift(ann, 2);
  await keyboard.press('End');
  await keyboard.down('Shift');
  for (let count = 1; count <= 3; count += 1) await keyboard.down('Shift');
  await keyboard.up('Shift');
  await expect(ann.composer).toHaveValue('ABC');
});
