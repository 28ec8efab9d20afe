/**
 * What the files of server/deploy name is there: settings with values they may have, the port of
 * the server, and what one part of a file says of another. Operating tells of every file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig, SETTINGS } from '../../server/config.ts';
import { shipped, wantedSettings } from '../support/shipped-files.ts';

const server = fileURLToPath(new URL('../../server/', import.meta.url));
const OPERATING = readFileSync(`${server}OPERATING.md`, 'utf8');
const FILES = readdirSync(`${server}deploy`);
const NAMES = new Set(Object.values(SETTINGS).map(({ name }) => name));

/** Of others: Node, systemd, and the kinds of sockets. */
const NO_SETTING = /^(NODE_ENV|NODE_OPTIONS|AF_.*)$/;
/** Of the compose file; test/compose.test.ts looks at them. */
const OF_COMPOSE = ['REDIS_MAXMEMORY', 'REDIS_MEMORY', 'SERVER_MEMORY', 'COMPOSE_PROFILES'];

describe.each(FILES)('%s', (file) => {
  it('names settings that there are, with values that are allowed', () => {
    const named = shipped(file).match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    const unknown = named.filter((name) => !NAMES.has(name) && !NO_SETTING.test(name));
    expect(unknown).toEqual([]);
    const wanted = Object.entries(wantedSettings(file)).filter(([name]) => NAMES.has(name));
    expect(() => parseConfig(Object.fromEntries(wanted))).not.toThrow();
  });

  it('is told of in Operating', () => {
    expect(OPERATING).toContain(`(deploy/${file})`);
  });
});

it('Operating names files and settings that there are', () => {
  const files = [...OPERATING.matchAll(/\(deploy\/([\w.-]+)\)/g)].map(([, file]) => file);
  expect(new Set(files)).toEqual(new Set(FILES));
  const named = OPERATING.match(/(?<=`)[A-Z]+(?:_[A-Z]+)+(?=[`=])/g) ?? [];
  const unknown = named.filter((name) => !NAMES.has(name) && !NO_SETTING.test(name));
  expect(unknown.filter((name) => !OF_COMPOSE.includes(name))).toEqual([]);
});

it('every proxy asks the port that the server listens to, and is one that it is told to trust', () => {
  const port = SETTINGS.port.default;
  const sites = FILES.filter((file) => /^(nginx|Caddyfile|traefik-)/.test(file));
  expect(sites.length).toBeGreaterThan(6);
  for (const file of sites) {
    const text = shipped(file).replaceAll('include /etc/nginx/snippets', '127.0.0.1:3000');
    expect(text, file).toContain(`127.0.0.1:${port}`);
    expect(wantedSettings(file), file).toMatchObject({ TRUST_PROXY: '127.0.0.1' });
  }
});

it('what Traefik is told of one part fits the other', () => {
  // as: what is not there fails below.
  const main = parse(shipped('traefik.yml')) as {
    entryPoints: Record<
      string,
      {
        address: string;
        http?: { redirections: { entryPoint: { to: string } } };
        transport?: { respondingTimeouts: { readTimeout: string } };
      }
    >;
    certificatesResolvers: Record<string, { acme: { httpChallenge: { entryPoint: string } } }>;
    accessLog?: object;
    providers: { file: { filename: string } };
  };
  const { http } = parse(shipped('traefik-duologue.yml')) as {
    http: {
      routers: Record<
        string,
        { rule: string; entryPoints: string[]; service: string; tls: { certResolver: string } }
      >;
      services: Record<string, { loadBalancer: { servers: { url: string }[] } }>;
    };
  };
  const doors = Object.keys(main.entryPoints);
  for (const { entryPoints, service, tls } of Object.values(http.routers)) {
    expect(doors).toEqual(expect.arrayContaining(entryPoints));
    expect(Object.keys(http.services)).toContain(service);
    expect(Object.keys(main.certificatesResolvers)).toContain(tls.certResolver);
  }
  const { web, websecure } = main.entryPoints;
  expect([web?.address, websecure?.address]).toEqual([':80', ':443']);
  expect(doors).toContain(web?.http?.redirections.entryPoint.to);
  for (const { acme } of Object.values(main.certificatesResolvers)) {
    expect(doors).toContain(acme.httpChallenge.entryPoint);
  }
  // The head of the other file says where it belongs.
  expect(shipped('traefik-duologue.yml')).toContain(`# ${main.providers.file.filename}`);
  expect(main.accessLog).toBeUndefined();
  // An upload may take 120 seconds, as server/app.ts has it.
  const { readTimeout = '' } = websecure?.transport?.respondingTimeouts ?? {};
  expect(Number(readTimeout.replace(/s$/, ''))).toBeGreaterThan(120);
});
