/** Web Push over HTTP: the key, and who may have an endpoint kept for whom. */
import { describe, expect, it } from 'vitest';
import {
  createSession,
  enterAs,
  errorOf,
  openBrowser,
  startApp,
  type Browser,
  type Invitation,
} from '../support/app.ts';
import { newVapidKeys, vapidEnv } from '../support/push-service.ts';

const ENDPOINT = 'https://web.push.apple.com/QGuQyavXutnMH';
const PASS_REQUIRED = { status: 401, code: 'pass_required' };

async function setUp(env: Record<string, string> = vapidEnv()) {
  const { app, store, log } = await startApp({ env });
  const { a, b } = await createSession(app);
  const [ann, bob, anyone] = [openBrowser(app), openBrowser(app), openBrowser(app)];
  await enterAs(ann, a);
  await enterAs(bob, b);
  const kept = async () => {
    const found = await store.find(a.sid);
    if (found.state !== 'live') throw new Error(found.state);
    const { participants } = found.session;
    return { a: participants.a.endpoints, b: participants.b.endpoints };
  };
  return { app, log, a, b, ann, bob, anyone, kept };
}

const ask = (
  method: 'PUT' | 'DELETE',
  browser: Browser,
  { path }: Pick<Invitation, 'path'>,
  more: Record<string, unknown> = {},
) => browser.send(method, `${path}/push`, { slot: 'a', endpoint: ENDPOINT, ...more });

describe('[HT12] the key', () => {
  it('is given to anybody', async () => {
    const keys = newVapidKeys();
    const { anyone } = await setUp(vapidEnv(keys));
    const { status, json } = await anyone.send('GET', '/api/push');
    expect([status, json]).toEqual([200, { publicKey: keys.publicKey }]);
  });

  it('is not there where none is set, and nothing is kept, but still given up', async () => {
    const { a, ann, kept } = await setUp({});
    const notFound = { status: 404, code: 'not_found' };
    expect(errorOf(await ann.send('GET', '/api/push'))).toEqual(notFound);
    const put = await ask('PUT', ann, a);
    expect(errorOf(put)).toEqual(notFound);
    expect(put.setCookies).toEqual([]);
    expect(await kept()).toEqual({ a: [], b: [] });
    expect((await ask('DELETE', ann, a)).status).toBe(204);
  });
});

describe('[HT12] an endpoint', () => {
  it('is kept for who holds the pass, and given up again', async () => {
    const { a, ann, kept, log } = await setUp();
    for (let i = 0; i < 2; i++) expect((await ask('PUT', ann, a)).status).toBe(204);
    expect(await kept()).toEqual({ a: [ENDPOINT], b: [] });
    for (let i = 0; i < 2; i++) expect((await ask('DELETE', ann, a)).status).toBe(204);
    expect(await kept()).toEqual({ a: [], b: [] });
    expect(log.join()).not.toContain('QGuQyavXutnMH');
  });

  it.each(['PUT', 'DELETE'] as const)(
    'takes a pass of this slot and session: %s',
    async (method) => {
      const { app, a, b, ann, bob, anyone, kept } = await setUp();
      await ask('PUT', ann, a);
      const other = await createSession(app);
      const stranger = openBrowser(app);
      await enterAs(stranger, other.a);
      for (const answer of [
        await ask(method, anyone, a),
        await ask(method, stranger, a),
        await ask(method, bob, b),
        await ask(method, ann, a, { slot: 'b' }),
        await ask(method, ann, { path: '/api/sessions/AAAAAAAAAAA' }),
      ]) {
        expect(errorOf(answer)).toEqual(PASS_REQUIRED);
      }
      expect(await kept()).toEqual({ a: [ENDPOINT], b: [] });
    },
  );

  it('goes with the pass: after leaving and after the end it takes none', async () => {
    const { a, b, ann, bob, kept } = await setUp();
    await ask('PUT', ann, a);
    const cookies = [...ann.cookies];
    await ann.send('POST', `${a.path}/leave`);
    expect(await kept()).toEqual({ a: [], b: [] });
    for (const [name, value] of cookies) ann.cookies.set(name, value);
    expect(errorOf(await ask('PUT', ann, a))).toEqual(PASS_REQUIRED);
    const passes = [...bob.cookies];
    await bob.send('DELETE', b.path);
    for (const [name, value] of passes) bob.cookies.set(name, value);
    expect(errorOf(await ask('PUT', bob, b, { slot: 'b' }))).toEqual(PASS_REQUIRED);
  });

  it.each([
    'https://example.org/x',
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'https://localhost/x',
    'http://web.push.apple.com/x',
    'https://web.push.apple.com:8443/x',
    'https://me:too@web.push.apple.com/x',
    'https://web.push.apple.com@169.254.169.254/x',
    'not an address',
    '',
    `https://web.push.apple.com/${'x'.repeat(2_100)}`,
    5,
    null,
    undefined,
  ])('is refused where it is no address of a push service: %j', async (endpoint) => {
    const { a, ann, anyone, kept, log } = await setUp();
    for (const browser of [ann, anyone]) {
      const refused = errorOf(await ask('PUT', browser, a, { endpoint }));
      expect(refused).toMatchObject({ status: 400, code: 'bad_request', field: 'endpoint' });
    }
    expect(await kept()).toEqual({ a: [], b: [] });
    if (typeof endpoint === 'string' && endpoint.length > 5) {
      expect(log.join()).not.toContain(endpoint);
    }
  });

  it.each([{ slot: 'c' }, { slot: undefined }, { keys: {} }])(
    'is refused with %j',
    async (more) => {
      const { a, ann } = await setUp();
      for (const method of ['PUT', 'DELETE'] as const) {
        expect(errorOf(await ask(method, ann, a, more))).toMatchObject({ status: 400 });
      }
    },
  );
});
