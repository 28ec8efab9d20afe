/**
 * A third person in the chat, and those who guess their way in: everything somebody can hold but
 * the right link with its code, against a real server.
 */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { wrongCode } from '../support/app.ts';
import { askRaw, UPGRADE, type RawRequest } from '../support/raw-http.ts';
import {
  connectRaw,
  createRawSession,
  enterRaw,
  metRawSession,
  postJson,
  RawClient,
  type RawParticipant,
} from '../support/raw-client.ts';
import { vapidEnv } from '../support/push-service.ts';
import { startServer, type Server } from '../support/server-process.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: Server;

beforeAll(async () => {
  server = await startServer(vapidEnv());
  return () => server.kill();
});

const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  postJson(server.base, `/api/sessions/${path}`, body, headers);
const upgrade = (sid: string, cookie: string) => new RawClient(server.base, sid, cookie).opened();
const as = (sid: string, cookie: string) => cookie.replace(/^[^=]+/, `duologue-${sid}`);

describe('enumeration of codes', () => {
  it('gets five answers from one address, then none, not even to the right code', async () => {
    const { sid, a, b } = await createRawSession(server.base);
    const guess = async (code: string) => {
      const { status, body } = await post(`${sid}/enter`, { proof: a.proof, code });
      return [status, body.error?.code];
    };
    for (let left = 4; left >= 0; left -= 1) {
      expect(await guess(wrongCode(a.code))).toEqual([401, 'wrong_code']);
    }
    for (const code of [wrongCode(a.code), a.code, b.code, a.code.toLowerCase()]) {
      expect(await guess(code)).toEqual([429, 'too_many_tries']);
    }
    await enterRaw(server.base, sid, b);
  });

  it('gets as little from three hundred guesses at once', async () => {
    const { sid, a } = await createRawSession(server.base);
    const guesses = Array.from({ length: 300 }, async () => {
      const code = randomBytes(8).map((byte) => '0123456789ABCDEF'.charCodeAt(byte % 16));
      const body = { proof: a.proof, code: Buffer.from(code).toString() };
      return (await post(`${sid}/enter`, body)).status;
    });
    const statuses = await Promise.all(guesses);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(statuses.filter((status) => ![401, 429, 503].includes(status))).toEqual([]);
  });

  it('gets nothing without the link, and takes no try from who has it', async () => {
    const { sid, a } = await createRawSession(server.base);
    const proof = randomBytes(32).toString('base64url');
    for (const code of [a.code, wrongCode(a.code)]) {
      const { status, body } = await post(`${sid}/enter`, { proof, code });
      expect([status, body.error?.code]).toEqual([404, 'not_found']);
    }
    const { body } = await post(`${sid}/landing`, { proof: a.proof });
    expect(body).toMatchObject({ triesLeft: 5 });
  });

  it('learns nothing with a pass, which needs no code', async () => {
    const { sid, a, b } = await metRawSession(server.base);
    for (const code of [a.code, b.code, wrongCode(a.code)]) {
      const mine = await post(`${sid}/enter`, { proof: a.proof, code }, { cookie: a.cookie });
      const others = await post(`${sid}/enter`, { proof: b.proof, code }, { cookie: a.cookie });
      expect([mine.status, others.body.error?.code]).toEqual([200, 'other_participant']);
    }
  });
});

describe('enumeration of session ids', () => {
  it('gets the same answer, to the octet, for what lives, has ended and never was', async () => {
    const [alive, over] = [await metRawSession(server.base), await metRawSession(server.base)];
    const ended = await fetch(`${server.base}/api/sessions/${over.sid}`, {
      method: 'DELETE',
      headers: { cookie: over.a.cookie, origin: server.base },
    });
    expect(ended.status).toBe(204);
    const random = Array.from({ length: 100 }, () => randomBytes(8).toString('base64url'));
    const proof = randomBytes(32).toString('base64url');
    const type = { origin: server.base, 'content-type': 'application/json' };
    const foreign = (sid: string) => as(sid, alive.a.cookie);
    const requests: [string, (sid: string) => RawRequest][] = [
      [
        'landing',
        () => ({
          method: 'POST',
          headers: type,
          path: '/landing',
          body: JSON.stringify({ proof }),
        }),
      ],
      [
        'enter',
        () => ({
          method: 'POST',
          headers: type,
          path: '/enter',
          body: JSON.stringify({ proof, code: '0000-0000' }),
        }),
      ],
      ['leave', () => ({ method: 'POST', path: '/leave' })],
      [
        'renew',
        () => ({
          method: 'POST',
          headers: type,
          path: '/renew',
          body: JSON.stringify({
            ...{
              slot: 'a',
              proofHash: proof,
              key: 'A'.repeat(96),
              cid: 'A'.repeat(22),
              box: 'A'.repeat(395),
            },
          }),
        }),
      ],
      ...['PUT', 'DELETE'].map((method): [string, () => RawRequest] => [
        `${method} an endpoint`,
        () => ({
          ...{ method, headers: type, path: '/push' },
          body: JSON.stringify({ slot: 'a', endpoint: 'https://web.push.apple.com/x' }),
        }),
      ]),
      ['end', () => ({ method: 'DELETE', path: '' })],
      ['upgrade', () => ({ path: '/ws', headers: { ...UPGRADE, origin: server.base } })],
      [
        'upgrade with another pass',
        (sid) => ({
          path: '/ws',
          headers: {
            ...UPGRADE,
            origin: server.base,
            cookie: sid === alive.sid ? '' : foreign(sid),
          },
        }),
      ],
    ];
    for (const [what, make] of requests) {
      const answers = new Set<string>();
      for (const sid of [alive.sid, over.sid, ...random]) {
        const { path, ...request } = make(sid);
        const place = path === '/ws' ? `/ws/${sid}` : `/api/sessions/${sid}${path}`;
        const { status, headers, body } = await askRaw(server.port, { ...request, path: place });
        const { date: _, ...said } = headers;
        answers.add(JSON.stringify([status, said, body]));
      }
      expect([what, [...answers]]).toEqual([what, [...answers].slice(0, 1)]);
      expect([...answers][0]).toMatch(/^\[40[14],/);
    }
  });
});

describe('a third person', () => {
  it('with the link alone, or the code alone, gets nowhere', async () => {
    const { sid, a, b } = await metRawSession(server.base);
    const { status } = await post(`${sid}/enter`, { proof: a.proof, code: b.code });
    expect(status).toBe(401);
    expect((await post(`${sid}/leave`)).status).toBe(401);
    expect(await upgrade(sid, '')).toBe(401);
  });

  it('with the pass of another session is nobody here, under whatever name it comes', async () => {
    const [mine, other] = [await metRawSession(server.base), await metRawSession(server.base)];
    for (const cookie of [
      other.a.cookie,
      as(mine.sid, other.a.cookie),
      `${other.a.cookie}; ${as(mine.sid, other.b.cookie)}`,
    ]) {
      expect(await upgrade(mine.sid, cookie)).toBe(401);
      expect((await post(`${mine.sid}/leave`, undefined, { cookie })).status).toBe(401);
      const { body } = await post(`${mine.sid}/landing`, { proof: mine.a.proof }, { cookie });
      expect(body).toMatchObject({ here: null });
    }
  });

  it('with the pass of the other slot is that one, and nothing makes it the first', async () => {
    const { sid, a, b } = await metRawSession(server.base);
    for (const meant of ['', '?slot=a', '?slot=A', '?slot=', '?slot[]=a', '?slot=a&slot=b']) {
      const client = new RawClient(server.base, `${sid}${meant}`, b.cookie);
      expect(await client.opened()).toBe(101);
      client.send({ type: 'hello', v: 1, after: null });
      expect((await client.next('welcome')).slot).toBe('b');
      await client.close();
    }
    const { status, body } = await post(
      `${sid}/enter`,
      { proof: a.proof, code: a.code },
      { cookie: b.cookie },
    );
    expect([status, body.error?.code]).toEqual([409, 'other_participant']);
  });

  it('with a pass copied before its owner left is out, at once where it was in already', async () => {
    const { sid, a } = await metRawSession(server.base);
    const { client } = await connectRaw(server.base, sid, a);
    const copied = a.cookie;
    expect((await post(`${sid}/leave`, undefined, { cookie: copied })).status).toBe(204);
    expect(await client.closed).toBe(4501);
    expect(await upgrade(sid, copied)).toBe(401);
    const gone = await fetch(`${server.base}/api/sessions/${sid}`, {
      method: 'DELETE',
      headers: { cookie: copied, origin: server.base },
    });
    expect(gone.status).toBe(401);
    const { body } = await post(`${sid}/landing`, { proof: a.proof }, { cookie: copied });
    expect(body).toMatchObject({ here: null });
  });

  it('as a fifth connection of one participant closes the first of that one, never of the other', async () => {
    const { sid, a, b } = await metRawSession(server.base);
    const { client: other } = await connectRaw(server.base, sid, b);
    const { client: first } = await connectRaw(server.base, sid, a);
    for (let count = 2; count <= 5; count += 1) await connectRaw(server.base, sid, a);
    expect(await first.closed).toBe(4504);
    other.send({ type: 'ping' });
    await other.next('pong');
  });

  it('as an eleventh pass of one participant takes the first, and its connections, never of the other', async () => {
    const { sid, a, b } = await metRawSession(server.base);
    const { client: other } = await connectRaw(server.base, sid, b);
    const first = a.cookie;
    const { client } = await connectRaw(server.base, sid, a);
    for (let count = 2; count <= 11; count += 1) {
      const again: RawParticipant = { ...a };
      await enterRaw(server.base, sid, again);
      expect(again.cookie).not.toBe(first);
    }
    expect(await client.closed).toBe(4501);
    expect(await upgrade(sid, first)).toBe(401);
    expect(await upgrade(sid, b.cookie)).toBe(101);
    other.send({ type: 'ping' });
    await other.next('pong');
  });

  it('after the end has nothing: pass, link and code are of no more use', async () => {
    const { sid, a, b } = await metRawSession(server.base);
    const { client } = await connectRaw(server.base, sid, b);
    client.send({ type: 'end' });
    expect(await client.closed).toBe(4503);
    for (const { cookie, proof, code } of [a, b]) {
      expect(await upgrade(sid, cookie)).toBe(401);
      expect((await post(`${sid}/enter`, { proof, code })).body.error?.code).toBe('ended');
      expect((await post(`${sid}/landing`, { proof }, { cookie })).status).toBe(410);
    }
    const taken = { id: sid, sealed: [sealed(), sealed()] };
    const { status, body } = await postJson(server.base, '/api/sessions', taken);
    expect([status, body.error?.code]).toEqual([409, 'id_taken']);
  });
});

/** Somebody's own keys, for a session under an id that was used. */
function sealed() {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  return { proofHash: random(32), key: random(72), name: random(296) };
}
