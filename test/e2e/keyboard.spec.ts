// The whole way without a pointer: each step is reached by Tab, seen to have the focus, and pressed.
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { pasted } from './support/clipboard.ts';
import { focusOf } from './support/measures.ts';

test('29 from the start page to the end by keyboard alone', async ({ ann, bob }) => {
  const { page } = ann;
  await ann.context.grantPermissions(['clipboard-write']);
  await page.goto(`${ann.base}/`);
  await expect(page.getByLabel('Your name')).toBeVisible();

  await tab(page, ['Duologue, start page', 'Your name']);
  await page.keyboard.type('Ann');
  await tab(page, ['Their name']);
  await page.keyboard.type('Bob');
  await tab(page, ['How long silence may last', 'Create chat']);
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your chat is ready');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByRole('img', { name: /^QR code/ })).toHaveCount(2);
  const annsQr = "QR code of Ann's link, full screen";
  const bobsQr = "QR code of Bob's link, full screen";
  await tab(page, ["Copy Ann's link", annsQr, "Copy Ann's secret code", 'Open as Ann']);
  await tab(page, ["Copy Bob's link"]);
  await page.keyboard.press('Enter');
  const link = await pasted(ann.context);
  await tab(page, [bobsQr, "Copy Bob's secret code"]);
  await page.keyboard.press('Space');
  await expect(page.getByText("Bob's secret code copied.")).toHaveCount(1);
  const code = await pasted(ann.context);
  await tab(page, ['Open as Bob']);
  await tab(
    page,
    ["Copy Bob's secret code", bobsQr, "Copy Bob's link", 'Open as Ann'],
    'Shift+Tab',
  );
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bob');
  await expect(page.getByRole('heading', { name: 'Chat with Bob' })).toBeFocused();
  await bob.enter({ link, code });
  await expect(page.getByText('Online', { exact: true })).toBeVisible();
  const record = 'Record a voice message';
  // It comes last.
  await expect(page.getByRole('button', { name: record })).toBeVisible();
  await tab(page, ['Menu', 'End chat', 'Messages', 'Add files', 'Message']);
  await page.keyboard.type('By keyboard');
  await page.keyboard.press('Enter');
  await bob.sees('By keyboard');
  await tab(page, [record, 'Send']);

  const back = [record, 'Message', 'Add files', 'Actions', 'Messages', 'End chat', 'Menu'];
  await tab(page, back, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tab(page, ['Hide now', 'Links and codes', 'Settings', 'Leave on this device']);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Menu' })).toBeFocused();

  await tab(page, ['End chat']);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Keep chatting' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'End chat' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Keep chatting' })).toBeFocused();
  await tab(page, ['End chat']);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You ended the chat');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await tab(page, ['Start a new chat']);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A private chat for two');
});

test('29 mistakes lead the keyboard to their fields', async ({ ann }) => {
  const { page } = ann;
  await page.goto(`${ann.base}/`);
  await page.getByLabel('Your name').press('Enter');
  await expect(page.getByLabel('2 entries need a change')).toBeFocused();
  await tab(page, ['Enter your name', 'Enter their name']);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Their name')).toBeFocused();
  await page.keyboard.type('Bob');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Your name')).toBeFocused();
});

/** Presses the key once for each of these; each must be what comes next, and be seen to be it. */
async function tab(page: Page, names: readonly string[], key = 'Tab'): Promise<void> {
  for (const name of names) {
    await page.keyboard.press(key);
    await expect.poll(() => focusOf(page)).toEqual({ name, isRinged: true, isInWindow: true });
  }
}
