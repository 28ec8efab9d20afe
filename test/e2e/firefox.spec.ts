// The main path in Firefox, where it is installed: both people, each in a profile of their own.
import type { Page } from 'puppeteer-core';
import {
  firefox,
  FIREFOX_TIMEOUT_MS,
  heading,
  openFirefox,
  press,
  problemsOf,
  type,
} from './support/firefox.ts';
import { expect, test } from './support/fixtures.ts';

test.skip(firefox === null, 'Firefox is not installed');
test.setTimeout(FIREFOX_TIMEOUT_MS);

const CODE = /^[0-9A-Z]{4}-[0-9A-Z]{4}$/;

test('1 2 4 8 in Firefox: create, enter, talk, reload, end', async ({ places }) => {
  const [annsBrowser, bobsBrowser] = await Promise.all([openFirefox(), openFirefox()]);
  try {
    const [ann, bob] = [await annsBrowser.newPage(), await bobsBrowser.newPage()];
    const problems = problemsOf([ann, bob]);
    await ann.goto(`${places.ann.base}/`);
    await type(ann, 'Your name', 'Ann');
    await type(ann, 'Their name', 'Bob');
    await press(ann, 'Create chat');
    await ann.waitForSelector('::-p-text(Your chat is ready)');
    const secrets = await ann.$$eval('.secret', (all) => all.map((one) => one.textContent ?? ''));
    const [, bobsLink = ''] = secrets.filter((secret) => secret.includes('#'));
    const [, bobsCode = ''] = secrets.filter((secret) => CODE.test(secret));

    await bob.goto(bobsLink);
    await type(bob, 'Secret code', bobsCode);
    await bob.keyboard.press('Enter');
    await press(ann, 'Open as Ann');
    await heading(ann, 'Bob');
    await heading(bob, 'Ann');

    await say(ann, 'Hello from Firefox');
    await message(bob, 'Hello from Firefox');
    await say(bob, 'Hello back');
    await message(ann, 'Hello back');
    await ann.bringToFront();
    // Read, where Firefox says that a page without a screen has the focus.
    await bob.waitForSelector('.tick-delivered, .tick-read');

    await bob.reload();
    await message(bob, 'Hello from Firefox');
    expect(await bob.$$eval('.bubble-text', (all) => all.map((one) => one.textContent))).toEqual([
      'Hello from Firefox',
      'Hello back',
    ]);

    await press(ann, 'End chat');
    await press(ann, 'End chat', 'dialog ');
    await heading(ann, 'You ended the chat');
    await heading(bob, 'Ann ended the chat');
    for (const page of [ann, bob]) expect(new URL(page.url()).hash).toBe('');
    expect(problems).toEqual([]);
  } finally {
    await Promise.all([annsBrowser.close(), bobsBrowser.close()]);
  }
});

async function say(page: Page, words: string): Promise<void> {
  await type(page, 'Message', words);
  await page.keyboard.press('Enter');
}

async function message(page: Page, words: string): Promise<void> {
  await page.waitForSelector(`.message ::-p-text(${words})`);
}
