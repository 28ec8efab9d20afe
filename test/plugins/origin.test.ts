/**
 * Who may change something, by Origin: every method, every setting, with and without a pass.
 */
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../server/config.ts';
import { isAllowedOrigin } from '../../server/plugins/origin.ts';
import {
  createSession,
  enterAs,
  errorOf,
  landAs,
  openBrowser,
  request,
  startApp,
} from '../support/app.ts';

const BAD = { status: 403, code: 'bad_origin' };

describe('which origins are ours', () => {
  const allowed = (
    env: Record<string, string>,
    origin: string | undefined,
    { host = 'chat.example', protocol = 'http', ifMissing = false } = {},
  ) =>
    isAllowedOrigin(
      parseConfig(env),
      { headers: { origin }, host, protocol } as unknown as FastifyRequest, // as: all it reads
      { ifMissing },
    );

  it.each([
    ['http://chat.example', true],
    ['https://chat.example', true], // through a proxy that says nothing
    ['http://chat.example:80', false], // browsers leave it out
    ['http://chat.example:81', false],
    ['http://evil.chat.example', false],
    ['http://chat.example.evil', false],
    ['http://evilchat.example', false],
    ['http://CHAT.EXAMPLE', false], // browsers write it small
    ['http://user@chat.example', false],
    ['http://chat.example/', false],
    ['ftp://chat.example', false],
    ['file://', false],
    ['null', false],
    ['', false],
    ['chat.example', false],
    ['http://chat.example, http://evil.example', false],
  ])('the same host, unset: %s %s', (origin, expected) => {
    expect(allowed({}, origin)).toBe(expected);
  });

  it('compares ports, and the scheme where https is certain', () => {
    expect(allowed({}, 'http://chat.example:3000', { host: 'chat.example:3000' })).toBe(true);
    expect(allowed({}, 'https://chat.example', { host: 'chat.example:443' })).toBe(true);
    expect(allowed({}, 'http://[::1]:3000', { host: '[::1]:3000' })).toBe(true);
    expect(allowed({}, 'http://chat.example', { protocol: 'https' })).toBe(false);
    expect(allowed({}, 'https://chat.example', { protocol: 'https' })).toBe(true);
    expect(allowed({}, 'http://chat.example', { protocol: 'HTTPS' })).toBe(false);
    expect(allowed({}, 'ftp://chat.example', { protocol: 'ftp' })).toBe(false);
  });

  it('is exactly PUBLIC_URL, whatever the Host', () => {
    const env = { PUBLIC_URL: 'https://chat.example/two' };
    expect(allowed(env, 'https://chat.example')).toBe(true);
    expect(allowed(env, 'http://chat.example')).toBe(false);
    expect(allowed(env, 'http://internal', { host: 'internal' })).toBe(false);
  });

  it('is ALLOWED_ORIGINS besides', () => {
    const also = { ALLOWED_ORIGINS: 'https://one.example,http://two.example:81' };
    for (const env of [also, { ...also, PUBLIC_URL: 'https://chat.example' }]) {
      expect(allowed(env, 'https://one.example')).toBe(true);
      expect(allowed(env, 'http://two.example:81')).toBe(true);
      expect(allowed(env, 'https://two.example:81')).toBe(false);
      expect(allowed(env, 'https://chat.example')).toBe(true);
    }
  });

  it('a missing one is as the caller says', () => {
    expect(allowed({}, undefined, { ifMissing: true })).toBe(true);
    expect(allowed({}, undefined, { ifMissing: false })).toBe(false);
  });
});

describe('a foreign page', () => {
  it.each(['http://evil.example', 'null'])('with the origin %s changes nothing', async (origin) => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const own = openBrowser(app);
    await enterAs(own, a);
    const foreign = openBrowser(app, { origin });
    for (const [name, value] of own.cookies) foreign.cookies.set(name, value);
    const calls = [
      foreign.send('POST', '/api/sessions', { names: ['Ann', 'Bob'] }),
      landAs(foreign, a),
      enterAs(foreign, a),
      foreign.send('POST', `${a.path}/leave`),
      foreign.send('POST', `${a.path}/renew`, {}),
      foreign.send('PUT', `${a.path}/push`, {}),
      foreign.send('DELETE', `${a.path}/push`, {}),
      foreign.send('DELETE', a.path),
      foreign.send('POST', '/nothing'),
    ];
    for (const answer of await Promise.all(calls)) {
      expect(errorOf(answer)).toEqual(BAD);
      expect(answer.setCookies).toEqual([]);
    }
    expect((await landAs(own, a)).json).toMatchObject({ here: 'a' });
  });

  it('may send PUT and PATCH no more, but anyone may GET', async () => {
    const { app } = await startApp();
    const headers = { origin: 'http://evil.example' };
    for (const method of ['PUT', 'PATCH'] as const) {
      expect(errorOf(await request(app, { method, url: '/x', headers }))).toEqual(BAD);
    }
    expect((await request(app, { url: '/healthz', headers })).status).toBe(200);
  });
});

describe('without an Origin', () => {
  it('a script may do everything but use a pass', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const script = openBrowser(app, { origin: null });
    expect((await landAs(script, a)).status).toBe(200);
    expect((await enterAs(script, a)).status).toBe(200);
    expect(script.cookies.size).toBe(1);
    for (const answer of [
      await script.send('DELETE', a.path),
      await script.send('POST', `${a.path}/leave`),
      await script.send('POST', `${a.path}/renew`, {}),
      await script.send('PUT', `${a.path}/push`, {}),
      await script.send('DELETE', `${a.path}/push`, {}),
      await landAs(script, a),
    ]) {
      expect(errorOf(answer)).toEqual(BAD);
    }
  });

  it('other cookies do not matter', async () => {
    const { app } = await startApp();
    const script = openBrowser(app, { origin: null });
    script.cookies.set('theme', 'dark');
    expect((await script.send('POST', '/api/sessions', { names: ['Ann', 'Bob'] })).status).toBe(
      201,
    );
  });
});
