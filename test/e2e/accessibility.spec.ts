// That everybody can use it: no barrier that axe finds, on small screens and with large text, with
// fingers, and by keyboard alone.
import type { BrowserContextOptions, Page } from '@playwright/test';
import { barriersOf } from './support/barriers.ts';
import { expect, test } from './support/fixtures.ts';
import { sidewaysOf, targetsOf } from './support/measures.ts';
import { tourBanners, tourChat, tourTampering } from './support/tour-chat.ts';
import { tourCreating, tourJoining, tourLinks, type Walk } from './support/tour.ts';

const TOURS = {
  creating: tourCreating,
  joining: tourJoining,
  links: tourLinks,
  chat: tourChat,
  banners: tourBanners,
  tampering: tourTampering,
};

// Most of the time goes into axe, and each tour has many stops.
test.describe.configure({ timeout: 120_000 });

for (const [name, tour] of Object.entries(TOURS)) {
  test(`26 axe finds no barrier, light or dark: ${name}`, async ({ newPerson, serve }) => {
    const found: string[] = [];
    const visit = async (stop: string, page: Page) => {
      for (const what of await barriersOf(page)) found.push(`${stop}, ${what}`);
    };
    await tour(still({ newPerson, serve }, visit));
    expect(found).toEqual([]);
  });
}

const WINDOWS = {
  'a small phone': { width: 320, height: 568 },
  'a small phone with the keyboard up': { width: 320, height: 280 },
  'a phone with text of twice the size': { width: 390, height: 844 },
};

for (const [name, tour] of Object.entries(TOURS)) {
  test(`27 nothing sticks out and one can always send: ${name}`, async ({ newPerson, serve }) => {
    const found: string[] = [];
    const visit = async (stop: string, page: Page) => {
      const before = page.viewportSize();
      for (const [where, size] of Object.entries(WINDOWS)) {
        await page.setViewportSize(size);
        await setTextSize(page, where.includes('twice') ? '200%' : '');
        for (const what of await sidewaysOf(page)) found.push(`${stop}, ${where}: ${what}`);
        for (const label of ['Message', 'Send', 'End chat']) {
          const control = page
            .getByRole('main')
            .or(page.locator('header'))
            .getByLabel(label, { exact: true });
          if (!(await control.isVisible())) continue;
          const box = await control.boundingBox();
          if (box && box.y >= 0 && box.y + box.height <= size.height) continue;
          found.push(`${stop}, ${where}: ${label} is out of sight ${JSON.stringify(box)}`);
        }
      }
      await setTextSize(page, '');
      if (before) await page.setViewportSize(before);
    };
    await tour(still({ newPerson, serve }, visit));
    expect(found).toEqual([]);
  });

  test(`28 everything can be hit with a finger: ${name}`, async ({ newPerson, serve }) => {
    const found: string[] = [];
    const visit = async (stop: string, page: Page) => {
      for (const { what, width, height, isMain } of await targetsOf(page)) {
        const least = isMain ? 44 : 24;
        if (width >= least && height >= least) continue;
        found.push(`${stop}: ${what} is ${Math.round(width)} × ${Math.round(height)}`);
      }
    };
    const options = { viewport: { width: 390, height: 844 } };
    await tour(still({ newPerson, serve }, visit, options));
    expect(found).toEqual([]);
  });
}

type Roles = Pick<Walk, 'newPerson' | 'serve'>;

/** Without motion, so that nothing is looked at while it fades. */
function still(
  { newPerson, serve }: Roles,
  visit: (stop: string, page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Walk {
  return {
    serve,
    visit,
    newPerson: (base) => newPerson(base, { reducedMotion: 'reduce', ...options }),
  };
}

/** As the setting of a browser does it: everything measured in rem and % grows along. */
async function setTextSize(page: Page, size: string): Promise<void> {
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, size);
}
