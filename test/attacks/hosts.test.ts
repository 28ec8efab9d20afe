/**
 * Host header tricks: what a request says about where it went must not lead anybody elsewhere. Over
 * real servers, one that takes its address from the request and one that is told it.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { invitationsOf } from '../support/app.ts';
import { askRaw, sendBytes, UPGRADE, type RawRequest } from '../support/raw-http.ts';
import { startServer, type Server } from '../support/server-process.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const PUBLIC_URL = 'https://chat.example/two';
const NAMES = JSON.stringify({ names: ['Ann', 'Bob'] });
type Headers = NonNullable<RawRequest['headers']>;

let untold: Server;
let told: Server;

beforeAll(async () => {
  [untold, told] = await Promise.all([startServer(), startServer({ PUBLIC_URL })]);
  return () => Promise.all([untold.kill(), told.kill()]);
});

function create({ port }: Server, headers: Headers = {}, path = '/api/sessions') {
  const type = { 'content-type': 'application/json' };
  return askRaw(port, { method: 'POST', path, headers: { ...type, ...headers }, body: NAMES });
}

/** Where links lead, and what a pass's cookie says besides its value. */
async function placesOf(server: Server, headers: Headers) {
  const { body } = await create(server, headers);
  const { a } = invitationsOf(JSON.parse(body));
  const entered = await askRaw(server.port, {
    method: 'POST',
    path: `${a.path}/enter`,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ proof: a.proof, code: a.code }),
  });
  return {
    link: a.link.split('#')[0],
    cookie: entered.headers['set-cookie']?.replace(/^[^;]+; /, ''),
    sockets: /connect-src ([^;]+)/.exec(entered.headers['content-security-policy'] ?? '')?.[1],
    hsts: entered.headers['strict-transport-security'],
  };
}

const TOLD = {
  link: 'https://chat.example/two/c',
  cookie: 'Path=/; HttpOnly; Secure; SameSite=Strict',
  sockets: "'self' wss://chat.example",
  hsts: 'max-age=31536000',
};
const untoldAt = (host: string) => ({
  link: `http://${host}/c`,
  cookie: 'Path=/; HttpOnly; SameSite=Strict',
  sockets: `'self' ws://${host}`,
  hsts: undefined,
});

describe('a foreign Host', () => {
  it('leads nowhere where PUBLIC_URL is set, neither links nor policy nor cookie nor redirect', async () => {
    expect(await placesOf(told, { host: 'evil.example' })).toEqual(TOLD);
    const headers = { host: 'evil.example' };
    const { status, headers: answered } = await askRaw(told.port, { path: '/two', headers });
    expect([status, answered['location']]).toEqual([308, '/two/']);
  });

  it('is believed without, by the one who sent it, and makes no cookie wider', async () => {
    expect(await placesOf(untold, { host: 'evil.example' })).toEqual(untoldAt('evil.example'));
  });

  it.each([
    'a b',
    'x"y',
    'a/b',
    'u@h',
    'u:p@h',
    'h:99999',
    'h:x',
    'h?x',
    'h#x',
    'h\\x',
    '<script>',
    "x; script-src 'unsafe-inline'",
    'x, y',
    '[::1',
    '[evil.example]',
    '',
    'h'.repeat(300),
  ])('that is none, %j, makes no link and adds nothing to the policy', async (host) => {
    const { status, body, headers } = await create(untold, { host });
    expect([status, JSON.parse(body)]).toMatchObject([400, { error: { field: 'host' } }]);
    expect(headers['content-security-policy']).toContain("connect-src 'self';");
    if (host !== '') expect(`${body}${JSON.stringify(headers)}`).not.toContain(host);
  });
});

describe('forwarded headers from an address that is not trusted', () => {
  it.each([
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-for', '192.0.2.1'],
    ['x-forwarded-port', '444'],
    ['x-forwarded-server', 'evil.example'],
    ['x-forwarded-prefix', '/evil'],
    ['x-forwarded-scheme', 'https'],
    ['x-forwarded-ssl', 'on'],
    ['front-end-https', 'on'],
    ['forwarded', 'for=192.0.2.1;host=evil.example;proto=https'],
    ['x-real-ip', '192.0.2.1'],
    ['x-host', 'evil.example'],
    ['x-original-host', 'evil.example'],
    ['x-original-url', '/api/openapi.json'],
    ['x-rewrite-url', '/api/openapi.json'],
    ['x-http-method-override', 'DELETE'],
    ['x-wap-profile', 'http://evil.example/'],
  ])('%s: %s says nothing', async (name, value) => {
    const host = 'chat.example';
    expect(await placesOf(untold, { host, [name]: value })).toEqual(untoldAt(host));
    expect(await placesOf(told, { host, [name]: value })).toEqual(TOLD);
    const [plain, tricked] = await Promise.all(
      [{ host }, { host, [name]: value }].map((headers) =>
        askRaw(untold.port, { path: '/c', headers }),
      ),
    );
    const { date: _one, ...expected } = plain!.headers;
    const { date: _other, ...answered } = tricked!.headers;
    expect(answered).toEqual(expected);
    expect(tricked!.body).toBe(plain!.body);
  });
});

it('a whole address as the target leads no link elsewhere', async () => {
  for (const server of [untold, told]) {
    for (const target of [
      'http://evil.example',
      'https://evil.example:444',
      'HTTP://evil.example',
    ]) {
      const { body, headers } = await create(server, {}, `${target}/api/sessions`);
      expect(body).not.toContain('evil');
      expect(JSON.stringify(headers)).not.toContain('evil');
      const page = await askRaw(server.port, { path: `${target}/c%23q83vEjRWeJCrze8SNFZ4` });
      expect(`${page.body}${JSON.stringify(page.headers)}`).not.toContain('evil');
    }
  }
  expect(untold.output.join()).not.toMatch(/evil|q83vEjRWeJCrze8SNFZ4/);
});

describe('two Host headers', () => {
  it.each([
    ['a page', { path: '/' }],
    ['nothing that is there', { path: '/nothing' }],
    ['a change', { method: 'POST', path: '/api/sessions', body: NAMES }],
    ['a socket', { path: '/ws/AAAAAAAAAAA', headers: UPGRADE }],
  ])('are refused for %s', async (_, request: RawRequest) => {
    for (const hosts of [
      ['chat.example', 'evil.example'],
      ['chat.example', 'chat.example'],
    ]) {
      const headers = { 'content-type': 'application/json', ...request.headers, host: hosts };
      const { status, body } = await askRaw(untold.port, { ...request, headers });
      expect([status, JSON.parse(body)]).toMatchObject([
        400,
        { error: { code: 'bad_request', field: 'host', problem: 'repeated' } },
      ]);
    }
  });

  it('are not two when a line is folded or a space stands before the colon: that is no HTTP', async () => {
    for (const second of ['Host : evil.example', ' Host: evil.example', 'Host\t: evil.example']) {
      const lines = ['GET / HTTP/1.1', 'Host: chat.example', second, 'Connection: close', '', ''];
      expect(await sendBytes(untold.port, lines.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
    }
  });
});
