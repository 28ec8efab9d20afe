/**
 * POST /api/sessions, both ways: what is answered, what is refused and with which field. Long
 * because it lists every field that can be wrong.
 */
import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../../server/protocol/encoding.ts';
import { openKey, openName } from '../../server/protocol/envelope/session-boxes.ts';
import { deriveLinkKeys, deriveSessionKeys } from '../../server/protocol/envelope/keys.ts';
import { parseLinkFragment } from '../../server/protocol/link.ts';
import type { NamedParticipant } from '../../server/sessions/create.ts';
import type { Landing } from '../../server/sessions/landing.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { parseConfig } from '../../server/config.ts';
import { createSession, errorOf, landAs, openBrowser, startApp } from '../support/app.ts';
import { anyString, matching } from '../support/matchers.ts';

const bytes = (length: number, fill: number) => toBase64Url(new Uint8Array(length).fill(fill));

function sealedBody(changes: Record<string, unknown> = {}) {
  const sealed = (fill: number) => ({
    proofHash: bytes(32, fill),
    key: bytes(72, fill),
    name: bytes(296, fill),
  });
  return { id: bytes(8, 1), sealed: [sealed(1), sealed(2)], ...changes };
}

async function create(body: unknown, options: Parameters<typeof startApp>[0] = {}) {
  const { app } = await startApp(options);
  return openBrowser(app).send('POST', '/api/sessions', body);
}

describe('from names', () => {
  it('gives each a link, a code and a QR code that lead to the sealed names', async () => {
    const { app } = await startApp();
    const browser = openBrowser(app);
    const answer = await browser.send('POST', '/api/sessions', { names: [' Ann ', 'Bob'] });
    expect(answer.status).toBe(201);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.setCookies).toEqual([]);
    const created = answer.json as { id: string; participants: NamedParticipant[] }; // as: checked
    expect(created).toEqual({
      id: anyString,
      linkBase: 'http://chat.example',
      expiresInMs: 86_400_000,
      participants: ['Ann', 'Bob'].map((name, index) => ({
        slot: index === 0 ? 'a' : 'b',
        name,
        link: matching(/^http:\/\/chat\.example\/c#[\w-]{31}[A-Za-z0-9]$/),
        code: matching(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/),
        qr: matching(/^data:image\/svg\+xml;base64,[A-Za-z0-9+/]+=*$/),
      })),
    });

    for (const { slot, link } of created.participants) {
      const { sid, secret } = parseLinkFragment(link.split('#')[1]!)!;
      expect(sid).toBe(created.id);
      const { proof, wrap } = deriveLinkKeys(secret, sid);
      const invitation = { path: `/api/sessions/${sid}`, proof: toBase64Url(proof) };
      const landing = (await landAs(browser, { ...invitation, sid, code: '', link }))
        .json as Landing; // as: checked
      const keys = deriveSessionKeys(openKey(wrap, sid, slot, landing.key)!, sid);
      expect(openName(keys, sid, 'a', landing.names[0])).toBe('Ann');
      expect(openName(keys, sid, 'b', landing.names[1])).toBe('Bob');
    }
  });

  it('never gives the same id, link or code twice', async () => {
    const { app } = await startApp();
    const one = await createSession(app);
    const other = await createSession(app);
    const all = [one.a, one.b, other.a, other.b];
    expect(new Set(all.map(({ link }) => link)).size).toBe(4);
    expect(new Set(all.map(({ code }) => code)).size).toBe(4);
    expect(one.a.sid).not.toBe(other.a.sid);
  });

  it('draws again when an id is taken', async () => {
    const store = createMemoryStore(parseConfig({}));
    const tried: string[] = [];
    const { app } = await startApp({
      store: {
        ...store,
        create: async (session) => {
          tried.push(session.sid);
          return tried.length === 1 ? 'id_taken' : store.create(session);
        },
      },
    });
    const { a } = await createSession(app);
    expect(tried).toHaveLength(2);
    expect(tried[1]).toBe(a.sid);
  });

  it.each([
    [['', 'Bob'], 'names.0', 'empty'],
    [['Ann', ' \u200b'], 'names.1', 'empty'],
    [['Ann', 'x'.repeat(41)], 'names.1', 'too_long'],
    [['Ann\u0000', 'Bob'], 'names.0', 'bad_characters'],
    [['Ann', 'Bob\u202e'], 'names.1', 'bad_characters'],
    [['Ann', 'aNN '], 'names.1', 'same'],
  ])('refuses %j', async (names, field, problem) => {
    const answer = await create({ names });
    expect(errorOf(answer)).toEqual({ status: 400, code: 'bad_request', field, problem });
  });

  it('takes 40 characters of four bytes each', async () => {
    expect((await create({ names: ['😀'.repeat(40), 'Bob'] })).status).toBe(201);
  });

  it.each([
    [{ names: ['Ann'] }, 'names', 'minItems'],
    [{ names: ['Ann', 'Bob', 'Eve'] }, 'names', 'maxItems'],
    [{ names: ['Ann', 7] }, 'names.1', 'type'],
    [{ names: ['Ann', 'Bob'], colour: 'red' }, 'colour', 'additionalProperties'],
    [{ names: ['Ann', 'Bob'], idle: 60 }, 'idle', 'type'],
    [{}, matching(/names|id/), 'required'],
    [[], undefined, 'type'],
    [null, undefined, 'type'],
  ])('refuses the shape %j', async (body, field, problem) => {
    expect(errorOf(await create(body))).toEqual({
      status: 400,
      code: 'bad_request',
      problem,
      ...(field === undefined ? {} : { field }),
    });
  });
});

describe('sealed by the page', () => {
  it('gives codes only', async () => {
    const answer = await create(sealedBody());
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({
      id: bytes(8, 1),
      linkBase: 'http://chat.example',
      expiresInMs: 86_400_000,
      participants: [
        { slot: 'a', code: matching(/^.{4}-.{4}$/) },
        { slot: 'b', code: matching(/^.{4}-.{4}$/) },
      ],
    });
  });

  it('refuses an id that is taken, and leaves what is there alone', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    const answer = await browser.send('POST', '/api/sessions', sealedBody({ id: a.sid }));
    expect(errorOf(answer)).toEqual({ status: 409, code: 'id_taken' });
    expect((await landAs(browser, a)).status).toBe(200);
  });

  it('refuses two proof hashes that are one', async () => {
    const { sealed } = sealedBody();
    const answer = await create(sealedBody({ sealed: [sealed[0], sealed[0]] }));
    expect(errorOf(answer)).toMatchObject({ field: 'sealed.1.proofHash', problem: 'same' });
  });

  it.each([
    ['id', bytes(7, 1)],
    ['id', bytes(9, 1)],
    ['id', `${bytes(8, 1).slice(0, -1)}F`],
    ['id', `${bytes(8, 1)}=`],
    ['id', `${bytes(8, 1)}\n`],
  ])('refuses the %s %j', async (field, id) => {
    const answer = await create(sealedBody({ id }));
    expect(errorOf(answer)).toEqual({
      status: 400,
      code: 'bad_request',
      field,
      problem: 'pattern',
    });
    expect(answer.text).not.toContain(id);
  });

  it.each([
    ['proofHash', 31],
    ['proofHash', 33],
    ['key', 71],
    ['key', 73],
    ['name', 295],
    ['name', 297],
  ])('refuses a %s of %i bytes', async (field, length) => {
    const { sealed } = sealedBody();
    const answer = await create(
      sealedBody({ sealed: [sealed[0], { ...sealed[1], [field]: bytes(length, 3) }] }),
    );
    expect(errorOf(answer)).toMatchObject({ field: `sealed.1.${field}`, problem: 'pattern' });
  });

  it('refuses what is missing or too much within', async () => {
    const { sealed } = sealedBody();
    const { name: _, ...nameless } = sealed[0]!;
    const missing = await create(sealedBody({ sealed: [nameless, sealed[1]] }));
    expect(errorOf(missing)).toMatchObject({ field: 'sealed.0.name', problem: 'required' });
    const more = await create(sealedBody({ sealed: [{ ...sealed[0], code: 'x' }, sealed[1]] }));
    expect(errorOf(more)).toMatchObject({
      field: 'sealed.0.code',
      problem: 'additionalProperties',
    });
    const both = await create(sealedBody({ names: ['Ann', 'Bob'] }));
    expect(errorOf(both)).toMatchObject({ problem: 'additionalProperties' });
  });
});

describe('idle', () => {
  const withIdle = async (idle: string, env = {}) => {
    const { app } = await startApp({ env });
    return openBrowser(app).send('POST', '/api/sessions', { names: ['Ann', 'Bob'], idle });
  };

  it.each(['1s', '90s', '10m', '24h', '7d', '168h'])('takes %s', async (idle) => {
    expect((await withIdle(idle)).status).toBe(201);
  });

  it.each(['0s', '8d', '31d', '10', '10 m', '1.5h', '-1m', '', 'off', `${'9'.repeat(400)}s`])(
    'refuses %j',
    async (idle) => {
      const answer = await withIdle(idle);
      expect(errorOf(answer)).toEqual({
        status: 400,
        code: 'bad_request',
        field: 'idle',
        problem: 'range',
        maxMs: 604_800_000,
      });
    },
  );

  it('is bounded by MAX_TTL, and by 30 days', async () => {
    expect((await withIdle('30d', { MAX_TTL: '30d' })).status).toBe(201);
    expect((await withIdle('31d', { MAX_TTL: '30d' })).status).toBe(400);
    expect((await withIdle('2h', { MAX_TTL: '1h' })).status).toBe(400);
  });

  it('is what ends the session', async () => {
    const { app, clock } = await startApp();
    const { a, b } = await createSession(app, { idle: '10m' });
    for (const one of [a, b]) {
      const { path, proof, code } = one;
      await openBrowser(app).send('POST', `${path}/enter`, { proof, code });
    }
    clock.now += 600_000;
    const answer = await landAs(openBrowser(app), a);
    expect(errorOf(answer)).toEqual({
      status: 410,
      code: 'ended',
      reason: 'silence',
      idleMs: 600_000,
    });
  });
});

describe('where links lead', () => {
  const createFrom = async (host: string, env = {}, headers = {}, address = '127.0.0.1') => {
    const { app } = await startApp({ env });
    const browser = openBrowser(app, { host, origin: null, headers, address });
    const answer = await browser.send('POST', '/api/sessions', { names: ['Ann', 'Bob'] });
    return answer.json as Record<string, unknown>; // as: compared as a whole or by field
  };

  it('is PUBLIC_URL with its path', async () => {
    const env = { PUBLIC_URL: 'https://chat.example.org/two' };
    expect(await createFrom('internal:3000', env)).toMatchObject({
      linkBase: 'https://chat.example.org/two',
    });
    expect(await createFrom('localhost:3000', env)).not.toHaveProperty('lanBase');
  });

  it('is the host of the request without', async () => {
    expect(await createFrom('Chat.Example:8080')).toMatchObject({
      linkBase: 'http://chat.example:8080',
    });
    expect(await createFrom('chat.example:80')).toMatchObject({ linkBase: 'http://chat.example' });
  });

  it('believes forwarded headers from TRUST_PROXY only', async () => {
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'public.example' };
    const trusted = { TRUST_PROXY: '10.0.0.0/8' };
    expect(await createFrom('inner:3000', trusted, forwarded, '10.1.2.3')).toMatchObject({
      linkBase: 'https://public.example',
    });
    expect(await createFrom('inner:3000', trusted, forwarded, '11.1.2.3')).toMatchObject({
      linkBase: 'http://inner:3000',
    });
    expect(await createFrom('inner:3000', {}, forwarded, '10.1.2.3')).toMatchObject({
      linkBase: 'http://inner:3000',
    });
  });

  it.each(['a b', 'x"y', 'a/b', 'u@h', 'h:99999'])('refuses the host %j', async (host) => {
    expect(await createFrom(host)).toMatchObject({
      error: { code: 'bad_request', field: 'host' },
    });
  });
});

it('is refused with busy when there is no room or no time', async () => {
  const { app } = await startApp({ env: { MAX_SESSIONS: '1' } });
  await createSession(app);
  const answer = await openBrowser(app).send('POST', '/api/sessions', { names: ['Ann', 'Bob'] });
  expect(errorOf(answer)).toEqual({ status: 503, code: 'busy' });
});
