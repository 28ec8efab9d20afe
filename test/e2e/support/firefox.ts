/** Firefox where it is installed, driven by puppeteer: what the tests in it have in common. */
import { launch, type Browser, type Page } from 'puppeteer-core';
import { findProgram } from '../../../scripts/programs.js';

/** Null where it is not installed. */
export const firefox = findProgram('firefox-esr') ?? findProgram('firefox');

// It takes long to start where there is little of the machine left.
export const FIREFOX_TIMEOUT_MS = 240_000;
const START_MS = 120_000;

export function openFirefox(preferences: Record<string, unknown> = {}): Promise<Browser> {
  return launch({
    browser: 'firefox',
    executablePath: firefox ?? '',
    headless: true,
    timeout: START_MS,
    extraPrefsFirefox: preferences,
  });
}

/** Filled as they come. */
export function problemsOf(pages: readonly Page[]): string[] {
  const problems: string[] = [];
  for (const page of pages) page.on('pageerror', (error) => problems.push(String(error)));
  return problems;
}

export async function type(page: Page, field: string, words: string): Promise<void> {
  const found = await page.waitForSelector(`::-p-aria([name="${field}"][role="textbox"])`);
  await found?.type(words);
}

export async function press(page: Page, name: string, within = '', role = 'button'): Promise<void> {
  const found = await page.waitForSelector(`${within}::-p-aria([name="${name}"][role="${role}"])`);
  await found?.click();
}

export async function heading(page: Page, words: string): Promise<void> {
  await page.waitForSelector(`h1 ::-p-text(${words})`);
}
