/** What a start can be asked instead of serving: as processes, with real Redis servers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SETTINGS } from '../../server/config.ts';
import { killWithParent } from '../support/kill-with-parent.ts';
import { adminOf } from '../support/redis-admin.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startRedis } from '../support/redis.ts';
import { startSentinels } from '../support/redis-sentinels.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILT = 'server/dist/main.js';
const NPM_START = 'scripts/start.js';

/** Runs it to its end. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  killWithParent(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null]; // as: what 'close' tells first
  return { code, stdout, stderr };
}

/** A check's text with its lines joined again. */
async function check(env: Record<string, string>) {
  const { code, stdout, stderr } = await run([BUILT, '--check'], env);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  return { code, stderr, text: stdout.replaceAll(/\n {4,}/g, ' ') };
}

async function redisWith(...args: string[]) {
  const redis = await startRedis(args);
  onTestFinished(() => redis.stop());
  return redis;
}

describe('--help', () => {
  it.each([BUILT, NPM_START])('of %s names every setting in 80 columns', async (main) => {
    const { code, stdout } = await run([main, '--help']);
    expect(code).toBe(0);
    for (const { name } of Object.values(SETTINGS)) expect(stdout).toMatch(`\n${name}\n`);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([BUILT, NPM_START])(
    'is named by %s to whoever asks for what there is not',
    async (main) => {
      const { code, stderr } = await run([main, '--check', '--prot=4000']);
      expect(code).toBe(1);
      expect(stderr).toBe(
        'There is no option "--prot=4000", only --check and --help; settings are environment variables, like PORT=4000.\n',
      );
    },
  );
});

describe('--check', () => {
  it.each([BUILT, NPM_START])('of %s says every setting that is wrong', async (main) => {
    const { code, stdout, stderr } = await run([main, '--check'], { PORT: 'x', IDLE_TTL: 'y' });
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^2 settings are wrong:\n {2}PORT is "x".*\n {2}IDLE_TTL is "y".*\n$/);
  });

  it('says where values come from, shows no secret, and opens no port', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    const address = holder.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const secret = 'hunter2-hunter2-hunter2-hunter2-hunter2';
    const env = { HOST: '127.0.0.1', PORT: String(address.port), COOKIE_SECRET: secret };
    const { code, text } = await check({ ...env, IDLE_TTL: ' ' });
    // A start would say that the port is in use.
    expect(code).toBe(0);
    expect(text).not.toContain('hunter2');
    const [own = '', preset = ''] = text.split('By default:');
    expect(own).toMatch(/^From the environment:\n {2}HOST +127\.0\.0\.1\n {2}PORT +\d+\n/);
    expect(own).toMatch(/\n {2}COOKIE_SECRET +set\n/);
    expect(preset).toMatch(/\n {2}IDLE_TTL +30m\n/);
    expect(preset).toMatch(/\n {2}PUBLIC_URL +not set\n/);
    expect(text).toContain('gone on restart');
  });

  it('has nothing to say against a Redis that is set up well', async () => {
    const redis = await redisWith(
      ...['--requirepass', 'hunter2', '--appendonly', 'yes', '--maxmemory', '64mb'],
    );
    const { code, text } = await check({
      REDIS_URL: redis.url.replace('redis://', 'redis://:hunter2@'),
      COOKIE_SECRET: 'x'.repeat(32),
    });
    expect(code).toBe(0);
    expect(text).toMatch(new RegExp(`\n {2}- Redis at 127.0.0.1:${redis.port}, version \\d`));
    expect(text).toMatch(/\nNothing unsafe or surprising was found\.\n$/);
    expect(text).not.toContain('hunter2');
    expect(text).toMatch(/\n {2}REDIS_URL +set\n/);
  });

  it('says what Redis is not told, asked of Redis itself', async () => {
    const redis = await redisWith('--maxmemory', '0', '--maxmemory-policy', 'allkeys-lru');
    const { code, text } = await check({ REDIS_URL: redis.url });
    expect(code).toBe(0);
    expect(text).toContain('has no append-only file');
    expect(text).toContain('has maxmemory-policy allkeys-lru');
    expect(text).toContain('has no maxmemory');
    expect(text).toContain('COOKIE_SECRET is not set');
    // It asked, and left no connection behind.
    const admin = adminOf(redis.url);
    onTestFinished(() => admin.disconnect());
    await expect.poll(() => admin.client('LIST')).not.toMatch(/\n.*\n/);
  });

  it('with a wrong password or none says what a start says', async () => {
    const redis = await redisWith('--requirepass', 'right');
    const [wrong, none] = await Promise.all([
      check({ REDIS_URL: redis.url.replace('redis://', 'redis://:hunter2@') }),
      check({ REDIS_URL: redis.url }),
    ]);
    expect([wrong.code, none.code]).toEqual([1, 1]);
    expect(wrong.text).toContain('Redis refuses the user name or password in REDIS_URL.');
    expect(wrong.text).not.toContain('hunter2');
    expect(none.text).toContain('Redis wants a password, and there is none in REDIS_URL.');
    expect(none.stderr).toBe('');
  });

  it('does not wait for a Redis that is gone, nor for long for one that hangs', async () => {
    const [gone, hanging] = await Promise.all([redisWith(), redisWith()]);
    await gone.kill();
    hanging.freeze();
    const answers = await Promise.all([gone, hanging].map(({ url }) => check({ REDIS_URL: url })));
    for (const { code, text } of answers) {
      expect(code).toBe(1);
      expect(text).toContain('A start would fail now:\n  - Redis does not answer.');
    }
    expect(answers[0]?.text).toContain('ECONNREFUSED');
  });

  it('asks the master that sentinels name', { timeout: 60_000 }, async () => {
    const sentinels = await startSentinels();
    onTestFinished(() => sentinels.stop());
    const { addresses: REDIS_SENTINELS, name: REDIS_SENTINEL_NAME } = sentinels;
    const { code, text } = await check({ REDIS_SENTINELS, REDIS_SENTINEL_NAME });
    expect(code).toBe(0);
    expect(text).toContain('The master chats has no append-only file');
    const unknown = await check({ REDIS_SENTINELS, REDIS_SENTINEL_NAME: 'other' });
    expect(unknown.code).toBe(1);
    expect(unknown.text).toContain('No sentinel leads to a Redis that answers.');
  });

  it('asks every master of a cluster', { timeout: 60_000 }, async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.stop());
    await cluster.admins[1]?.config('SET', 'appendonly', 'yes');
    // Any one that answers knows them all.
    await cluster.kill(5);
    const ports = [5, 0].map((node) => cluster.nodes[node]?.port);
    const { code, text } = await check({
      REDIS_CLUSTER: ports.map((port) => `127.0.0.1:${port}`).join(),
    });
    expect(code).toBe(0);
    const without = [...text.matchAll(/:(\d+) has no append-only file/g)].map(([, port]) => port);
    const masters = [0, 2].map((node) => String(cluster.nodes[node]?.port));
    expect(without).toHaveLength(masters.length);
    expect(without).toEqual(expect.arrayContaining(masters));
  });
});
