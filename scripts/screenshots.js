/**
 * `npm run screenshots`: pictures of every screen and state, into screenshots/, which is made
 * anew. They are for looking at: nothing compares them.
 */
import { rmSync } from 'node:fs';
import { bootstrap } from './bootstrap.js';
import { build } from './build.js';
import { requirePrograms } from './programs.js';
import { ROOT, mustRun, runMain } from './run.js';

await runMain(async () => {
  await bootstrap();
  await requirePrograms(['chromium']);
  await build();
  rmSync(`${ROOT}screenshots`, { recursive: true, force: true });
  const config = '--config=test/e2e/screenshots.config.ts';
  await mustRun('Taking pictures', 'playwright/cli.js', ['test', config, '--reporter=list']);
});
