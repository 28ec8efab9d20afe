/**
 * `npm test`: installs and builds what is missing, then runs every check and test. The last line
 * is `N passed, N failed`, whatever happened; what was skipped is in neither number.
 * `--unit` and `--browser` run one part; arguments after them go to its test runner.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from './bootstrap.js';
import { build } from './build.js';
import { STATIC_STEPS, check } from './check.js';
import { requirePrograms } from './programs.js';
import { SetupError, run, tool } from './run.js';

/** @typedef {{passed: number, failed: number}} Counts */

const UNIT = /** @type {const} */ (['redis-server', 'nginx', 'curl', 'promtool']);
const BROWSER = /** @type {const} */ (['redis-server', 'nginx', 'chromium', 'zbarimg']);

const [part, ...runnerArgs] = process.argv.slice(2);
const total = { passed: 0, failed: 0 };
try {
  await testAll();
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  total.failed += 1;
}
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`${total.passed} passed, ${total.failed} failed`);

async function testAll() {
  if (part !== undefined && part !== '--unit' && part !== '--browser') {
    throw new SetupError(
      'usage: node scripts/test.js [--unit | --browser [arguments of the runner]]',
    );
  }
  await bootstrap();
  if (part === '--unit') await requirePrograms(UNIT, ['caddy']);
  else if (part === '--browser') await requirePrograms(BROWSER, ['firefox-esr']);
  else await requirePrograms([...new Set([...UNIT, ...BROWSER])], ['caddy', 'firefox-esr']);
  await build();

  if (part === undefined) add(await check(STATIC_STEPS));
  if (part !== '--browser') add(await unitTests(runnerArgs));
  if (part !== '--unit') add(await browserTests(runnerArgs));
}

/** @param {Counts} counts */
function add({ passed, failed }) {
  total.passed += passed;
  total.failed += failed;
}

/** @param {readonly string[]} args */
function unitTests(args) {
  return countedRun(
    (report) => [
      'vitest/vitest.mjs',
      ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    ],
    ({ numPassedTests, numFailedTests, testResults }) => ({
      passed: numPassedTests,
      failed: numFailedTests + testResults.filter(didNotLoad).length,
    }),
  );
}

/** @param {{status: string, assertionResults: unknown[]}} file */
function didNotLoad(file) {
  return file.status === 'failed' && file.assertionResults.length === 0;
}

/** @param {readonly string[]} args */
function browserTests(args) {
  return countedRun(
    () => [
      'playwright/cli.js',
      ...['test', '--config=test/e2e', '--pass-with-no-tests', '--reporter=list,json', ...args],
    ],
    ({ stats }) => ({ passed: stats.expected, failed: stats.unexpected + stats.flaky }),
  );
}

/**
 * Runs a test runner, its progress shown, and counts from the report it writes. A runner that
 * fails without a failed test (say, an error that nobody caught) counts as one.
 * @param {(report: string) => string[]} command
 * @param {(report: any) => Counts} count
 * @returns {Promise<Counts>}
 */
async function countedRun(command, count) {
  const folder = mkdtempSync(join(tmpdir(), 'duologue-test-'));
  const report = join(folder, 'report.json');
  try {
    const [script = '', ...args] = command(report);
    const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
    const { code } = await run(process.execPath, [tool(script), ...args], { env });
    const { passed, failed } = count(JSON.parse(readFileSync(report, 'utf8')));
    return { passed, failed: code === 0 ? failed : Math.max(failed, 1) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
