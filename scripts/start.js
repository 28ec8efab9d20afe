/**
 * `npm start`: everything a fresh clone needs, then the server in this same process, so that
 * signals reach it without anything in between. Containers skip this: node server/dist/main.js
 */
import { bootstrap } from './bootstrap.js';
import { build } from './build.js';
import { runMain } from './run.js';

await runMain(async () => {
  await bootstrap();
  await build();
  /** @type {string} A variable: this file is checked before the server is built. */
  const main = '../server/dist/main.js';
  await import(main);
});
