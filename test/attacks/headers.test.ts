/**
 * The headers of every kind of answer, exactly: what is served and every way in which it is refused,
 * over real sockets. Long because it is one table.
 */
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseConfig } from '../../server/config.ts';
import { AppError } from '../../server/protocol/errors.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { invitationsOf, startApp, wrongCode, type Invitation } from '../support/app.ts';
import {
  askRaw,
  parseAnswer,
  sendBytes,
  UPGRADE,
  type RawAnswer,
  type RawRequest,
} from '../support/raw-http.ts';
import { startServer, type Server } from '../support/server-process.ts';
import {
  always,
  expectExactly,
  FILE,
  HTTP,
  HTTPS,
  KEPT,
  START,
  type Headers,
} from './expected-headers.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const HOST = 'chat.example';
const PUBLIC_URL = 'https://chat.example/two';
const WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));
const [SCRIPT = ''] = readdirSync(`${WEB}/assets`).filter((name) => name.endsWith('.js'));

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' };
const SCRIPT_TYPE = { 'content-type': 'application/javascript; charset=utf-8' };
const SID = 'AAAAAAAAAAA';
const OWN = { origin: 'http://chat.example' };
const NAMES = JSON.stringify({ names: ['Ann', 'Bob'] });

interface Row {
  what: string;
  request: RawRequest | string;
  status: number;
  /** Besides, or instead of, what is always said. */
  headers?: Headers;
}

let server: Server;
let a: Invitation;
let pass: string;

const json = (path: string, body: string, headers: Headers = {}): RawRequest => ({
  ...{ method: 'POST', path, body },
  headers: { 'content-type': 'application/json', ...headers },
});

function ask(port: number, { headers, ...request }: RawRequest) {
  return askRaw(port, { ...request, headers: { host: HOST, ...headers } });
}

async function answerTo(port: number, request: RawRequest | string): Promise<RawAnswer> {
  return typeof request === 'string'
    ? parseAnswer(await sendBytes(port, request))
    : ask(port, request);
}

/** In this process, with what only a test can bring about. */
async function listening(options: { failure?: Error; requestTimeoutMs?: number }) {
  const { failure, requestTimeoutMs } = options;
  const store = createMemoryStore(parseConfig({}));
  const { app } = await startApp({
    ...(failure && { store: { ...store, find: () => Promise.reject(failure) } }),
    ...(requestTimeoutMs !== undefined && { requestTimeoutMs }),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { port: (app.server.address() as AddressInfo).port }; // as: it listens on TCP
}

beforeAll(async () => {
  server = await startServer({ RATE_ENTER: '6/1h' });
  const made = await ask(server.port, json('/api/sessions', NAMES));
  ({ a } = invitationsOf(JSON.parse(made.body)));
  const { proof, code } = a;
  const entered = await ask(server.port, json(`${a.path}/enter`, JSON.stringify({ proof, code })));
  pass = entered.headers['set-cookie']?.split(';')[0] ?? '';
  expectExactly(entered, {
    ...HTTP,
    ...JSON_TYPE,
    'set-cookie': `<duologue-${a.sid}=[\\w.-]+; Path=/; HttpOnly; SameSite=Strict>`,
  });
  return () => server.kill();
});

const file = `/assets/${SCRIPT}`;
const kept = { ...FILE, ...SCRIPT_TYPE, ...KEPT };
const page = { ...FILE, ...HTML_TYPE, ...START };

const ROWS: Row[] = [
  { what: 'the page', request: { path: '/' }, status: 200, headers: page },
  { what: 'a link', request: { path: '/c' }, status: 200, headers: { ...FILE, ...HTML_TYPE } },
  {
    what: 'a link that a scanner has damaged',
    request: { path: '/c%23q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ' },
    status: 200,
    headers: { ...FILE, ...HTML_TYPE },
  },
  {
    what: 'the page, compressed',
    request: { path: '/', headers: { 'accept-encoding': 'br' } },
    status: 200,
    headers: { ...page, 'content-encoding': 'br' },
  },
  {
    what: 'HEAD of the page',
    request: { method: 'HEAD', path: '/' },
    status: 200,
    headers: page,
  },
  {
    what: 'the page, not modified',
    request: { path: '/', headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } },
    status: 304,
    headers: { ...FILE, ...START },
  },
  { what: 'an asset', request: { path: file }, status: 200, headers: kept },
  { what: 'HEAD of an asset', request: { method: 'HEAD', path: file }, status: 200, headers: kept },
  {
    what: 'an asset, not modified',
    request: { path: file, headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } },
    status: 304,
    headers: { ...FILE, ...KEPT },
  },
  {
    what: 'a part of an asset',
    request: { path: file, headers: { range: 'bytes=0-3' } },
    status: 206,
    headers: { ...kept, 'content-range': '<bytes 0-3/\\d+>' },
  },
  {
    what: 'a part that an asset has not',
    request: { path: file, headers: { range: 'bytes=9999999-' } },
    status: 416,
    headers: JSON_TYPE,
  },
  {
    what: 'the icon',
    request: { path: '/favicon.svg' },
    status: 200,
    headers: { ...FILE, 'content-type': 'image/svg+xml' },
  },
  {
    what: 'what an app is installed by',
    request: { path: '/manifest.webmanifest' },
    status: 200,
    headers: { ...FILE, 'content-type': 'application/manifest+json' },
  },
  {
    what: 'HEAD of its icon, which is no text',
    request: { method: 'HEAD', path: '/icon-192.png' },
    status: 200,
    headers: { ...FILE, 'content-type': 'image/png' },
  },
  {
    what: 'the worker of the page',
    request: { path: '/sw.js' },
    status: 200,
    headers: {
      ...FILE,
      'content-type': '<(text|application)/javascript; charset=utf-8>',
      'cache-control': 'no-cache',
    },
  },
  { what: 'alive', request: { path: '/healthz' }, status: 200, headers: JSON_TYPE },
  { what: 'ready', request: { path: '/readyz' }, status: 200, headers: JSON_TYPE },
  { what: 'the API', request: { path: '/api/openapi.json' }, status: 200, headers: JSON_TYPE },
  { what: 'created', request: json('/api/sessions', NAMES), status: 201, headers: JSON_TYPE },
  { what: 'bad JSON', request: json('/api/sessions', '{'), status: 400, headers: JSON_TYPE },
  { what: 'no body', request: json('/api/sessions', ''), status: 400, headers: JSON_TYPE },
  {
    what: 'a form',
    request: { method: 'POST', path: '/api/sessions', body: 'names=Ann' },
    status: 400,
    headers: JSON_TYPE,
  },
  { what: 'a bad path', request: { path: '/%zz' }, status: 400, headers: JSON_TYPE },
  {
    what: 'no pass',
    request: { path: `/ws/${SID}`, headers: OWN },
    status: 401,
    headers: JSON_TYPE,
  },
  {
    what: 'no pass to upgrade with',
    request: { path: `/ws/${SID}`, headers: { ...UPGRADE, ...OWN } },
    status: 401,
    headers: JSON_TYPE,
  },
  {
    what: 'no pass to leave with',
    request: { method: 'POST', path: `/api/sessions/${SID}/leave` },
    status: 401,
    headers: JSON_TYPE,
  },
  {
    what: 'a foreign Origin',
    request: json('/api/sessions', NAMES, { origin: 'https://evil.example' }),
    status: 403,
    headers: JSON_TYPE,
  },
  {
    what: 'a foreign Origin that upgrades',
    request: { path: `/ws/${SID}`, headers: { ...UPGRADE, origin: 'https://evil.example' } },
    status: 403,
    headers: JSON_TYPE,
  },
  { what: 'nothing there', request: { path: '/nothing' }, status: 404, headers: JSON_TYPE },
  { what: 'no such asset', request: { path: '/assets/x.js' }, status: 404, headers: JSON_TYPE },
  { what: 'a way out', request: { path: '/..%2f..%2fetc' }, status: 404, headers: JSON_TYPE },
  { what: 'a wrong method', request: { path: '/api/sessions' }, status: 404, headers: JSON_TYPE },
  {
    what: 'OPTIONS',
    request: { method: 'OPTIONS', path: '/', headers: { origin: 'https://evil.example' } },
    status: 404,
    headers: JSON_TYPE,
  },
  {
    what: 'a preflight',
    request: {
      ...{ method: 'OPTIONS', path: '/api/sessions' },
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    },
    status: 404,
    headers: JSON_TYPE,
  },
  { what: 'TRACE', request: { method: 'TRACE', path: '/' }, status: 404, headers: JSON_TYPE },
  {
    what: 'an upgrade of the page',
    request: { path: '/', headers: { ...UPGRADE, ...OWN } },
    status: 404,
    headers: JSON_TYPE,
  },
  {
    what: 'a session that is not there',
    request: json(`/api/sessions/${SID}/landing`, JSON.stringify({ proof: 'A'.repeat(43) })),
    status: 404,
    headers: JSON_TYPE,
  },
  {
    what: 'too large a body',
    request: json('/api/sessions', JSON.stringify({ names: ['x'.repeat(40_000), 'Bob'] })),
    status: 413,
    headers: JSON_TYPE,
  },
  {
    what: 'too large a header',
    request: `GET / HTTP/1.1\r\nHost: chat.example\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    status: 431,
    headers: { ...always(''), ...JSON_TYPE },
  },
  {
    what: 'no HTTP',
    request: 'hello\r\n\r\n',
    status: 400,
    headers: { ...always(''), ...JSON_TYPE },
  },
  {
    what: 'a Host that is none',
    request: { path: '/healthz', headers: { host: 'a b' } },
    status: 200,
    headers: { ...always(''), ...JSON_TYPE },
  },
];

describe('exactly these headers has', () => {
  it.each(ROWS)('$what ($status)', async ({ request, status, headers = {} }) => {
    const answer = await answerTo(server.port, request);
    expect(answer.status).toBe(status);
    const isHead = typeof request !== 'string' && request.method === 'HEAD';
    expectExactly(answer, { ...HTTP, ...headers }, isHead);
  });

  it('an end that comes too slowly (408)', async () => {
    const { port } = await listening({ requestTimeoutMs: 300 });
    const answer = parseAnswer(await sendBytes(port, 'GET / HTTP/1.1\r\nHost: chat.example\r\n'));
    expect(answer.status).toBe(408);
    expectExactly(answer, { ...always(''), ...JSON_TYPE });
  });

  it('a socket that opens (101)', async () => {
    const headers = { ...UPGRADE, ...OWN, cookie: pass };
    const answer = await ask(server.port, { path: `/ws/${a.sid}`, headers });
    expect(answer.status).toBe(101);
    // Only what makes it a socket: nothing of it is ever shown, kept or framed.
    expect(Object.keys(answer.headers).toSorted()).toEqual([
      'connection',
      'sec-websocket-accept',
      'upgrade',
    ]);
  });

  it('a wrong code (401), too many (429), a busy address (429), an end (204), what has ended (410)', async () => {
    const { port } = server;
    const code = wrongCode(a.code);
    const enter = () =>
      ask(port, json(`${a.path}/enter`, JSON.stringify({ proof: a.proof, code })));
    for (let left = 4; left >= 0; left -= 1) {
      const answer = await enter();
      expect(answer.status).toBe(401);
      const retry: Headers = left === 0 ? { 'retry-after': '<\\d+>' } : {};
      expectExactly(answer, { ...HTTP, ...JSON_TYPE, ...retry });
    }
    const limited = await enter();
    expect([limited.status, JSON.parse(limited.body)]).toMatchObject([
      429,
      { error: { code: 'rate_limited' } },
    ]);
    expectExactly(limited, { ...HTTP, ...JSON_TYPE, 'retry-after': '<\\d+>' });

    const headers = { ...OWN, cookie: pass };
    const ended = await ask(port, { method: 'DELETE', path: a.path, headers });
    expect(ended.status).toBe(204);
    const cleared =
      `duologue-${a.sid}=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ` +
      'HttpOnly; SameSite=Strict';
    expectExactly(ended, { ...HTTP, 'set-cookie': cleared });
    const landing = json(`${a.path}/landing`, JSON.stringify({ proof: a.proof }), headers);
    const gone = await ask(port, landing);
    expect(gone.status).toBe(410);
    expectExactly(gone, { ...HTTP, ...JSON_TYPE, 'set-cookie': cleared });
  });

  it.each([
    [500, 'internal', new Error('the inside')],
    [503, 'store_unavailable', new AppError('store_unavailable')],
    [503, 'busy', new AppError('busy', { message: 'the inside' })],
  ])('a store that fails (%i %s)', async (status, code, failure) => {
    const { port } = await listening({ failure });
    const answer = await ask(
      port,
      json(`/api/sessions/${SID}/landing`, `{"proof":"${'A'.repeat(43)}"}`),
    );
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([status, { error: { code } }]);
    expectExactly(answer, { ...HTTP, ...JSON_TYPE });
    expect(answer.body).not.toContain('inside');
  });

  it('where PUBLIC_URL says https, also what could not be read', async () => {
    const secure = await startServer({ PUBLIC_URL });
    onTestFinished(() => void secure.kill());
    const folder = await ask(secure.port, { path: '/two' });
    expect(folder.status).toBe(308);
    expectExactly(folder, { ...HTTPS, location: '/two/' });
    for (const request of [{ path: '/nothing' }, { path: '/%zz' }, 'hello\r\n\r\n']) {
      const answer = await answerTo(secure.port, request);
      expectExactly(answer, { ...HTTPS, ...JSON_TYPE });
    }
  });
});
