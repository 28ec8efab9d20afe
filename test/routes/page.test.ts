/** The page: the same bytes for everyone, by whichever path, and what goes with it. */
import { describe, expect, it } from 'vitest';
import { errorOf, request, startApp } from '../support/app.ts';
import { matching } from '../support/matchers.ts';
import { webRoot } from '../support/web-root.ts';

const FRAGMENT = 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ';

async function start(env: Record<string, string> = {}) {
  const { app } = await startApp({ webRoot: await webRoot(), env });
  return (url: string, headers: Record<string, string> = {}) => request(app, { url, headers });
}

describe('the shell', () => {
  it.each([
    '/',
    '/c',
    '/c?x=1',
    '/?utm=1',
    `/c%23${FRAGMENT}`,
    '/c%23',
    `/c%23${FRAGMENT}?x`,
    `/c%2523${FRAGMENT}`,
    `/c%252523${FRAGMENT}`,
  ])('is at %s, whoever asks', async (url) => {
    const get = await start();
    for (const headers of [{}, { cookie: 'duologue-AAAAAAAAAAA=x' }, { 'user-agent': 'bot' }]) {
      expect(await get(url, headers)).toMatchObject({
        status: 200,
        text: 'index.html',
        setCookies: [],
        headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
      });
    }
  });

  it.each(['/d', '/c/', '/cc', '/c%24', '/c%2524', '/C', '//', '/index.html/'])(
    'is not at %s',
    async (url) => {
      const get = await start();
      expect((await get(url)).status).toBe(404);
    },
  );

  it.each([
    ['br, gzip', 'index.html in br', 'br'],
    ['gzip, deflate', 'index.html in gz', 'gzip'],
    ['identity', 'index.html', undefined],
    ['br;q=0, gzip', 'index.html in gz', 'gzip'],
  ])('for Accept-Encoding: %s', async (accepted, text, encoding) => {
    const get = await start();
    const answer = await get('/', { 'accept-encoding': accepted });
    expect(answer.text).toBe(text);
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers.vary).toMatch(/accept-encoding/i);
  });
});

it('says at / what the first screen needs beside the script, by whichever path', async () => {
  const link = '<./assets/Start-4d5e6f.js>; rel="modulepreload"';
  const get = await start();
  expect((await get('/?utm=1')).headers['link']).toBe(link);
  expect((await get('/c')).headers['link']).toBeUndefined();
  const underPath = await start({ PUBLIC_URL: 'https://example.org/two' });
  expect((await underPath('/two/')).headers['link']).toBe(link);
});

describe('what it loads', () => {
  it('is kept for good under assets, by type, compressed if it can be', async () => {
    const get = await start();
    const script = await get('/assets/app-1a2b3c.js', { 'accept-encoding': 'br' });
    expect(script.text).toBe('assets/app-1a2b3c.js in br');
    expect(script.headers).toMatchObject({
      'content-type': matching(/^(text|application)\/javascript; charset=utf-8$/),
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const picture = await get('/assets/plain-9f.svg', { 'accept-encoding': 'br' });
    expect(picture).toMatchObject({ status: 200, text: 'assets/plain-9f.svg' });
  });

  it('comes in parts, and not beyond its end', async () => {
    const get = await start();
    const part = await get('/assets/app-1a2b3c.js', { range: 'bytes=0-3' });
    expect(part).toMatchObject({ status: 206, text: 'asse' });
    const beyond = await get('/assets/app-1a2b3c.js', { range: 'bytes=1000-' });
    expect(errorOf(beyond)).toEqual({
      status: 416,
      code: 'bad_request',
      field: 'range',
      problem: 'unsatisfiable',
    });
    expect(beyond.headers['cache-control']).toBe('no-store');
  });

  it('is not kept elsewhere', async () => {
    const get = await start();
    expect((await get('/favicon.svg')).headers['cache-control']).toBe('no-store');
  });

  it('is asked for again where its name stays, as that of the worker', async () => {
    const get = await start();
    expect(await get('/sw.js', { 'accept-encoding': 'gzip' })).toMatchObject({
      text: 'sw.js in gz',
      headers: {
        'content-type': matching(/^(text|application)\/javascript; charset=utf-8$/),
        'cache-control': 'no-cache',
      },
    });
  });

  it.each([
    '/assets',
    '/assets/',
    '/.secret',
    '/index.html.br',
    '/assets/app-1a2b3c.js.gz',
    '/assets/app-1a2b3c.js.map',
    '/..%2f..%2fetc/passwd',
    '/assets/none.js',
  ])('is not %s', async (url) => {
    const get = await start();
    const answer = await get(url);
    expect(errorOf(answer)).toEqual({ status: 404, code: 'not_found' });
  });
});

describe('under a path', () => {
  it.each(['', '/two'])('answers with the prefix %j', async (prefix) => {
    const get = await start({ PUBLIC_URL: 'https://chat.example/two' });
    expect((await get(`${prefix}/`)).text).toBe('index.html');
    expect((await get(`${prefix}/c`)).text).toBe('index.html');
    expect((await get(`${prefix}/c%23${FRAGMENT}`)).text).toBe('index.html');
    expect((await get(`${prefix}/assets/app-1a2b3c.js`)).text).toBe('assets/app-1a2b3c.js');
    expect((await get(`${prefix}/healthz`)).status).toBe(200);
  });

  it('leads into its folder', async () => {
    const get = await start({ PUBLIC_URL: 'https://chat.example/two' });
    const answer = await get('/two');
    expect(answer.status).toBe(308);
    expect(answer.headers.location).toBe('/two/');
    expect((await get('/twofold')).status).toBe(404);
    expect((await get('/two/two/')).status).toBe(404);
  });
});

it('without a built page only the API is served', async () => {
  const { app } = await startApp();
  expect((await request(app, { url: '/' })).status).toBe(404);
  expect((await request(app, { url: '/healthz' })).status).toBe(200);
});
