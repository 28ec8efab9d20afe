/**
 * The headers of every route that the server has, by every method: the list is the app's own, so
 * that a new route is held to them by itself.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp } from '../../server/app.ts';
import { parseConfig } from '../../server/config.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { SECRET } from '../support/app.ts';
import { askRaw } from '../support/raw-http.ts';
import { startServer, type Server } from '../support/server-process.ts';
import { FILE, HTTPS, KEPT, type Headers } from './expected-headers.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PUBLIC_URL = 'https://chat.example/two';
const WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));
const SCRIPTS = readdirSync(`${WEB}/assets`).filter((name) => name.endsWith('.js'));
const [SCRIPT = ''] = SCRIPTS;
const START = SCRIPTS.find((name) => name.startsWith('Start-'));

describe('every route the server has, and by every method', async () => {
  const paths = await pathsOf({ PUBLIC_URL });
  let server: Server;

  beforeAll(async () => {
    server = await startServer({ PUBLIC_URL });
    return () => server.kill();
  });

  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];
  /** What an answer may say besides; anything else has to be put into a table first. */
  const FURTHER = new Set([...Object.keys(FILE), 'content-type', 'location', 'retry-after']);

  it('is known: pages, health, the API, sessions, sockets', () => {
    expect(paths.length).toBeGreaterThanOrEqual(12);
    for (const one of ['/', '/c', '/two', '/healthz', '/ws/:id', '/api/sessions/:id/enter']) {
      expect(paths).toContain(one);
    }
  });

  it.each(paths)('%s', async (path) => {
    const filled = path.replace(':id', 'AAAAAAAAAAA').replace('*', `assets/${SCRIPT}`);
    const bodies = [undefined, '', '{}', '{'];
    for (const method of METHODS) {
      for (const body of bodies) {
        const headers = body === undefined ? {} : { 'content-type': 'application/json' };
        const request = { method, path: filled, headers, ...(body !== undefined && { body }) };
        const answer = await askRaw(server.port, request);
        const isFound = answer.status === 200;
        const expected: Headers = {
          ...HTTPS,
          ...(path === '/*' && isFound && KEPT),
          ...(path === '/' && isFound && { link: `<./assets/${START}>; rel="modulepreload"` }),
        };
        const { date: _, 'content-length': _length, ...seen } = answer.headers;
        const further = Object.keys(seen).filter((name) => !(name in expected));
        expect(seen).toMatchObject(expected);
        expect(further.filter((name) => !FURTHER.has(name))).toEqual([]);
        expect(answer.status).toBeLessThan(500);
      }
    }
  });
});

/** As the app itself registers them. */
async function pathsOf(env: Record<string, string>): Promise<string[]> {
  const config = parseConfig({ COOKIE_SECRET: SECRET, LOG_LEVEL: 'silent', ...env });
  const store = createMemoryStore(config);
  const app = buildApp({ config, store, webRoot: WEB });
  const paths = new Set<string>();
  app.addHook('onRoute', ({ url }) => void paths.add(url));
  await app.ready();
  await app.close();
  await store.close();
  return [...paths].toSorted();
}
