/** Whether somebody looks. */
import { expect } from '@playwright/test';
import type { Person } from './person.ts';

/** Playwright keeps every page focused; this page is now as its window is: in front or not. */
export async function attention(person: Person) {
  const { context, page } = person;
  const session = await context.newCDPSession(page);
  const lookAway = async () => {
    await session.send('Emulation.setFocusEmulationEnabled', { enabled: false });
    const other = await context.newPage();
    await other.bringToFront();
    await expect.poll(() => page.evaluate(() => document.hasFocus())).toBe(false);
  };
  return { lookAway, lookAgain: () => page.bringToFront() };
}
