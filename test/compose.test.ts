/**
 * The compose file: accepted by the real tool where there is one, complete, and as closed as it
 * promises. What it starts cannot run here, so what counts is what the tool makes of it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../server/config.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const FILE = readFileSync(`${root}docker-compose.yml`, 'utf8');
const EXAMPLE = readFileSync(`${root}.env.example`, 'utf8');

/** What we look at of a service. */
interface Service {
  user?: string;
  profiles?: string[];
  environment: Record<string, string | null>;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  ports?: unknown[];
  volumes?: unknown[];
  read_only: boolean;
  tmpfs: string[];
  cap_drop: string[];
  cap_add?: string[];
  security_opt: string[];
  pids_limit: number;
  mem_limit: string | number;
  logging: { options: Record<string, string> };
  healthcheck: { test: string[] };
}

function servicesIn(text: string): Record<string, Service> {
  // as: fields that are not there fail where they are looked at.
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

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

function expectConfined(service: Service): void {
  expect(service).toMatchObject({
    read_only: true,
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    pids_limit: 100,
    logging: { options: { 'max-size': '10m', 'max-file': '3' } },
  });
  expect(service.mem_limit).toBeTruthy();
  expect(service.healthcheck.test.length).toBeGreaterThan(1);
}

describe.skipIf(TOOL === undefined)('with the real tool', () => {
  const SECRET = { REDIS_PASSWORD: 'hunter2', IDLE_TTL: '10m' };

  function accepted(args: readonly string[], env: Record<string, string>) {
    const { status, stdout, stderr } = compose([...args, 'config'], env);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return servicesIn(stdout);
  }

  it('is accepted, and closed where it promises to be', () => {
    const services = accepted([], SECRET);
    const { server, redis } = services;
    for (const service of [server!, redis!]) expectConfined(service);
    expect(server!.depends_on).toMatchObject({ redis: { condition: 'service_healthy' } });
    expect(server!.environment).toMatchObject({
      REDIS_URL: 'redis://:hunter2@redis:6379',
      IDLE_TTL: '10m',
    });
    expect(server!.ports).toHaveLength(1);
    expect(redis!.ports).toBeUndefined();
    const words = redis!.command?.join(' ') ?? '';
    expect(words).toContain('--appendonly yes --appendfsync everysec');
    expect(words).toContain('--maxmemory-policy noeviction');
  });

  it('brings Caddy along in the profile tls', () => {
    const told = { ...SECRET, DOMAIN: 'chat.example.org', PUBLIC_URL: 'https://chat.example.org' };
    const { caddy, server } = accepted(['--profile', 'tls'], told);
    expectConfined(caddy!);
    expect(caddy!.environment).toMatchObject({ DOMAIN: 'chat.example.org' });
    expect(server!.environment).toMatchObject({ PUBLIC_URL: 'https://chat.example.org' });
  });

  it('says what to do when the password is missing', () => {
    const { status, stderr } = compose(['config']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('set it in .env');
  });
});

describe('as it is written', () => {
  const services = servicesIn(FILE);

  it('every service is confined, and none is root but Caddy, who has one right of it', () => {
    for (const service of Object.values(services)) expectConfined(service);
    const { server, redis, caddy } = services;
    expect([server!.user, redis!.user, caddy!.user]).toEqual(['node', 'redis', undefined]);
    const added = Object.entries(services).flatMap(([name, { cap_add: rights = [] }]) =>
      rights.map((right) => [name, right]),
    );
    expect(added).toEqual([['caddy', 'NET_BIND_SERVICE']]);
  });

  it('is server and Redis alone, but for the profile tls', () => {
    const always = Object.keys(services).filter((name) => !services[name]?.profiles);
    expect(always).toEqual(['server', 'redis']);
    expect(services['caddy']?.profiles).toEqual(['tls']);
  });

  it('gives Caddy the file that is tested, and where the server is', () => {
    const [mounted = ''] = services['caddy']?.volumes ?? [];
    const [from = '', to] = String(mounted).split(':');
    expect(existsSync(root + from)).toBe(true);
    expect(services['caddy']?.command?.join(' ')).toContain(`--config ${to}`);
    const named = readFileSync(root + from, 'utf8').matchAll(/\{\$([A-Z_]+)/g);
    const told = Object.keys(services['caddy']?.environment ?? {});
    expect(new Set([...named].map(([, name]) => name))).toEqual(new Set(told));
    const { PORT } = services['server']?.environment ?? {};
    expect(services['caddy']?.environment['UPSTREAM']).toBe(`server:${PORT}`);
  });

  it('Caddy without a name says what is missing, and does not start', () => {
    const [shell = '', ...args] = services['caddy']?.command ?? [];
    // Compose makes one of two dollars.
    const script = args.map((arg) => arg.replaceAll('$$', '$'));
    const { status, stderr } = spawnSync(shell, script, { encoding: 'utf8', env: { DOMAIN: '' } });
    expect([status, stderr]).toEqual([1, 'DOMAIN is not set: see .env.example\n']);
  });

  it('passes every setting on to the server, and none that there is not', () => {
    const otherRedis = ['REDIS_CLUSTER', 'REDIS_SENTINELS', 'REDIS_SENTINEL_NAME'];
    const elsewhere = ['HOST', 'MEMORY_LIMIT', ...otherRedis];
    const all = Object.values(SETTINGS).map(({ name }) => name);
    const passed = Object.keys(services['server']?.environment ?? {});
    const wanted = [...all, 'NODE_OPTIONS'];
    expect(new Set(passed)).toEqual(new Set(wanted.filter((name) => !elsewhere.includes(name))));
  });

  it('takes nothing from .env that .env.example does not name', () => {
    const taken = [...FILE.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name = '']) => name);
    expect(taken.length).toBeGreaterThan(5);
    for (const name of [...taken, 'DOMAIN', 'COMPOSE_PROFILES']) {
      expect(EXAMPLE, name).toMatch(new RegExp(`^#?${name}=`, 'm'));
    }
    // What is shown there is what holds when nothing is set.
    for (const [, name = '', preset = ''] of FILE.matchAll(/\$\{([A-Z_]+):-([^}]+)\}/g)) {
      expect(EXAMPLE, name).toMatch(new RegExp(`^#${name}=${preset}$`, 'm'));
    }
  });
});
