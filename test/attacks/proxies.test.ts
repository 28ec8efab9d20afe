/**
 * Who a request comes from, through chains of proxies: what is said by whom is not trusted counts
 * for nothing. An address is seen by what it may still do: one creation each.
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openBrowser, startApp } from '../support/app.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { askRaw } from '../support/raw-http.ts';
import { startServer } from '../support/server-process.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const NAMES = { names: ['Ann', 'Bob'] };
const ONE_EACH = { RATE_CREATE: '1/1h' };

/** A server behind one real proxy after the other, each at its address; the first meets people. */
async function chain(trusted: string, addresses: readonly string[]) {
  const server = await startServer({ ...ONE_EACH, TRUST_PROXY: trusted });
  onTestFinished(() => void server.kill());
  let target = server.port;
  for (const from of addresses.toReversed()) {
    const proxy = await startHttpProxy({ target, from });
    onTestFinished(() => proxy.close());
    target = proxy.port;
  }
  return async (from: string, headers: Record<string, string> = {}): Promise<number> => {
    const { status } = await askRaw(target, {
      ...{ method: 'POST', path: '/api/sessions', body: JSON.stringify(NAMES), from },
      headers: { 'content-type': 'application/json', ...headers },
    });
    return status;
  };
}

const SPOOFED = [
  '192.0.2.1',
  '192.0.2.2, 192.0.2.3',
  '127.0.0.1',
  '::1',
  'unknown',
  '"[2001:db8::1]:4711"',
  '192.0.2.4:4711',
  'x'.repeat(2_000),
  ','.repeat(500),
  Array.from({ length: 500 }, (_, index) => `10.0.${index >> 8}.${index & 255}`).join(', '),
];

describe('a spoofed X-Forwarded-For', () => {
  it('says nothing to a server without a proxy', async () => {
    const create = await chain('127.0.0.2', []);
    expect(await create('127.0.0.50')).toBe(201);
    for (const claim of SPOOFED) {
      expect(await create('127.0.0.50', { 'x-forwarded-for': claim })).toBe(429);
    }
    expect(await create('127.0.0.51', { 'x-forwarded-for': '127.0.0.50' })).toBe(201);
  });

  it.each([
    ['one proxy', '127.0.0.2', ['127.0.0.2']],
    ['three proxies', '127.0.0.2,127.0.0.3,127.0.0.4', ['127.0.0.4', '127.0.0.3', '127.0.0.2']],
    ['three proxies of a range', '127.0.0.0/29', ['127.0.0.4', '127.0.0.3', '127.0.0.2']],
    ['proxies of two ranges', '10.0.0.0/8, 127.0.0.2/31', ['127.0.0.3', '127.0.0.2']],
  ])(
    'says nothing through %s that is trusted, which tells two people apart',
    async (_, trusted, proxies) => {
      const create = await chain(trusted, proxies);
      expect(await create('127.0.0.50')).toBe(201);
      for (const claim of SPOOFED) {
        expect(await create('127.0.0.50', { 'x-forwarded-for': claim })).toBe(429);
      }
      expect(await create('127.0.0.51', { 'x-forwarded-for': '127.0.0.50' })).toBe(201);
      expect(await create('127.0.0.52')).toBe(201);
    },
  );

  it('makes nobody of a proxy that is not trusted itself: it counts as one person', async () => {
    const create = await chain('127.0.0.2', ['127.0.0.100', '127.0.0.2']);
    expect(await create('127.0.0.50')).toBe(201);
    expect(await create('127.0.0.51')).toBe(429);
    expect(await create('127.0.0.52', { 'x-forwarded-for': '127.0.0.53' })).toBe(429);
  });
});

describe('a chain of addresses', () => {
  const from = (app: Parameters<typeof openBrowser>[0], address: string, forwarded: string) =>
    openBrowser(app, { address, headers: { 'x-forwarded-for': forwarded } })
      .send('POST', '/api/sessions', NAMES)
      .then(({ status }) => status);
  const TRUST_PROXY = '::1, 2001:db8:ffff::/48, fd00::/8, 10.0.0.0/8, 192.0.2.7';

  it.each([
    ['::1', 'c'],
    ['2001:db8:ffff:1::9', 'c'],
    ['fd12:3456::1', 'c'],
    ['10.255.0.1', 'c'],
    ['::ffff:10.1.2.3', 'c'],
    ['192.0.2.7', 'c'],
    ['::1', 'c, 10.0.0.1'],
    ['::1', 'c, 2001:db8:ffff::5, 10.0.0.1, fd00::2'],
    ['::1', '6.6.6.6, c, 10.0.0.1'],
    ['::1', '::1, 10.0.0.9, c, 10.0.0.1'],
    // As far as can be trusted, and no further.
    ['::1', 'c, 192.0.2.8, 10.0.0.1', false],
    ['192.0.2.8', 'c', false],
    ['2001:db8:fffe::1', 'c', false],
    ['2001:db8:ffff:1::9', 'c, 2001:db8:fffe::1', false],
    ['11.0.0.1', 'c', false],
    ['::ffff:11.1.2.3', 'c', false],
    ['fc00::1', 'c', false],
  ])('from %s through "%s" ends at the client', async (address, forwarded, isClient = true) => {
    for (const [one, other] of [
      ['198.51.100.1', '198.51.100.2'],
      ['2001:db8:a::1', '2001:db8:b::1'],
    ] as const) {
      const { app } = await startApp({ env: { ...ONE_EACH, TRUST_PROXY } });
      const as = (client: string) => from(app, address, forwarded.replace('c', client));
      expect(await as(one)).toBe(201);
      expect(await as(one)).toBe(429);
      expect(await as(other)).toBe(isClient ? 201 : 429);
    }
  });

  it('counts a client in IPv6 by its /64', async () => {
    const { app } = await startApp({ env: { ...ONE_EACH, TRUST_PROXY } });
    expect(await from(app, '::1', '2001:db8:a::1')).toBe(201);
    expect(await from(app, '::1', '2001:db8:a::ffff:1')).toBe(429);
    expect(await from(app, '::1', '2001:db8:a:1::1')).toBe(201);
  });
});

describe('X-Forwarded-Proto and -Host', () => {
  const placeOf = async (
    env: Record<string, string>,
    headers: Record<string, string>,
    address = '10.0.0.1',
  ) => {
    const { app } = await startApp({ env });
    const browser = openBrowser(app, { host: 'inside', address, origin: null, headers });
    const { json, headers: said } = await browser.send('POST', '/api/sessions', NAMES);
    // as: the answer to a creation
    const { linkBase } = json as { linkBase: string };
    return [linkBase, 'strict-transport-security' in said];
  };
  const told = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example' };

  it('are believed of a trusted proxy, the nearest of several, and of nobody else', async () => {
    const env = { TRUST_PROXY: '10.0.0.0/8' };
    expect(await placeOf(env, told)).toEqual(['https://chat.example', true]);
    const twice = {
      'x-forwarded-proto': 'http, https',
      'x-forwarded-host': 'evil.example, chat.example',
    };
    expect(await placeOf(env, twice)).toEqual(['https://chat.example', true]);
    expect(await placeOf(env, told, '192.0.2.1')).toEqual(['http://inside', false]);
    // A trusted proxy further away is not the one that asks.
    const far = { ...told, 'x-forwarded-for': '10.0.0.1' };
    expect(await placeOf(env, far, '192.0.2.1')).toEqual(['http://inside', false]);
    expect(await placeOf({}, told)).toEqual(['http://inside', false]);
  });

  it('say nothing under PUBLIC_URL, whoever says it', async () => {
    const env = { TRUST_PROXY: '10.0.0.0/8', PUBLIC_URL: 'https://chat.example/two' };
    const evil = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example' };
    for (const address of ['10.0.0.1', '192.0.2.1']) {
      expect(await placeOf(env, evil, address)).toEqual(['https://chat.example/two', true]);
    }
  });
});
