/** The headers of every answer, whatever it is. */
import { describe, expect, it } from 'vitest';
import { createSession, openBrowser, request, startApp } from '../support/app.ts';
import { csp, FIXED_HEADERS, IMMUTABLE, NOT_KEPT } from '../support/security-headers.ts';
import { webRoot } from '../support/web-root.ts';

const HEADERS = {
  'content-security-policy': csp('ws://chat.example'),
  ...FIXED_HEADERS,
};

describe('on every answer', () => {
  it.each([
    ['GET', '/', 200],
    ['HEAD', '/', 200],
    ['GET', '/c', 200],
    ['GET', '/c%23AAAA', 200],
    ['GET', '/assets/app-1a2b3c.js', 200],
    ['GET', '/assets/none.js', 404],
    ['GET', '/assets/', 404],
    ['GET', '/assets', 404],
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', '/api/openapi.json', 200],
    ['GET', '/api/sessions', 404],
    ['GET', '/nothing', 404],
    ['PUT', '/nothing', 404],
    ['OPTIONS', '/', 404],
    ['POST', '/api/sessions', 400],
    ['POST', '/api/sessions/AAAAAAAAAAA/landing', 400],
    ['POST', '/api/sessions/AAAAAAAAAAA/enter', 400],
    ['POST', '/api/sessions/AAAAAAAAAAA/leave', 401],
    ['DELETE', '/api/sessions/AAAAAAAAAAA', 401],
    ['GET', '/%zz', 400],
    ['GET', `/${'x'.repeat(5000)}`, 404],
    ['GET', `/api/sessions/${'x'.repeat(200)}/landing`, 404],
    ['POST', `/api/sessions/${'x'.repeat(200)}/landing`, 400],
    ['GET', '/ws/AAAAAAAAAAA', 403],
    ['GET', '/../../etc/passwd', 404],
    ['GET', '/%2e%2e/%2e%2e/etc/passwd', 404],
  ])('%s %s, which is %i', async (method, url, status) => {
    const { app } = await startApp({ webRoot: await webRoot() });
    const answer = await request(app, {
      method,
      url,
      headers: { host: 'chat.example' },
    });
    expect.soft(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(HEADERS);
    expect(answer.headers).not.toHaveProperty('strict-transport-security');
    expect(answer.headers).not.toHaveProperty('x-powered-by');
    expect(answer.headers).not.toHaveProperty('server');
    const immutable = url.startsWith('/assets/app') && status === 200;
    expect(answer.headers['cache-control']).toBe(immutable ? IMMUTABLE : NOT_KEPT);
  });

  it('turns off what is not used', async () => {
    const { app } = await startApp();
    const { headers } = await request(app, { url: '/healthz' });
    const off = String(headers['permissions-policy']).split(', ');
    for (const feature of ['camera', 'geolocation', 'payment', 'usb']) {
      expect(off).toContain(`${feature}=()`);
    }
    // Newer ones.
    for (const feature of ['bluetooth', 'captured-surface-control', 'language-model', 'unload']) {
      expect(off).toContain(`${feature}=()`);
    }
    for (const used of ['clipboard-write', 'web-share', 'fullscreen', 'autoplay', 'media-']) {
      expect(off.join()).not.toContain(used);
    }
    expect(off).toContain('microphone=(self)');
  });
});

describe('on https', () => {
  it.each([
    ['PUBLIC_URL', { PUBLIC_URL: 'https://duo.example:8443/two' }, {}, 'wss://duo.example:8443'],
    [
      'a trusted proxy',
      { TRUST_PROXY: '127.0.0.1' },
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'public.example' },
      'wss://public.example',
    ],
  ])('by %s there is HSTS, and wss', async (_how, env, headers, socketOrigin) => {
    const { app } = await startApp({ env });
    for (const url of ['/healthz', '/nothing', '/%', '/%zz?x']) {
      const answer = await request(app, { url, headers });
      expect(answer.headers['content-security-policy']).toBe(csp(socketOrigin));
      expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });
});

it('a strange Host cannot add to the policy', async () => {
  const { app } = await startApp();
  for (const host of ["x; script-src 'unsafe-inline'", 'x, default-src *', 'x y']) {
    const { headers } = await request(app, { url: '/healthz', headers: { host } });
    expect(headers['content-security-policy']).toBe(csp(null));
  }
});

it('there is no way to keep what a session answers', async () => {
  const { app } = await startApp();
  const { a } = await createSession(app);
  const { headers } = await openBrowser(app).send('POST', `${a.path}/landing`, { proof: a.proof });
  expect(headers['cache-control']).toBe('no-store');
  expect(headers).not.toHaveProperty('etag');
});
