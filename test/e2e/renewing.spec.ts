// New links and codes in an open chat: for who lost theirs, and for oneself.
import type { Locator, Page } from '@playwright/test';
import { pasted } from './support/clipboard.ts';
import { expect, test, type Person } from './support/fixtures.ts';
import type { Card } from './support/person.ts';
import { scanAll, scanPicture } from './support/scan.ts';

async function openLinks(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Links and codes' }).click();
  const dialog = page.getByRole('dialog', { name: 'Links and codes' });
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Makes new ones for that person, or "me"; the dialog shows them. */
async function make(page: Page, whose: string, heading: string): Promise<Locator> {
  await openLinks(page);
  await page.getByRole('button', { name: `Make a new link and code for ${whose}` }).click();
  await page.getByRole('button', { name: 'Make new ones' }).click();
  return page.getByRole('dialog', { name: heading });
}

async function cardIn(dialog: Locator): Promise<Card> {
  return {
    link: await dialog.getByText(/\/c#/).innerText(),
    code: await dialog.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/).innerText(),
  };
}

/** The same, and takes them from the card. */
async function renew(page: Page, whose: string, heading: string): Promise<Card> {
  const dialog = await make(page, whose, heading);
  const card = await cardIn(dialog);
  await dialog.getByRole('button', { name: 'Done' }).click();
  return card;
}

async function leave({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: /^Leave on this device/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You left the chat');
}

test('renew for the other who lost the code: the new one lets in, the old link says so', async ({
  ann,
  bob,
  met,
}) => {
  await bob.say('before');
  await ann.sees('before');
  await leave(bob);
  await expect(ann.page.getByText(/^Last here/)).toBeVisible();
  const fresh = await renew(ann.page, 'Bob', "Bob's new link and code");
  expect(fresh.link).not.toBe(met.bob.link);
  await expect(ann.page.getByText("Bob's link was renewed.")).toBeVisible();

  await bob.open(met.bob.link);
  await expect(bob.heading).toHaveText('Your link was renewed');
  await expect(
    bob.page.getByText('Open the new one. If you do not have it, ask the other person.'),
  ).toBeVisible();
  await bob.open(fresh.link);
  await bob.typeCode(met.bob.code);
  await expect(bob.page.getByText('That code is not right. 4 tries left.')).toBeVisible();
  await bob.typeCode(fresh.code);
  await bob.sees('before');
  await expect(bob.page.getByText('Your link was renewed.')).toBeVisible();
  await bob.say('back again');
  await ann.sees('back again');
  for (const { page } of [ann, bob]) {
    await page.reload();
    await expect(page.getByText(/link was renewed\.$/)).toBeVisible();
    await expect(page.getByText('Do not rely on what you read here')).toHaveCount(0);
  }
});

test('renew mine: the page moves to the new link and stays, another device is told', async ({
  ann,
  bob,
  met,
  newPerson,
  places,
}) => {
  const phone = await newPerson(places.bob.base);
  await phone.enter(met.ann);
  await ann.say('said before');
  const fresh = await renew(ann.page, 'me', 'Your new link and code');
  expect(new URL(ann.page.url()).hash).toBe(new URL(fresh.link).hash);
  await expect(phone.heading).toHaveText('Your link was renewed');
  await expect(
    phone.page.getByText('Open the new one. If you do not have it, ask Bob.'),
  ).toBeVisible();
  await ann.say('said after');
  await bob.sees('said after');
  await expect(bob.page.getByText("Ann's link was renewed.")).toBeVisible();
  await ann.page.reload();
  await ann.sees('said before');
  await ann.sees('said after');
  await expect(ann.page.getByText('Your link was renewed.')).toBeVisible();
  await phone.enter(fresh);
  await phone.sees('said after');
});

test('renew while the other is here is refused in words', async ({ ann, bob, met }) => {
  await openLinks(ann.page);
  await ann.page.getByRole('button', { name: 'Make a new link and code for Bob' }).click();
  await ann.page.getByRole('button', { name: 'Make new ones' }).click();
  await expect(ann.page.getByText(/^Bob is in the chat right now/)).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await expect(ann.page.getByRole('dialog', { name: 'Links and codes' })).toBeVisible();
  await ann.page.keyboard.press('Escape');
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await ann.say('still well');
  await bob.sees('still well');
  await bob.page.reload();
  await bob.sees('still well');
  expect(met.bob.link).toContain(new URL(bob.page.url()).hash);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`32 my link for another device is scanned from a ${colorScheme} screen, full size too`, async ({
    newPerson,
    places,
  }) => {
    const ann = await newPerson(places.ann.base, { colorScheme });
    const cards = await ann.createChat();
    await ann.enter(cards.ann);
    const dialog = await openLinks(ann.page);
    const code = dialog.getByRole('img', { name: 'QR code of your link' });
    await expect(code).toBeVisible();
    expect(await scanPicture(ann.page, await code.screenshot(), 'image/png')).toBe(cards.ann.link);
    await dialog.getByRole('button', { name: 'QR code of your link, full screen' }).click();
    const full = ann.page.getByRole('dialog', { name: 'QR code of your link' });
    expect(await scanAll(await full.screenshot())).toEqual([cards.ann.link]);
    // As black on white as the code: what lies under the buttons of other dialogs has a theme.
    const buttons = full.locator('.dialog-buttons');
    await expect(buttons).toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
    const saved = ann.page.waitForEvent('download');
    await full.getByRole('button', { name: 'Save as picture' }).click();
    expect((await saved).suggestedFilename()).toBe('link.png');
    await ann.page.keyboard.press('Escape');
    await expect(full).toHaveCount(0);
    await expect(dialog).toBeVisible();
  });
}

test('31 33 the new card is copied from, and shares the link only', async ({ ann }) => {
  await ann.page.addInitScript(() => {
    Object.assign(window, { shared: [] });
    Navigator.prototype.share = (data) => {
      (window as unknown as { shared: unknown[] }).shared.push(data); // as: put there above
      return Promise.resolve();
    };
  });
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  const dialog = await make(ann.page, 'Bob', "Bob's new link and code");
  const fresh = await cardIn(dialog);
  for (const [name, wanted] of [
    ["Copy Bob's link", fresh.link],
    ["Copy Bob's secret code", fresh.code],
  ] as const) {
    await dialog.getByRole('button', { name }).click();
    await expect(dialog.getByRole('button', { name })).toHaveText('Copied');
    expect(await pasted(ann.context)).toBe(wanted);
  }
  const code = dialog.getByRole('img', { name: "QR code of Bob's link" });
  expect(await scanPicture(ann.page, await code.screenshot(), 'image/png')).toBe(fresh.link);
  await dialog.getByRole('button', { name: "Share Bob's link" }).click();
  const shared = () => ann.page.evaluate(() => (window as unknown as { shared: unknown[] }).shared);
  await expect.poll(shared).toEqual([{ url: fresh.link }]);
  // What is shown once does not go with the first Esc.
  await ann.page.keyboard.press('Escape');
  const done = dialog.getByRole('button', { name: 'Done' });
  await expect(done).toBeFocused();
  await done.press('Enter');
  await expect(dialog).toHaveCount(0);

  // The card that was made with the chat shows what holds.
  await ann.page.getByRole('button', { name: "Show Bob's link and code" }).click();
  await expect(ann.page.getByText(fresh.link, { exact: true })).toBeVisible();
  await expect(ann.page.getByText(fresh.code, { exact: true })).toBeVisible();
  await expect(ann.page.getByText(cards.bob.code, { exact: true })).toHaveCount(0);
});

test('printed is one card a page, and nothing of the chat', async ({ ann }) => {
  const cards = await ann.createChat();
  const pages = async () => {
    const text = (await ann.page.pdf()).toString('latin1');
    return text.match(/\/Type\s*\/Page\b(?!s)/g)?.length;
  };
  await expect(ann.page.getByRole('img', { name: /^QR code/ })).toHaveCount(2);
  expect(await pages()).toBe(2);
  await ann.enter(cards.ann);
  await ann.say('not for paper');
  const dialog = await make(ann.page, 'Bob', "Bob's new link and code");
  await expect(dialog.getByRole('img', { name: /^QR code/ })).toBeVisible();
  expect(await pages()).toBe(1);
  await ann.page.emulateMedia({ media: 'print' });
  await expect(ann.page.getByText('not for paper')).toBeHidden();
  await expect(dialog.getByText(/\/c#/)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Done' })).toBeHidden();
});
