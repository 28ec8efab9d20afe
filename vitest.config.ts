/**
 * Three kinds of tests: `node` for all that runs without a page, `dom` for the interface's components,
 * `faults` for what is done to the product as a whole.
 * Browser tests are not here: see test/e2e.
 */
import { defineConfig } from 'vitest/config';

const FAULTS = ['test/faults/{column,model}.test.ts', 'test/attacks/column.test.ts'];

const shared = {
  restoreMocks: true,
  env: { NODE_ENV: 'test' },
  setupFiles: 'test/support/patience.ts',
  expect: { poll: { timeout: 10_000 } },
};

export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    // Redis and sockets are real here; two cores and a cold start need more than the usual 5 s.
    testTimeout: 15_000,
    hookTimeout: 30_000,
    // Also on two cores: most files wait for processes and clocks more than they reckon.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'node',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/web/ui/**', 'test/e2e/**', ...FAULTS],
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'faults',
          environment: 'node',
          include: FAULTS,
          // Whole worlds of processes: one at a time, and nothing beside them.
          fileParallelism: false,
          // The faults that wait do so together, all of them.
          maxConcurrency: 10,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'dom',
          environment: 'happy-dom',
          include: ['test/web/ui/**/*.test.{ts,tsx}'],
        },
      },
    ],
  },
});
