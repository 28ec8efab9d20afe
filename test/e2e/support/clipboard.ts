/** What is in the clipboard, read as a person would: by pasting it somewhere. */
import type { BrowserContext } from '@playwright/test';

export async function pasted(context: BrowserContext): Promise<string> {
  const page = await context.newPage();
  await page.setContent('<textarea aria-label="Paste here"></textarea>');
  const field = page.getByLabel('Paste here');
  await field.press('Control+V');
  const text = await field.inputValue();
  await page.close();
  return text;
}
