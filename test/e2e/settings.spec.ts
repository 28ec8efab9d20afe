// What somebody chooses for their browser: it holds at once, in every tab, and after a reload.
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';

const LIGHT = 'rgb(246, 247, 249)';
const DARK = 'rgb(15, 18, 22)';

async function choose(page: Page, theme: string): Promise<void> {
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('Appearance').selectOption(theme);
}

const background = (page: Page) =>
  expect.poll(() =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor),
  );

/** What the browser's own bars are told. */
const bars = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')]
      .filter(({ media }) => matchMedia(media).matches)
      .map(({ content }) => content),
  );

test('a theme holds at once, in all tabs after a reload, and from the first moment of the next page', async ({
  ann,
  met: _met,
}) => {
  const { context, page } = ann;
  await page.emulateMedia({ colorScheme: 'light' });
  const other = await context.newPage();
  await other.goto(`${ann.base}/`);
  await background(other).toBe(LIGHT);

  await choose(page, 'Dark');
  await background(page).toBe(DARK);
  await other.reload();
  await background(other).toBe(DARK);
  expect(await bars(page)).toEqual(['#0f1216']);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Menu' })).toBeFocused();

  // Of each picture that is painted from now on.
  await context.addInitScript(() => {
    const painted = new Set<string>();
    Object.assign(window, { painted });
    const look = () => {
      painted.add(getComputedStyle(document.documentElement).backgroundColor);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.reload();
  await expect(ann.composer).toBeVisible();
  const painted = await page.evaluate(() => {
    // as: made above
    return [...(window as unknown as { painted: Set<string> }).painted];
  });
  expect(painted).toEqual([DARK]);

  await choose(page, 'Like this device');
  await background(page).toBe(LIGHT);
  expect(await bars(page)).toEqual(['#f6f7f9']);
  await page.getByRole('button', { name: 'Done' }).click();
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual(['duologue:settings']);
});

test('settings that cannot be read are as if nothing had been chosen', async ({ ann }) => {
  await ann.page.emulateMedia({ colorScheme: 'light' });
  await ann.context.addInitScript(() => localStorage.setItem('duologue:settings', '{"theme":'));
  await ann.page.goto(`${ann.base}/`);
  await expect(ann.page.getByLabel('Your name')).toBeVisible();
  await background(ann.page).toBe(LIGHT);
});
