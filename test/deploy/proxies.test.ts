/**
 * The configurations of server/deploy in the real nginx and the real Caddy, with a real server
 * behind them: all that a page needs comes through as the server has said it, and nothing that
 * somebody claims, or that is secret, goes where it does not belong.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { findProgram } from '../../scripts/programs.js';
import { SETTINGS } from '../../server/config.ts';
import { fileBoxLength } from '../../server/protocol/envelope/padding.ts';
import { invitationsOf, type Invitation } from '../support/app.ts';
import { startServer, type Server } from '../support/server-process.ts';
import { wantedSettings } from '../support/shipped-files.ts';
import { startShipped, type ShippedProxy } from '../support/shipped-proxies.ts';
import { newSend } from '../support/store-trouble.ts';
import { visit, type Answer, type Visitor } from '../support/visitor.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const WEB = fileURLToPath(new URL('../../web/dist', import.meta.url));
/** As browsers ask for them: compressed siblings are chosen by what is accepted. */
const FILES = readdirSync(WEB, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.(br|gz|map)$/.test(entry.name))
  .map(({ parentPath, name }) => `${parentPath.slice(WEB.length)}/${name}`);

const NAMES = { names: ['Ann', 'Bob'] };
/** Between two machines, not part of what is said. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'date'];

interface Site {
  file: string;
  isSecure: boolean;
  /** Leads whoever comes without https to it. */
  leads: boolean;
}

const NGINX: Site[] = [
  { file: 'nginx.conf', isSecure: true, leads: true },
  { file: 'nginx-subpath.conf', isSecure: true, leads: false },
  { file: 'nginx-lan.conf', isSecure: false, leads: false },
];
/** Where it is installed: not every system has it. */
const CADDY: Site[] = [
  { file: 'Caddyfile', isSecure: true, leads: true },
  { file: 'Caddyfile-subpath', isSecure: true, leads: true },
  { file: 'Caddyfile-lan', isSecure: true, leads: true },
];
const SITES = [...NGINX, ...(findProgram('caddy') === null ? [] : CADDY)];

/** Each test comes from an address of its own, so that none uses up what another may do. */
const addresses = (function* () {
  for (let last = 10; ; last++) yield `127.0.0.${last}`;
})();

describe.each(SITES)('$file', ({ file, isSecure, leads }) => {
  let server: Server;
  let proxy: ShippedProxy;
  let base: string;

  const here = (): Visitor =>
    visit({ base, port: proxy.port, ca: proxy.ca, from: addresses.next().value ?? '' });

  const withoutHttps = (): Visitor =>
    visit({
      base: base.replace('https:', 'http:'),
      ...{ port: proxy.plainPort, ca: '', from: '127.0.0.1' },
    });

  beforeAll(async () => {
    // Two creations an address: who comes as somebody else has two more.
    const wanted = wantedSettings(file);
    if (file === 'Caddyfile-lan') wanted['PUBLIC_URL'] = 'https://127.0.0.1';
    server = await startServer({ ...wanted, RATE_CREATE: '2/1h' });
    proxy = await startShipped(file, server.port);
    base = wanted['PUBLIC_URL'] ?? `http://127.0.0.1:${proxy.port}`;
    return async () => {
      await proxy.stop();
      await server.kill();
    };
  });

  it('the page and every file of it come as the server sends them, each header once', async () => {
    const visitor = here();
    const folder = new URL(base).pathname.replace(/\/$/, '');
    const direct = visit({
      ...{ base: base.replace('https:', 'http:'), port: server.port, ca: '', from: '127.0.0.1' },
    });
    expect(FILES.length).toBeGreaterThan(10);
    for (const path of ['/', '/c', '/nothing', '/healthz', '/api/openapi.json', ...FILES]) {
      for (const encoding of FILES.includes(path) ? ['br, gzip'] : ['br, gzip', 'identity']) {
        const asked = { headers: { 'accept-encoding': encoding } };
        const [through, own] = [await visitor.ask(path, asked), await direct.ask(path, asked)];
        expect(through.status, path).toBe(own.status);
        expect(through.body.equals(own.body), path).toBe(true);
        const names = through.headers.map(([name]) => name);
        expect(names, path).toEqual([...new Set(names)]);
        const isSaid = ([name]: [string, string]) => !HOP_BY_HOP.includes(name);
        expect(through.headers, path).toEqual(expect.arrayContaining(own.headers.filter(isSaid)));
      }
    }
    expect((await visitor.ask('/nothing')).status).toBe(404);
    if (folder !== '') {
      const other = visit({
        base: new URL(base).origin,
        ...{ port: proxy.port, ca: proxy.ca, from: '127.0.0.1' },
      });
      const led = await other.ask(folder);
      expect([led.status, led.header('location')]).toEqual([308, `${folder}/`]);
      // Only what begins with the path and a slash is ours.
      const near = await other.ask(`${folder}ter`);
      expect([near.status, near.header('x-robots-tag')]).toEqual([404, '']);
    }
  });

  it('links and cookies are those of the address that was typed', async () => {
    const visitor = here();
    const { a, answer } = await create(visitor);
    expect(answer.json()).toMatchObject({ linkBase: base });
    expect(a.link.split('#')[0]).toBe(`${base}/c`);
    const { proof, code } = a;
    const entered = await visitor.ask(`${a.path}/enter`, { body: { proof, code } });
    expect(entered.header('set-cookie')).toMatch(
      new RegExp(
        `^${isSecure ? '__Host-' : ''}duologue-${a.sid}=[\\w.-]+; Path=/; HttpOnly; ${isSecure ? 'Secure; ' : ''}SameSite=Strict$`,
      ),
    );
  });

  it('says to stay on https where there is https, and leads to nothing without', async () => {
    const visitor = here();
    for (const path of ['/', '/c', '/nothing', '/api/sessions']) {
      const answer = await visitor.ask(path);
      expect(answer.header('strict-transport-security')).toBe(isSecure ? 'max-age=31536000' : '');
      const { host } = new URL(base);
      const policy = answer.header('content-security-policy');
      expect(policy).toContain(`connect-src 'self' ${isSecure ? 'wss' : 'ws'}://${host};`);
      if (isSecure) expect(answer.body.toString() + policy).not.toMatch(/\b(http|ws):/);
    }
  });

  if (leads) {
    it('whoever comes without https is led to it', async () => {
      const { status, header } = await withoutHttps().ask('/c?x=1');
      expect([301, 308]).toContain(status);
      // Caddy names its port, which is another one here.
      expect(header('location').replace(`:${proxy.port}`, '')).toBe(`${base}/c?x=1`);
    });
  }

  it('a file of the largest size goes up and comes back; a larger one the server refuses', async () => {
    const visitor = here();
    const { a, b } = await create(visitor);
    const cookie = await enter(visitor, a);
    await enter(visitor, b); // only those who have met send files
    const path = `${a.path}/files/${randomBytes(16).toString('base64url')}`;
    const largest = fileBoxLength(SETTINGS.maxFileBytes.parse('5MiB') ?? 0);
    const box = randomBytes(largest);
    const put = await visitor.ask(path, { method: 'PUT', headers: { cookie }, body: box });
    expect([put.status, put.body.toString()]).toEqual([204, '']);
    const got = await visitor.ask(path, { headers: { cookie } });
    expect([got.status, got.header('content-length')]).toEqual([200, String(largest)]);
    expect(got.body.equals(box)).toBe(true);

    const length = String(largest + 1);
    const announced = {
      cookie,
      'content-length': length,
      'content-type': 'application/octet-stream',
    };
    const refused = await visitor.ask(path, { method: 'PUT', headers: announced });
    expect([refused.status, refused.json()]).toMatchObject([413, { error: { code: 'too_large' } }]);
  });

  it('two people are two, and nobody becomes another by saying so', async () => {
    const [one, other] = [here(), here()];
    const attempt = async (visitor: Visitor, headers: Record<string, string> = {}) => {
      const answer = await visitor.ask('/api/sessions', { body: NAMES, headers });
      if (answer.status === 201) expect(answer.json()).toMatchObject({ linkBase: base });
      return answer.status;
    };
    const claims = {
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=192.0.2.9;host=evil.example;proto=http',
      'x-real-ip': '192.0.2.9',
    };
    expect(await attempt(one, { ...claims, 'x-forwarded-for': '192.0.2.1' })).toBe(201);
    expect(await attempt(one, { ...claims, 'x-forwarded-for': '127.0.0.1' })).toBe(201);
    for (const claim of ['192.0.2.1', '127.0.0.1', '192.0.2.2, 127.0.0.1', '::1', '']) {
      expect(await attempt(one, { ...claims, 'x-forwarded-for': claim })).toBe(429);
    }
    expect(await attempt(other)).toBe(201);
  });

  it('a chat goes on where it was after the proxy was restarted', async () => {
    const visitor = here();
    const { a, b } = await create(visitor);
    const [cookieA, cookieB] = [await enter(visitor, a), await enter(visitor, b)];
    const ann = await visitor.socket(a.sid, cookieA);
    const bob = await visitor.socket(a.sid, cookieB);
    for (const one of [ann, bob]) {
      one.send({ type: 'hello', v: 1, after: null });
      expect(await one.next('welcome')).toMatchObject({ head: 0 });
    }
    const [first, second] = [newSend(), newSend()];
    ann.send(first);
    const { seq, sum, cid } = await bob.next('entry');
    expect(cid).toBe(first.cid);

    await proxy.restart();
    // Cut off, or told that the proxy goes away; never as if the chat were over.
    expect([1001, 1006]).toContain(await bob.closed);
    await ann.closed;
    const annAgain = await visitor.socket(a.sid, cookieA);
    annAgain.send({ type: 'hello', v: 1, after: { seq, sum } });
    expect(await annAgain.next('welcome')).toMatchObject({ head: 1, reset: false });
    annAgain.send(second);
    await annAgain.next('entry');
    const bobAgain = await visitor.socket(a.sid, cookieB);
    bobAgain.send({ type: 'hello', v: 1, after: { seq, sum } });
    expect(await bobAgain.next('welcome')).toMatchObject({ head: 2, reset: false });
    const { list } = await bobAgain.next('entries');
    expect(list).toMatchObject([{ cid: second.cid, box: second.box }]);
    for (const one of [annAgain, bobAgain]) one.close();
    await Promise.all([annAgain.closed, bobAgain.closed]);
  });

  if (isSecure) {
    it('browsers find HTTP/2, and the same links with it', async () => {
      const { origin, hostname } = new URL(base);
      const isName = hostname !== '127.0.0.1';
      const session = connectHttp2(origin, {
        createConnection: () =>
          connectTls({
            ...{ host: '127.0.0.1', port: proxy.port, ca: proxy.ca, ALPNProtocols: ['h2'] },
            ...(isName && { servername: hostname }),
          }),
      });
      const stream = session.request({
        ':method': 'POST',
        ':path': `${base.slice(origin.length)}/api/sessions`,
        ...{ origin, 'content-type': 'application/json' },
      });
      stream.end(JSON.stringify(NAMES));
      expect(JSON.parse(await text(stream))).toMatchObject({ linkBase: base });
      session.close();
    });
  }

  it('its logs hold nothing that was said, also when the server is away', async () => {
    const visitor = here();
    const { a } = await create(visitor);
    const cookie = await enter(visitor, a);
    const fragment = a.link.split('#')[1] ?? '';
    // What mail programs make of links, and what is tried with them.
    const garbled = [`/c%23${fragment}`, `/c%2523${fragment}`, `/c?${fragment}`, `/${fragment}`];
    const frames = await visitor.socket(a.sid, cookie);
    frames.send({ type: 'hello', v: 1, after: null });
    await frames.next('welcome');
    for (const path of garbled) await visitor.ask(path, { headers: { cookie } });
    await server.kill();
    await frames.closed;
    for (const path of garbled) {
      expect((await visitor.ask(path, { headers: { cookie } })).status).toBe(502);
    }
    if (leads) await withoutHttps().ask(`/c%23${fragment}`);
    const secrets = [fragment, a.code, a.proof, a.sid, cookie.split('=')[1] ?? '', 'Ann', 'Bob'];
    await proxy.restart(); // what it had still to write is written
    const logged = proxy.logged();
    expect(secrets.filter((secret) => secret !== '' && logged.includes(secret))).toEqual([]);
    expect(logged).not.toMatch(/127\.0\.0\.[1-9]\d/);
  });
});

async function create(visitor: Visitor): Promise<{
  a: Invitation;
  b: Invitation;
  answer: Answer;
}> {
  const answer = await visitor.ask('/api/sessions', { body: NAMES });
  expect(answer.status).toBe(201);
  return { ...invitationsOf(answer.json()), answer };
}

/** The pass, as a Cookie header. */
async function enter(visitor: Visitor, { path, proof, code }: Invitation): Promise<string> {
  const entered = await visitor.ask(`${path}/enter`, { body: { proof, code } });
  expect(entered.status).toBe(200);
  return entered.header('set-cookie').split(';')[0] ?? '';
}
