/**
 * Forty foreign Origins at every way in, over real servers: whoever is told its address, is told
 * others besides, or goes by the Host. With a valid pass each, so that only the Origin is wrong.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { invitationsOf, type Invitation } from '../support/app.ts';
import { askRaw, UPGRADE, type RawRequest } from '../support/raw-http.ts';
import { startServer, type Server } from '../support/server-process.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const HOST = 'chat.example:8080';

/** As others would write, or nearly write, `own`; raw octets, as a browser might send them. */
function foreignOnes(own: string): string[] {
  const { protocol, hostname, port, host } = new URL(own);
  const portPart = port === '' ? '' : `:${port}`;
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');
  return [
    'null',
    '',
    'NULL',
    // Another scheme
    ...['ftp', 'ws', 'wss', 'file', 'data', 'blob', 'javascript'].map((one) => `${one}://${host}`),
    `blob:${own}`,
    'file://',
    'about:blank',
    // Another port
    `${protocol}//${hostname}:8081`,
    `${protocol}//${hostname}:0`,
    `${protocol}//${host}0`,
    `${protocol}//${hostname}:`,
    // Another host that ends, or begins, like ours
    `${protocol}//${hostname}.${portPart}`,
    `${protocol}//${hostname}.evil.example${portPart}`,
    `${protocol}//evil.${host}`,
    `${protocol}//evil${host}`,
    `${protocol}//evil-${host}`,
    `${protocol}//evil.example`,
    `${protocol}//evil.example/${host}`,
    `${protocol}//evil.example?${own}`,
    `${protocol}//evil.example#${own}`,
    `${protocol}//evil.example\\@${host}`,
    // Somebody else in front
    `${protocol}//${hostname}@evil.example`,
    `${protocol}//user:word@${host}`,
    `${protocol}//@${host}`,
    // Ours, as no browser writes it
    own.toUpperCase(),
    own.replace('chat', 'CHAT'),
    own.replace('http', 'HTTP'),
    `${own}/`,
    `${own}/c`,
    `"${own}"`,
    own.replace('//', '///'),
    own.replace('//', '/'),
    own.replace('chat', '%63hat'),
    host,
    // Characters that look the same
    latin1(own.replace('a', 'а')),
    latin1(own.replace('.', '。')),
    own.replace('chat', 'xn--cht-hjd'),
    // Addresses
    `${protocol}//127.0.0.1${portPart}`,
    `${protocol}//[::1]${portPart}`,
    `${protocol}//[::ffff:127.0.0.1]${portPart}`,
    `${protocol}//[::1%25lo]${portPart}`,
    `${protocol}//2130706433${portPart}`,
    // What runs in a browser without being a page of ours
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://0f0e0d0c-0b0a-0908-0706-050403020100',
    'safari-web-extension://0F0E0D0C-0B0A-0908-0706-050403020100',
    'capacitor://localhost',
    'app://chat.example',
    // Several
    `${own}, ${protocol}//evil.example`,
    `${protocol}//evil.example, ${own}`,
    `${own} ${own}`,
    `${own},${own}`,
    `${own};`,
  ];
}

const SETTINGS: [string, Record<string, string>, string][] = [
  ['by the Host', {}, `http://${HOST}`],
  ['by PUBLIC_URL', { PUBLIC_URL: 'https://chat.example:8080/two' }, `https://${HOST}`],
  [
    'by ALLOWED_ORIGINS',
    { ALLOWED_ORIGINS: 'https://chat.other.example', PUBLIC_URL: `http://${HOST}` },
    'https://chat.other.example',
  ],
];

describe.each(SETTINGS)('a foreign Origin, where ours is known %s,', (_, env, own) => {
  let server: Server;
  let a: Invitation;
  let pass: string;
  /** Every route that changes something, as the server itself describes them. */
  let changing: RawRequest[];

  const ask = (request: RawRequest, origin: string | readonly string[] | null) =>
    askRaw(server.port, {
      ...request,
      headers: { host: HOST, ...(origin === null ? {} : { origin }), ...request.headers },
    });

  beforeAll(async () => {
    server = await startServer(env);
    const type = { 'content-type': 'application/json' };
    const json = (path: string, body: object): RawRequest => ({
      ...{ method: 'POST', path, headers: type, body: JSON.stringify(body) },
    });
    const made = await ask(json('/api/sessions', { names: ['Ann', 'Bob'] }), own);
    ({ a } = invitationsOf(JSON.parse(made.body)));
    const { proof, code } = a;
    const entered = await ask(json(`${a.path}/enter`, { proof, code }), own);
    pass = entered.headers['set-cookie']?.split(';')[0] ?? '';

    const { body } = await ask({ path: '/api/openapi.json' }, null);
    // as: described by OpenAPI
    const { paths } = JSON.parse(body) as { paths: Record<string, Record<string, unknown>> };
    changing = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'get')
        .map((method) => ({
          method: method.toUpperCase(),
          path: path.replace('{id}', a.sid),
          headers: { cookie: pass },
        })),
    );
    return () => server.kill();
  });

  it('there are more than thirty, and four routes and more', () => {
    expect(new Set(foreignOnes(own)).size).toBeGreaterThanOrEqual(40);
    expect(changing.length).toBeGreaterThanOrEqual(5);
  });

  it.each(foreignOnes(own))(
    '%j is refused before the upgrade and on all that changes',
    async (origin) => {
      const upgrade: RawRequest = {
        path: `/ws/${a.sid}`,
        headers: { ...UPGRADE, cookie: pass },
      };
      const methods = ['POST', 'PUT', 'PATCH', 'DELETE'];
      const nowhere = methods.map((method) => ({ method, path: '/nothing' }));
      for (const request of [upgrade, ...changing, ...nowhere]) {
        const { status, headers, body } = await ask(request, origin);
        const what = `${request.method ?? 'upgrade'} ${request.path}`;
        expect([what, status, JSON.parse(body)]).toMatchObject([
          what,
          403,
          { error: { code: 'bad_origin' } },
        ]);
        expect(headers['set-cookie']).toBeUndefined();
        if (origin !== '') expect(body).not.toContain(origin);
      }
    },
  );

  it('two of them, one ours, are refused as well', async () => {
    for (const origins of [
      [own, 'https://evil.example'],
      ['https://evil.example', own],
    ]) {
      const upgrade: RawRequest = {
        path: `/ws/${a.sid}`,
        headers: { ...UPGRADE, cookie: pass },
      };
      for (const request of [upgrade, ...changing]) {
        expect((await ask(request, origins)).status).toBe(403);
      }
    }
  });

  it('changed nothing: our own still gets in with the same pass, and ends it', async () => {
    const landing = await ask(
      {
        ...{ method: 'POST', path: `${a.path}/landing`, body: JSON.stringify({ proof: a.proof }) },
        headers: { 'content-type': 'application/json', cookie: pass },
      },
      own,
    );
    expect(JSON.parse(landing.body)).toMatchObject({ here: 'a', triesLeft: 5 });
    const ended = await ask({ method: 'DELETE', path: a.path, headers: { cookie: pass } }, own);
    expect(ended.status).toBe(204);
  });
});
