// Languages: the browser's own first, another when it is chosen, and English where there is none.
import { expect, test } from './support/fixtures.ts';

const HEADINGS = {
  'de-AT': { tag: 'de', direction: 'ltr', heading: 'Ein privater Chat für zwei' },
  'es-MX': { tag: 'es', direction: 'ltr', heading: null },
  'hi-IN': { tag: 'hi', direction: 'ltr', heading: null },
  'ar-EG': { tag: 'ar', direction: 'rtl', heading: null },
  'fr-FR': { tag: 'en', direction: 'ltr', heading: 'A private chat for two' },
};

for (const [locale, { tag, direction, heading }] of Object.entries(HEADINGS)) {
  test(`a browser in ${locale} is spoken to in ${tag}`, async ({ newPerson, places }) => {
    const { page } = await newPerson(places.ann.base, { locale });
    await page.goto(`${places.ann.base}/`);
    const title = page.getByRole('heading', { level: 1 });
    await expect(title).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', tag);
    await expect(page.locator('html')).toHaveAttribute('dir', direction);
    if (heading !== null) await expect(title).toHaveText(heading);
    else await expect(title).not.toHaveText(/chat for two|Chat für zwei/);
  });
}

test('the language is changed on the start page and in the chat, which goes on', async ({
  ann,
  bob,
  met: _met,
}) => {
  await bob.say('before');
  await ann.sees('before');
  await ann.composer.fill('a draft');
  await ann.page.getByRole('button', { name: 'Menu' }).click();
  await ann.page.getByRole('button', { name: /^Settings/ }).click();
  await ann.page.getByRole('combobox', { name: 'Language' }).selectOption('Deutsch');
  // Not at once: the arrow keys of a closed list pass others on the way.
  await ann.page.getByRole('button', { name: 'Deutsch verwenden' }).click();
  await expect(ann.page.getByRole('button', { name: 'Chat beenden' })).toBeVisible();
  await expect(ann.message('before')).toBeVisible();
  await expect(ann.page.getByRole('textbox', { name: 'Nachricht' })).toHaveValue('a draft');
  await ann.page.getByRole('textbox', { name: 'Nachricht' }).press('Enter');
  await bob.sees('a draft');

  const tab = await ann.context.newPage();
  await tab.goto(`${ann.base}/`);
  await expect(tab.getByRole('heading', { level: 1 })).toHaveText('Ein privater Chat für zwei');
  await tab.getByRole('combobox', { name: 'Sprache' }).selectOption('English');
  await tab.getByRole('button', { name: 'Use English' }).click();
  await expect(tab.getByRole('heading', { level: 1 })).toHaveText('A private chat for two');
});
