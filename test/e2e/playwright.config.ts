// The browser tests: one Chromium, one test after the other, no second try. Debian's Chromium
// where there is one (its flags let it run as root in a container), else Playwright's own.
import { defineConfig } from '@playwright/test';
import { findProgram } from '../../scripts/programs.js';
import type { WorkerFixtures } from './support/fixtures.ts';

const chromium = findProgram('chromium');

export default defineConfig<object, Pick<WorkerFixtures, 'store'>>({
  testDir: '.',
  outputDir: '../../test-results',
  workers: 1,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 60_000,
  // For a slow machine; what has to be quick says so itself.
  expect: { timeout: 10_000 },
  projects: [
    { name: 'embedded', use: { store: 'embedded' } },
    { name: 'redis', use: { store: 'redis' }, testMatch: 'main-path.spec.ts' },
  ],
  use: {
    trace: 'off',
    screenshot: 'off',
    video: 'off',
    launchOptions: {
      ...(chromium === null ? {} : { executablePath: chromium }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Names that are not localhost and yet lead here: pages over plain http.
        '--host-resolver-rules=MAP *.test 127.0.0.1',
      ],
    },
  },
});
