// That everybody can use it: no barrier that axe finds, on small screens and with large text, with
// fingers, and by keyboard alone.
import type { Page } from '@playwright/test';
import { barriersOf } from './support/barriers.ts';
import { expect, test } from './support/fixtures.ts';
import { sidewaysOf, targetsOf } from './support/measures.ts';
import { tourActions } from './support/tour-actions.ts';
import { tourBanners, tourChat, tourTampering } from './support/tour-chat.ts';
import { tourFiles } from './support/tour-files.ts';
import { tourCreating, tourJoining, tourLinks } from './support/tour.ts';

const TOURS = {
  creating: tourCreating,
  joining: tourJoining,
  links: tourLinks,
  chat: tourChat,
  banners: tourBanners,
  tampering: tourTampering,
  files: tourFiles,
  actions: tourActions,
};

// Most of the time goes into axe, and each tour has many stops.
test.describe.configure({ timeout: 300_000 });

for (const [name, tour] of Object.entries(TOURS)) {
  test(`26 27 28 no barrier, nothing sticks out, a finger hits all: ${name}`, async ({
    newPerson,
    serve,
  }) => {
    const found: string[] = [];
    await tour({
      serve,
      // Without motion, so that nothing is looked at while it fades.
      newPerson: (base) => newPerson(base, { reducedMotion: 'reduce' }),
      async visit(stop, page) {
        const before = page.viewportSize();
        const problems = [
          ...(await barriersOf(page)),
          ...(await crampedIn(page)),
          ...(await missedByFingers(page)),
        ];
        found.push(...problems.map((what) => `${stop}, ${what}`));
        if (before) await page.setViewportSize(before);
      },
    });
    expect(found).toEqual([]);
  });
}

const WINDOWS = {
  'a small phone': { width: 320, height: 568 },
  'a small phone with the keyboard up': { width: 320, height: 280 },
  'a phone with text of twice the size': { width: 390, height: 844 },
};

/** What sticks out or is out of sight in small windows and with large text. */
async function crampedIn(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [where, size] of Object.entries(WINDOWS)) {
    await page.setViewportSize(size);
    await setTextSize(page, where.includes('twice') ? '200%' : '');
    for (const what of await sidewaysOf(page)) found.push(`${where}: ${what}`);
    for (const label of ['Message', 'Send', 'End chat']) {
      const control = page
        .getByRole('main')
        .or(page.locator('header'))
        .getByLabel(label, { exact: true });
      if (!(await control.isVisible())) continue;
      const box = await control.boundingBox();
      if (box && box.y >= 0 && box.y + box.height <= size.height) continue;
      found.push(`${where}: ${label} is out of sight ${JSON.stringify(box)}`);
    }
  }
  await setTextSize(page, '');
  return found;
}

async function missedByFingers(page: Page): Promise<string[]> {
  await page.setViewportSize({ width: 390, height: 844 });
  const targets = await targetsOf(page);
  return targets
    .filter(({ width, height, isMain }) => Math.min(width, height) < (isMain ? 44 : 24))
    .map(({ what, width, height }) => `${what} is ${Math.round(width)} × ${Math.round(height)}`);
}

/**
 * As the setting of a browser does it: everything measured in rem and % grows along. A frame
 * later everything has found its place.
 */
async function setTextSize(page: Page, size: string): Promise<void> {
  await page.evaluate(async (size) => {
    document.documentElement.style.fontSize = size;
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }, size);
}
