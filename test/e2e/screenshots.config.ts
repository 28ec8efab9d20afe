// Not a test: pictures of every screen, made by the tours of the browser tests. `npm run
// screenshots` puts them into screenshots/.
import { defineConfig } from '@playwright/test';
import tests from './playwright.config.ts';

export default defineConfig({
  ...tests,
  testMatch: 'screenshots.tour.ts',
  timeout: 300_000,
  projects: [{ name: 'pictures' }],
});
