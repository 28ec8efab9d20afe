/**
 * Web Push from end to end: real servers, one alone and two over Redis, and a push service of
 * our own over TLS. What it is asked, when, and when not.
 */
import { createPublicKey, randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  connectRaw,
  metRawSession,
  type RawClient,
  type RawParticipant,
} from '../support/raw-client.ts';
import { startPushService, SUBJECT, type PushService } from '../support/push-service.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { startServer, type Server } from '../support/server-process.ts';
import { newSend } from '../support/store-trouble.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const WITHIN = { timeout: 60_000, interval: 20 };
const HERE = ['one node', 'two nodes over Redis'] as const;

describe.each(HERE)('on %s', (place) => {
  let service: PushService;
  let redis: TestRedis | null = null;
  let admin: Redis | null = null;
  /** Where a is, and where b is. */
  let near: Server;
  let far: Server;

  beforeAll(async () => {
    service = await startPushService();
    if (place === 'one node') {
      near = far = await startServer(service.env);
      return;
    }
    redis = await startRedis();
    admin = new Redis(redis.url);
    const env = { ...service.env, REDIS_URL: redis.url };
    [near, far] = await Promise.all([startServer(env), startServer(env)]);
  });
  afterAll(async () => {
    await Promise.all([near.kill(), far.kill()]);
    admin?.disconnect();
    await redis?.stop();
    await service.close();
  });

  const newPath = () => `/push/${randomBytes(12).toString('base64url')}`;
  const asked = (path: string) => service.requests.filter((request) => request.path === path);

  async function ask(
    method: 'PUT' | 'DELETE',
    sid: string,
    { slot, cookie }: RawParticipant,
    path: string,
  ): Promise<number> {
    const { status } = await fetch(`${far.base}/api/sessions/${sid}/push`, {
      method,
      headers: { origin: far.base, cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ slot, endpoint: service.origin + path }),
    });
    return status;
  }

  /** Both have entered, a is connected, and b, who is not, wants to be told at `path`. */
  async function setUp() {
    const session = await metRawSession(near.base);
    const { client: ann } = await connectRaw(near.base, session.sid, session.a);
    const path = newPath();
    expect(await ask('PUT', session.sid, session.b, path)).toBe(204);
    const say = async () => {
      ann.send(newSend());
      await ann.next('entry');
    };
    return { ...session, ann, path, say };
  }

  /** Something else was told of after this: what was to be told before has been by now. */
  async function allTold(): Promise<void> {
    const { path, say, ann } = await setUp();
    await say();
    await expect.poll(() => asked(path).length, WITHIN).toBe(1);
    await ann.close();
  }

  async function isGone(ann: RawClient): Promise<void> {
    for (;;) if ((await ann.next('peer')).state === 'offline') return;
  }

  it('offers its key', async () => {
    const response = await fetch(`${far.base}/api/push`);
    expect([response.status, await response.json()]).toEqual([
      200,
      { publicKey: service.publicKey },
    ]);
  });

  it('[HT12] tells who is away, once, and signs for it', async () => {
    const { path, say, ann } = await setUp();
    for (let i = 0; i < 3; i++) await say();
    await expect.poll(() => asked(path).length, WITHIN).toBe(1);
    await allTold();
    const [request] = asked(path);
    if (asked(path).length !== 1 || !request) throw new Error('not once');
    expect(request).toMatchObject({
      ...{ method: 'POST', body: '' },
      headers: { urgency: 'high', 'content-length': '0' },
    });
    const ttl = Number(request.headers['ttl']);
    expect(ttl).toBeGreaterThan(1_700);
    expect(ttl).toBeLessThanOrEqual(1_800);
    expect(Object.keys(request.headers)).not.toContain('topic');

    const [, token = '', key] =
      /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(request.headers.authorization ?? '') ?? [];
    expect(key).toBe(service.publicKey);
    const { payload, protectedHeader } = await jwtVerify(token, publicKeyOf(service.publicKey));
    expect(protectedHeader).toEqual({ typ: 'JWT', alg: 'ES256' });
    expect(payload).toEqual({ aud: service.origin, sub: SUBJECT, exp: payload.exp });
    const leftS = (payload.exp ?? 0) - Date.now() / 1000;
    expect(leftS).toBeGreaterThan(3_600);
    expect(leftS).toBeLessThanOrEqual(24 * 3_600);
    await ann.close();
  });

  it('[HT12] tells nobody who is here, and them again once they have gone', async () => {
    const { sid, b, path, say, ann } = await setUp();
    const { client: bob } = await connectRaw(far.base, sid, b);
    await say();
    await bob.next('entry', 'entries');
    bob.send({ type: 'receipt', received: 1, read: 1 });
    await ann.next('receipt');
    await allTold();
    expect(asked(path)).toEqual([]);
    await bob.close();
    await isGone(ann);
    await say();
    await expect.poll(() => asked(path).length, WITHIN).toBe(1);
    await ann.close();
  });

  it('[HT12] tells of what had not been received when the connection went', async () => {
    const { sid, b, path, say, ann } = await setUp();
    const { client: bob } = await connectRaw(far.base, sid, b);
    await say();
    await bob.close();
    await expect.poll(() => asked(path).length, WITHIN).toBe(1);
    await ann.close();
  });

  it('[HT12] tells nobody who has given it up, left, or whose chat is over', async () => {
    const given = await setUp();
    expect(await ask('DELETE', given.sid, given.b, given.path)).toBe(204);
    const left = await setUp();
    await fetch(`${far.base}/api/sessions/${left.sid}/leave`, {
      method: 'POST',
      headers: { origin: far.base, cookie: left.b.cookie },
    });
    for (const { say } of [given, left]) await say();
    const over = await setUp();
    over.ann.send({ type: 'end' });
    await over.ann.next('ended');
    expect(await ask('PUT', over.sid, over.b, over.path)).toBe(401);
    await allTold();
    for (const { path } of [given, left, over]) expect(asked(path)).toEqual([]);
  });

  it.each([404, 410])('[HT12] forgets an endpoint that is %i', async (status) => {
    const { sid, b, path, say, ann } = await setUp();
    const other = newPath();
    expect(await ask('PUT', sid, b, other)).toBe(204);
    service.answer(path, { status });
    await say();
    await expect.poll(() => [asked(path).length, asked(other).length], WITHIN).toEqual([1, 1]);
    if (admin) {
      const kept = async () => (await admin?.hget(`duologue:{${sid}}`, 'b:endpoints')) ?? '';
      await expect.poll(kept, WITHIN).not.toContain(path);
      expect(await kept()).toContain(other);
    }
    await ann.close();
  });

  it.each([429, 503])('asks once more after %i, when it is told to', async (status) => {
    const { path, say, ann } = await setUp();
    service.answer(path, { status, headers: { 'retry-after': '1' } });
    await say();
    await expect.poll(() => asked(path).length, WITHIN).toBe(2);
    const soon = await setUp();
    service.answer(soon.path, { status, headers: { 'retry-after': '0' } }, { status: 201 });
    await soon.say();
    await expect.poll(() => asked(soon.path).length, WITHIN).toBe(2);
    expect(asked(path)).toHaveLength(2);
    await Promise.all([ann.close(), soon.ann.close()]);
  });

  it('asks no more where the chat is over meanwhile', async () => {
    const { path, say, ann } = await setUp();
    service.answer(path, { status: 503, headers: { 'retry-after': '1' } });
    await say();
    await expect.poll(() => asked(path).length, WITHIN).toBe(1);
    ann.send({ type: 'end' });
    await ann.next('ended');
    // One that waits as long, and begins later.
    const later = await setUp();
    service.answer(later.path, { status: 503, headers: { 'retry-after': '1' } });
    await later.say();
    await expect.poll(() => asked(later.path).length, WITHIN).toBe(2);
    expect(asked(path)).toHaveLength(1);
    await later.ann.close();
  });

  it('follows nobody elsewhere', async () => {
    const { path, say, ann } = await setUp();
    const elsewhere = newPath();
    service.answer(path, { status: 307, headers: { location: service.origin + elsewhere } });
    await say();
    await expect.poll(() => asked(path).length, WITHIN).toBe(1);
    await allTold();
    expect(asked(elsewhere)).toEqual([]);
    await ann.close();
  });

  it('says in its log that there was trouble, and not where', async () => {
    const output = [...near.output, ...far.output].join('\n');
    expect(output).toContain('a push service did not take word');
    expect(output).not.toContain('/push/');
    expect(output).not.toContain(new URL(service.origin).host);
  });
});

it('[HT12] a server without keys offers nothing', async () => {
  const server = await startServer();
  try {
    const response = await fetch(`${server.base}/api/push`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
  } finally {
    await server.kill();
  }
});

/** From the point in a VAPID key, put before which stands what kind of key it is (RFC 5480). */
function publicKeyOf(text: string) {
  const head = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');
  const key = Buffer.concat([head, Buffer.from(text, 'base64url')]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}
