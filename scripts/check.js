/**
 * `npm run check`: everything about the source that can be checked without running it, in
 * parallel. Shows the output of what failed, nothing else.
 */
import { bootstrap } from './bootstrap.js';
import { isMain, run, runMain, tool } from './run.js';

/** @typedef {{name: string, script: string, args: string[]}} Step */

/** @type {Step[]} */
export const STATIC_STEPS = [
  { name: 'types', script: 'typescript/bin/tsc', args: ['-b'] },
  { name: 'lint', script: 'oxlint/bin/oxlint', args: [] },
  { name: 'format (npx oxfmt repairs it)', script: 'oxfmt/bin/oxfmt', args: ['--check'] },
];

/** @type {Step} */
const ARCHITECTURE = {
  name: 'architecture',
  script: 'vitest/vitest.mjs',
  args: ['run', '--project=node', 'test/architecture.test.ts'],
};

/** Runs the steps at once, tells how each ended, returns the counts.
 * @param {readonly Step[]} steps */
export async function check(steps) {
  const results = await Promise.all(
    steps.map(async ({ name, script, args }) => {
      const { code, output } = await run(process.execPath, [tool(script), ...args], {
        quiet: true,
      });
      console.log(code === 0 ? `✓ ${name}` : `✗ ${name}\n\n${output}`);
      return code === 0;
    }),
  );
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

if (isMain(import.meta.url)) {
  await runMain(async () => {
    await bootstrap();
    const { failed } = await check([...STATIC_STEPS, ARCHITECTURE]);
    if (failed > 0) process.exitCode = 1;
  });
}
