/** How often one address may ask. */
import { describe, expect, it } from 'vitest';
import { createSession, enterAs, errorOf, landAs, openBrowser, startApp } from '../support/app.ts';
import { anyNumber } from '../support/matchers.ts';

const NAMES = { names: ['Ann', 'Bob'] };

describe('creating', () => {
  it('is limited by RATE_CREATE, per network', async () => {
    const { app } = await startApp({ env: { RATE_CREATE: '2/1m' } });
    const from = (address: string) =>
      openBrowser(app, { address }).send('POST', '/api/sessions', NAMES);
    expect((await from('2001:db8::1')).status).toBe(201);
    expect((await from('2001:db8::2')).status).toBe(201);
    const third = await from('2001:db8::3');
    expect(errorOf(third)).toEqual({
      status: 429,
      code: 'rate_limited',
      retryInMs: anyNumber,
    });
    const { retryInMs } = errorOf(third);
    expect(retryInMs).toBeGreaterThan(50_000);
    expect(retryInMs).toBeLessThanOrEqual(60_000);
    expect(third.headers['retry-after']).toBe(String(Math.ceil(Number(retryInMs) / 1_000)));
    expect(Object.keys(third.headers).join()).not.toContain('ratelimit');
    expect((await from('2001:db8:0:1::1')).status).toBe(201);
    expect((await from('192.0.2.1')).status).toBe(201);
  });

  it('is not limited when off', async () => {
    const { app } = await startApp();
    for (let i = 0; i < 15; i += 1) await createSession(app);
  });

  it('foreign pages use nothing up', async () => {
    const { app } = await startApp({ env: { RATE_CREATE: '1/1m' } });
    for (let i = 0; i < 5; i += 1) {
      const foreign = openBrowser(app, { origin: 'http://evil.example' });
      expect((await foreign.send('POST', '/api/sessions', NAMES)).status).toBe(403);
    }
    expect((await openBrowser(app).send('POST', '/api/sessions', NAMES)).status).toBe(201);
  });
});

describe('entering', () => {
  it('is limited by RATE_ENTER over all sessions, landing more generously', async () => {
    const { app } = await startApp({ env: { RATE_ENTER: '3/10m' } });
    const sessions = [await createSession(app), await createSession(app)];
    const browser = openBrowser(app);
    for (const { a } of [...sessions, ...sessions]) {
      const { status } = await enterAs(browser, a);
      expect([200, 429]).toContain(status);
    }
    const [{ a }] = sessions as [(typeof sessions)[0]]; // as: two were made
    expect(errorOf(await enterAs(browser, a))).toMatchObject({ status: 429, code: 'rate_limited' });
    for (let i = 0; i < 60; i += 1) expect((await landAs(browser, a)).status).toBe(200);
    expect((await landAs(browser, a)).status).toBe(429);
    expect((await landAs(openBrowser(app, { address: '192.0.2.9' }), a)).status).toBe(200);
  });

  it.each([
    ['POST' as const, '/leave'],
    ['DELETE' as const, ''],
  ])('is limited by itself for %s %s, also with a pass of no use', async (method, path) => {
    const { app } = await startApp({ env: { RATE_ENTER: '2/10m' } });
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    expect((await enterAs(browser, a)).status).toBe(200);
    const pass = [...browser.cookies];
    for (let i = 0; i < 40; i += 1) {
      const { status } = await browser.send(method, a.path + path);
      expect([204, 401]).toContain(status);
      for (const [name, value] of pass) browser.cookies.set(name, value);
    }
    const refused = await browser.send(method, a.path + path);
    expect(errorOf(refused)).toEqual({ status: 429, code: 'rate_limited', retryInMs: anyNumber });
    expect((await landAs(browser, a)).status).not.toBe(429);
  });

  it.each([
    ['renewing', 'POST' as const, '/renew'],
    ['putting an endpoint', 'PUT' as const, '/push'],
    ['deleting one', 'DELETE' as const, '/push'],
  ])('is limited by itself for %s', async (_, method, path) => {
    const { app } = await startApp({ env: { RATE_ENTER: '2/10m' } });
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    const ask = () => browser.send(method, a.path + path, {});
    for (let i = 0; i < 40; i += 1) expect((await ask()).status).toBe(400);
    expect(errorOf(await ask())).toMatchObject({ status: 429, code: 'rate_limited' });
    expect((await landAs(browser, a)).status).toBe(200);
  });

  it('sees addresses behind a trusted proxy, and only there', async () => {
    const through = (app: Parameters<typeof openBrowser>[0], client: string) =>
      openBrowser(app, { address: '10.0.0.1', headers: { 'x-forwarded-for': client } }).send(
        'POST',
        '/api/sessions',
        NAMES,
      );
    const env = { RATE_CREATE: '1/1m' };
    const { app: trusting } = await startApp({ env: { ...env, TRUST_PROXY: '10.0.0.0/8' } });
    expect((await through(trusting, '192.0.2.1')).status).toBe(201);
    expect((await through(trusting, '192.0.2.2')).status).toBe(201);
    expect((await through(trusting, 'forged, 192.0.2.1')).status).toBe(429);
    const { app: alone } = await startApp({ env });
    expect((await through(alone, '192.0.2.1')).status).toBe(201);
    expect((await through(alone, '192.0.2.2')).status).toBe(429);
  });
});
