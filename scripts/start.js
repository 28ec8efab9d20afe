/**
 * `npm start`: everything a fresh clone needs, then the server in this same process, so that
 * signals reach it without anything in between. Containers skip this: they start
 * server/dist/main.js, with the same flags for Node.
 */
import { bootstrap } from './bootstrap.js';
import { build } from './build.js';
import { SetupError, runMain } from './run.js';
import { helpText, readOptions } from '../server/options.js';

await runMain(async () => {
  const asked = readOptions(process.argv.slice(2));
  if ('refusal' in asked) throw new SetupError(asked.refusal);
  if (asked.task === 'help') {
    process.stdout.write(helpText());
    return;
  }
  await bootstrap();
  await import(asked.task === 'check' ? await source() : await built());
});

// Answers, not constants, to import(): this file is checked before the server is built.

async function built() {
  await build();
  return '../server/dist/main.js';
}

/** For what needs no page, and so nothing that is built. */
async function source() {
  const { register } = await import('tsx/esm/api');
  register();
  return '../server/main.ts';
}
