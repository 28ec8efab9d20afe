/**
 * Behind a proxy that ends TLS, really: cookies, links, origins and headers are those of https, at
 * the root and under a path, and Mozilla's HTTP Observatory would give the best grade.
 */
import type { IncomingMessage } from 'node:http';
import { request as askTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { invitationsOf, type Invitation } from '../support/app.ts';
import { selfSigned } from '../support/certificate.ts';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy.ts';
import { UPGRADE } from '../support/raw-http.ts';
import { startServer } from '../support/server-process.ts';
import { report, type Seen } from './observatory.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const certificate = selfSigned(['chat.example']);
const OWN = 'https://chat.example';
const HSTS = 'max-age=31536000';

interface Answer {
  status: number;
  headers: Record<string, string>;
  setCookies: string[];
  body: string;
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: object;
}

/** A browser that has typed https://chat.example, and checks the certificate. */
function reach({ port }: HttpProxy) {
  return async (path: string, { method, headers, body }: Asked = {}): Promise<Answer> => {
    const asked = askTls({
      ...{ host: '127.0.0.1', port, path, ca: certificate.cert, servername: 'chat.example' },
      method: method ?? (body ? 'POST' : 'GET'),
      headers: {
        host: 'chat.example',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    asked.end(body && JSON.stringify(body));
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      asked.on('response', resolve).on('error', reject);
      asked.on('upgrade', (answer: IncomingMessage, socket) => {
        socket.destroy();
        resolve(answer);
      });
    });
    const answer = await answered;
    const isOpen = answer.statusCode === 101;
    return {
      status: answer.statusCode ?? 0,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      ),
      setCookies: answer.headers['set-cookie'] ?? [],
      body: isOpen ? '' : await text(answer),
    };
  };
}

const PLACES: [string, { env: Record<string, string>; strip?: string; base: string }][] = [
  ['that is trusted', { env: { TRUST_PROXY: '127.0.0.1' }, base: OWN }],
  ['under PUBLIC_URL', { env: { PUBLIC_URL: OWN }, base: OWN }],
  [
    'under a path that it strips',
    { env: { PUBLIC_URL: `${OWN}/two` }, strip: '/two', base: `${OWN}/two` },
  ],
  ['under a path that it keeps', { env: { PUBLIC_URL: `${OWN}/two` }, base: `${OWN}/two` }],
];

describe.each(PLACES)('behind a proxy %s', (_, { env, strip = '', base }) => {
  const folder = new URL(base).pathname.replace(/\/$/, '');
  let ask: ReturnType<typeof reach>;
  let a: Invitation;
  let b: Invitation;
  let entered: Answer;
  let pass: string;

  const at = (path: string) => `${folder}${path}`;
  const origin = (value: string) => ({ headers: { origin: value } });

  beforeAll(async () => {
    const server = await startServer(env);
    const proxy = await startHttpProxy({ target: server.port, certificate, strip });
    ask = reach(proxy);
    const made = await ask(at('/api/sessions'), {
      body: { names: ['Ann', 'Bob'] },
      ...origin(OWN),
    });
    expect(JSON.parse(made.body)).toMatchObject({ linkBase: base });
    ({ a, b } = invitationsOf(JSON.parse(made.body)));
    const { proof, code } = a;
    entered = await ask(at(`${a.path}/enter`), { body: { proof, code }, ...origin(OWN) });
    pass = entered.setCookies[0]?.split(';')[0] ?? '';
    return async () => {
      await proxy.close();
      await server.kill();
    };
  });

  it('links lead to https, into the folder', async () => {
    expect([a.link, b.link].map((link) => link.split('#')[0])).toEqual([`${base}/c`, `${base}/c`]);
    const page = await ask(at('/c'));
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const [, path = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      // Relative to the folder of the page, wherever that is.
      expect((await ask(new URL(path, `${base}/c`).pathname)).status).toBe(200);
    }
  });

  it('the pass is a cookie that only https and only this host can set', () => {
    expect(entered.setCookies).toHaveLength(1);
    expect(entered.setCookies[0]).toMatch(
      new RegExp(`^__Host-duologue-${a.sid}=[\\w.-]+; Path=/; HttpOnly; Secure; SameSite=Strict$`),
    );
  });

  it('sockets open for our own page, and over https only for a page of https', async () => {
    const open = async (value: string) => {
      const headers = { ...UPGRADE, cookie: pass, origin: value };
      return (await ask(at(`/ws/${a.sid}`), { headers })).status;
    };
    expect(await open(OWN)).toBe(101);
    for (const foreign of ['http://chat.example', 'https://evil.example', 'null']) {
      expect(await open(foreign)).toBe(403);
      const left = { method: 'POST', headers: { cookie: pass, origin: foreign } };
      expect((await ask(at(`${a.path}/leave`), left)).status).toBe(403);
    }
  });

  it('every answer says to stay on https, and where sockets may lead', async () => {
    for (const path of ['/', '/c', '/nothing', '/healthz', '/%zz', '/api/sessions']) {
      const { headers } = await ask(at(path));
      expect(headers['strict-transport-security']).toBe(HSTS);
      expect(headers['content-security-policy']).toContain(
        "connect-src 'self' wss://chat.example;",
      );
    }
  });

  it('leaving takes the cookie away as it was given', async () => {
    const { proof, code } = b;
    const come = await ask(at(`${b.path}/enter`), { body: { proof, code }, ...origin(OWN) });
    const cookie = come.setCookies[0]?.split(';')[0] ?? '';
    const left = await ask(at(`${b.path}/leave`), {
      method: 'POST',
      headers: { cookie, origin: OWN },
    });
    expect(left.setCookies).toEqual([
      `__Host-duologue-${b.sid}=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ` +
        'HttpOnly; Secure; SameSite=Strict',
    ]);
  });

  it("Mozilla's HTTP Observatory would give A+", async () => {
    const page = await ask(at('/'));
    const preflight = await ask(at('/'), {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
    });
    const seen: Seen = {
      headers: page.headers,
      html: page.body,
      isVerified: true, // or nothing would have been answered
      cookies: [...page.setCookies, ...entered.setCookies],
      preflight: preflight.headers,
      plainHttp: null,
    };
    expect(report(seen)).toEqual({
      points: {
        ...{ policy: 10, cookies: 5, sharing: 0, redirection: 0, referrer: 5, transport: 0 },
        ...{ scripts: 0, sniffing: 0, framing: 5, resources: 10, opener: 10, embedder: 0 },
      },
      score: 145,
      grade: 'A+',
    });
  });
});

describe('the marks of the observatory see what is wrong:', () => {
  const GOOD: Seen = {
    headers: {
      'content-security-policy': "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'strict-transport-security': HSTS,
    },
    html: '<script type="module" src="./assets/x.js"></script>',
    isVerified: true,
    cookies: ['__Host-x=1; Path=/; HttpOnly; Secure; SameSite=Strict'],
    preflight: {},
    plainHttp: `${OWN}/`,
  };
  const policy = (value: string) => ({
    headers: { ...GOOD.headers, 'content-security-policy': value },
  });
  const header = (name: string, value: string) => ({ headers: { ...GOOD.headers, [name]: value } });

  it('nothing', () => {
    expect(report(GOOD)).toMatchObject({ score: 125, grade: 'A+' });
  });

  it.each<[string, Partial<Seen>, string]>([
    ['no header at all', { headers: {} }, 'D'],
    ['no policy', policy(''), 'C'],
    [
      'inline scripts',
      policy("default-src 'none'; script-src 'unsafe-inline'; frame-ancestors 'none'"),
      'B+',
    ],
    ['any script', policy("default-src *; frame-ancestors 'none'"), 'B+'],
    [
      'eval',
      policy("default-src 'none'; script-src 'self' 'unsafe-eval'; frame-ancestors 'none'"),
      'A+',
    ],
    [
      'plain http',
      policy("default-src 'none'; connect-src http://x.example; frame-ancestors 'none'"),
      'B+',
    ],
    ['frames', policy("default-src 'none'"), 'B+'],
    ['a short time of https', header('strict-transport-security', 'max-age=60'), 'A+'],
    ['no https kept', header('strict-transport-security', ''), 'B+'],
    ['a certificate nobody knows', { isVerified: false }, 'B+'],
    ['a foreign script', { html: '<script src="https://x.example/x.js"></script>' }, 'A+'],
    ['a foreign script without https', { html: '<script src="//x.example/x.js"></script>' }, 'C'],
    ['an open cookie', { cookies: ['x=1; HttpOnly; SameSite=Strict'] }, 'C+'],
    ['a cookie for scripts', { cookies: ['x=1; Secure; SameSite=Strict'] }, 'B'],
    ['a cookie for all sites', { cookies: ['x=1; Secure; HttpOnly; SameSite=None'] }, 'B+'],
    ['answers for other sites', { preflight: { 'access-control-allow-origin': '*' } }, 'C'],
    ['plain http that stays', { plainHttp: 'http://chat.example/' }, 'B+'],
  ])('%s', (_, worse, grade) => {
    const marked = report({ ...GOOD, ...worse });
    expect(marked.score).toBeLessThan(125);
    expect(marked.grade).toBe(grade);
  });
});
