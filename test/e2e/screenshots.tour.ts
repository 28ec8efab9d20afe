// Every screen in every state that looks different, on a phone and on a desk, light and dark.
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { test } from './support/fixtures.ts';
import { tourActions } from './support/tour-actions.ts';
import { tourBanners, tourChat, tourTampering } from './support/tour-chat.ts';
import { tourFiles } from './support/tour-files.ts';
import { tourCreating, tourJoining, tourLinks } from './support/tour.ts';

const FOLDER = fileURLToPath(new URL('../../screenshots/', import.meta.url));

const DEVICES = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 800 } },
};
const TOURS = [
  tourCreating,
  tourJoining,
  tourLinks,
  tourChat,
  tourBanners,
  tourTampering,
  tourFiles,
  tourActions,
];

for (const [device, options] of Object.entries(DEVICES)) {
  for (const tour of TOURS) {
    test(`${device}: ${tour.name}`, async ({ newPerson, serve }) => {
      const visit = async (name: string, page: Page) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          const path = `${FOLDER}${name}-${device}-${colorScheme}.png`;
          // A chat fills the window; all else may be longer.
          await page.screenshot({ path, fullPage: true, animations: 'disabled' });
        }
        await page.emulateMedia({ colorScheme: 'light' });
      };
      await tour({
        serve,
        visit,
        newPerson: (base) => newPerson(base, { reducedMotion: 'reduce', ...options }),
      });
    });
  }
}
