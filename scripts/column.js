/**
 * `node scripts/column.js FILE …`: installs and builds what is missing, then a long column of what
 * can go wrong, or be tried, over real processes.
 */
import { bootstrap } from './bootstrap.js';
import { build } from './build.js';
import { requirePrograms } from './programs.js';
import { run, runMain, tool } from './run.js';

await runMain(async () => {
  await bootstrap();
  await requirePrograms(['redis-server']);
  await build();
  const script = ['--import', `file://${tool('tsx/dist/loader.mjs')}`];
  const { code } = await run(process.execPath, [...script, ...process.argv.slice(2)]);
  process.exitCode = code;
});
