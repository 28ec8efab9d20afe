/**
 * `npm run test:versions [-- VERSION …]`: on each version of Node that package.json promises, its
 * lowest and its newest, the sources are built and what was built is started, asked, talked through
 * and stopped. Each is fetched through npm, as the package `node`. The last line counts; one that
 * cannot be fetched is neither passed nor failed, and the run as a whole has then not succeeded.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../scripts/run.js';
import { connect, createSealedSession, enter } from '../support/independent-client.ts';
import { startRedis } from '../support/redis.ts';
import { startServer } from '../support/server-process.ts';
import { copySources } from '../support/source-copy.ts';

const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  engines: { node: string }; // ours
};
const lowest = engines.node.match(/\d+\.\d+\.\d+/g) ?? [];
const newest = /(?<=>=)\d+/.test(engines.node) ? ['latest'] : [];
const promised = [
  ...lowest.flatMap((version) => [version, version.split('.')[0] ?? '']),
  ...newest,
];

const named = process.argv.slice(2);
const versions = named.length > 0 ? named : promised;
const count = { passed: 0, failed: 0, 'not fetched': 0 };
const redis = await startRedis();
for (const version of versions) {
  // oxlint-disable-next-line no-await-in-loop -- each has the machine for itself
  const { result, detail } = await tried(version);
  count[result] += 1;
  process.stdout.write(`Node ${version.padEnd(9)} ${result}: ${detail}\n`);
}
await redis.stop();
process.stdout.write(
  `${Object.entries(count)
    .map(([result, times]) => `${times} ${result}`)
    .join(', ')}\n`,
);
process.exitCode = count.passed === versions.length ? 0 : 1;

async function tried(version: string): Promise<{ result: keyof typeof count; detail: string }> {
  const fetched = await fetchNode(version);
  if ('trouble' in fetched) return { result: 'not fetched', detail: fetched.trouble };
  const began = performance.now();
  const copy = copySources();
  try {
    await mustRun(fetched.node, ['scripts/build.js'], copy);
    const main = join(copy, 'server/dist/main.js');
    await mustRun(fetched.node, [main, '--check'], copy);
    for (const env of [{}, { REDIS_URL: redis.url }]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, on the same terms
      await talk(fetched.node, main, env);
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    return { result: 'passed', detail: `${fetched.version}, ${seconds} s` };
  } catch (error) {
    return { result: 'failed', detail: `${fetched.version}, ${String(error)}` };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** npm keeps it, so that the next time it need not come over the network. */
async function fetchNode(
  version: string,
): Promise<{ node: string; version: string } | { trouble: string }> {
  const print = 'JSON.stringify({ node: process.execPath, version: process.version })';
  const { code, output } = await run(
    'npm',
    [
      ...['exec', '--yes', '--loglevel=error', '--fetch-retries=0', `--package=node@${version}`],
      ...['--', 'node', '-p', print],
    ],
    { quiet: true },
  );
  const line = output.split('\n').find((text) => text.startsWith('{'));
  if (code !== 0 || line === undefined) {
    const [what = `npm ended with ${code}`, why = ''] = output.trim().split('\n');
    return { trouble: `${what} ${why}`.replaceAll('npm error ', '') };
  }
  return JSON.parse(line) as { node: string; version: string }; // as: printed above
}

async function mustRun(node: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, output } = await run(node, args, { quiet: true, cwd });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${output}`);
}

/** A whole life: created, entered by both, talked, resumed, ended; then the server is stopped. */
async function talk(node: string, main: string, env: Record<string, string>): Promise<void> {
  const server = await startServer({ ...env, LOG_LEVEL: 'warn' }, [], main, node);
  try {
    const page = await fetch(server.base);
    expectSame('the page', [page.status, (await page.text()).includes('<script')], [200, true]);
    const { a, b } = await createSealedSession(server.base, ['Ann', 'Bob']);
    const ann = await connect(await enter(server.base, a.link, a.code));
    const bob = await connect(await enter(server.base, b.link, b.code));
    await ann.send('Hello');
    const heard = await bob.next();
    expectSame('what Bob reads', heard.content?.['text'], 'Hello');
    await bob.close();
    await ann.send('Are you there?');
    const again = await connect(bob.device.member, bob.device);
    expectSame(
      'what Bob reads when he is back',
      (await again.next()).content?.['text'],
      'Are you there?',
    );
    await again.send('Yes');
    expectSame('what Ann reads', (await ann.next()).content?.['text'], 'Yes');
    await again.end();
    expectSame('how it closes for Ann', (await ann.closed).code, 4503);
    expectSame('how the server ends', await server.stop(), 0);
    expectSame(
      'what it warned of',
      server.output.filter((line) => /warning/i.test(line)),
      [],
    );
  } finally {
    await server.kill();
  }
}

function expectSame(what: string, found: unknown, wanted: unknown): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (is !== should) throw new Error(`${what} is ${is}, not ${should}`);
}
