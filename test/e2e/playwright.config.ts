// The browser tests: one Chromium each for two at a time, no second try. Debian's Chromium
// where there is one (its flags let it run as root in a container), else Playwright's own.
import { defineConfig } from '@playwright/test';
import { findProgram } from '../../scripts/programs.js';
import type { WorkerFixtures } from './support/fixtures.ts';

const chromium = findProgram('chromium');

// On two nodes over Redis. What people do with a chat is shown there only: one node can do less wrong,
// and its store passes the same suite. The way through all of it is shown on both.
const ON_TWO_NODES = ['actions', 'files', 'renewing'];
const on = (names: string[]) => names.map((name) => `**/${name}.spec.ts`);

export default defineConfig<object, Pick<WorkerFixtures, 'store'>>({
  testDir: '.',
  outputDir: '../../test-results',
  // Each test has its own servers and its own people; half of the time is spent waiting.
  workers: 2,
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 60_000,
  // For a slow machine; what has to be quick says so itself.
  expect: { timeout: 10_000 },
  projects: [
    { name: 'embedded', use: { store: 'embedded' }, testIgnore: on(ON_TWO_NODES) },
    { name: 'redis', use: { store: 'redis' }, testMatch: on(['main-path', ...ON_TWO_NODES]) },
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
        // A microphone that beeps once a second. Whether a page may use it is asked all the same.
        '--use-fake-device-for-media-stream',
      ],
    },
  },
});
