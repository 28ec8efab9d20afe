/** What axe finds on a page as it is, in light and in dark. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

export async function barriersOf(page: Page): Promise<string[]> {
  const light = await look('light', new AxeBuilder({ page }));
  // In the dark only colours are other ones.
  await page.emulateMedia({ colorScheme: 'dark' });
  const colours = ['color-contrast', 'link-in-text-block'];
  const dark = await look('dark', new AxeBuilder({ page }).withRules(colours));
  await page.emulateMedia({ colorScheme: 'light' });
  return [...light, ...dark];
}

async function look(scheme: string, axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  return violations.map(
    ({ id, nodes }) => `${scheme}: ${id} ${nodes.map(({ html }) => html).join(' ')}`,
  );
}
