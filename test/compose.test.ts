/**
 * The compose file: accepted by the real tool where there is one, complete, and as closed as it
 * promises. What it starts cannot run here, so what counts is what the tool makes of it.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../server/config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const FILE = readFileSync(`${root}docker-compose.yml`, 'utf8');

function compose(args: readonly string[], env: Record<string, string> = {}) {
  const [command, ...first] = TOOL ?? [];
  return spawnSync(command ?? '', [...first, '--env-file', '.env.example', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
}

/** `docker compose`, or the older program of its own. */
const TOOL = [['docker', 'compose'], ['docker-compose']].find(
  ([command = '', ...args]) => spawnSync(command, [...args, 'version']).status === 0,
);

describe.skipIf(TOOL === undefined)('with the real tool', () => {
  it('is accepted, and closed where it promises to be', () => {
    const { status, stdout, stderr } = compose(['config'], {
      REDIS_PASSWORD: 'hunter2',
      IDLE_TTL: '10m',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);

    const [server = '', redis = ''] = ['server', 'redis'].map((name) => section(stdout, name));
    for (const service of [server, redis]) {
      expect(service).toMatch(/cap_drop:\s+- ALL/);
      expect(service).toMatch(/no-new-privileges:true/);
      expect(service).toMatch(/read_only: true/);
      expect(service).toMatch(/healthcheck:/);
    }
    expect(server).toMatch(/condition: service_healthy/);
    expect(server).toContain('REDIS_URL: redis://:hunter2@redis:6379');
    expect(server).toContain('IDLE_TTL: 10m');
    expect(redis).not.toMatch(/ports:/);
    const words = redis.replaceAll(/["'\s-]+/g, ' ');
    expect(words).toContain('appendonly yes appendfsync everysec');
    expect(words).toContain('maxmemory policy noeviction');
  });

  it('says what to do when the password is missing', () => {
    const { status, stderr } = compose(['config']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('set it in .env');
  });
});

it('passes every setting on to the server', () => {
  const otherRedis = ['REDIS_CLUSTER', 'REDIS_SENTINELS', 'REDIS_SENTINEL_NAME'];
  const elsewhere = ['HOST', 'MEMORY_LIMIT', ...otherRedis];
  const server = section(FILE, 'server');
  for (const { name } of Object.values(SETTINGS)) {
    if (!elsewhere.includes(name)) expect(server, name).toMatch(new RegExp(`^ {6}${name}:`, 'm'));
  }
});

/** The lines of one service: from its name to the next line that is indented no deeper. */
function section(text: string, service: string): string {
  return new RegExp(`^ {2}${service}:\\n((?: {3,}.*\\n|\\n)*)`, 'm').exec(text)?.[1] ?? '';
}
