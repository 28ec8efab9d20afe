/**
 * Every answer that openapi.json promises, from real servers: each operation, with each status and
 * error code, is provoked and held against the document. What is documented and never comes fails,
 * and so does what comes and is not documented. Long because every refusal has its cause.
 */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchDocument, type OpenApi } from '../support/api-document.ts';
import { createWitness, type Call, type Outcome, type Witness } from '../support/api-witness.ts';
import { wrongCode } from '../support/app.ts';
import { vapidEnv } from '../support/push-service.ts';
import {
  createRawSession,
  enterRaw,
  metRawSession,
  RawClient,
  type RawParticipant,
  type RawSession,
} from '../support/raw-client.ts';
import { parseAnswer, UPGRADE, type RawAnswer } from '../support/raw-http.ts';
import { startRedis } from '../support/redis.ts';
import { startServer, type Server } from '../support/server-process.ts';

// Hundreds of requests: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const drawn = (bytes: number) => randomBytes(bytes).toString('base64url');
const octets = (bytes: number) => 'x'.repeat(bytes);
const NAMES = { names: ['Ann', 'Bob'] };
const ENDPOINT = { slot: 'a', endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/x' };
const OCTETS = 'application/octet-stream';

let witness: Witness;
/** Embedded, with little room for files and entries, so that a session is soon full. */
let server: Server;

beforeAll(async () => {
  const env = { MAX_FILE_BYTES: '1000', MAX_FILES: '2', MAX_ENTRIES: '2' };
  server = await startServer({ ...env, ...vapidEnv() });
  witness = createWitness(await fetchDocument<OpenApi>(server.base, 'openapi'));
});

afterAll(() => server.kill());

/** Another server, which ends with the test. */
async function start(env: Record<string, string>): Promise<Server> {
  const another = await startServer(env);
  onTestFinished(() => void another.kill());
  return another;
}

async function expectCode(outcome: Promise<Outcome>, code: string | null): Promise<Outcome> {
  const { code: found } = await outcome;
  expect(found).toBe(code);
  return outcome;
}

/** A right request of every operation, by somebody who is in `session` as `who`. */
function rightCall(operationId: string, { sid }: RawSession, who: RawParticipant): Call {
  const { cookie, proof, code } = who;
  const inside = { path: { id: sid }, ...(cookie !== '' && { cookie }) };
  switch (operationId) {
    case 'create':
      return { body: NAMES };
    case 'land':
      return { ...inside, body: { proof } };
    case 'enter':
      return { ...inside, body: { proof, code } };
    case 'renew':
      return { ...inside, body: renewal('b') };
    case 'putEndpoint':
    case 'deleteEndpoint':
      return { ...inside, body: ENDPOINT };
    case 'putFile':
      return { ...inside, body: octets(100), type: OCTETS };
    case 'connect':
      return { ...inside, headers: UPGRADE };
    default:
      return inside;
  }
}

function renewal(slot: 'a' | 'b') {
  return { slot, proofHash: drawn(32), key: drawn(72), cid: drawn(16), box: drawn(296) };
}

/** Those that may be refused with `code`. */
function operationsWith(code: string): string[] {
  const refusing = [...witness.operations.values()].filter(({ responses }) =>
    Object.values(responses).some(({ content }) =>
      JSON.stringify(content?.['application/json']?.schema)?.includes(`/${code}"`),
    ),
  );
  return refusing.map(({ operationId }) => operationId);
}

/** Upgraded; the answer as it came. */
async function upgrade({ base }: Server, { sid }: RawSession, { cookie }: RawParticipant) {
  const client = new RawClient(base, sid, cookie);
  const answer = new Promise<RawAnswer>((resolve) => {
    client.socket.once('upgrade', ({ statusCode, rawHeaders }) => {
      const lines = rawHeaders.flatMap((name, i) => (i % 2 ? [] : `${name}: ${rawHeaders[i + 1]}`));
      resolve(parseAnswer([`HTTP/1.1 ${statusCode}`, ...lines, '\r\n'].join('\r\n')));
    });
  });
  return { client, answer: await answer };
}

describe('embedded', () => {
  it('what everybody may ask', async () => {
    for (const operationId of ['isAlive', 'isReady', 'getPushKey']) {
      await expectCode(witness.call(server, operationId), null);
    }
    for (const operationId of ['describeHttp', 'describeConnection']) {
      expect((await witness.call(server, operationId)).status).toBe(200);
    }
  });

  it('a request without its Host, of every operation', async () => {
    for (const operationId of witness.operations.keys()) {
      const call = witness.call(server, operationId, { headers: { host: [] } });
      await expectCode(call, 'bad_request');
    }
  });

  it('another website, and nobody who says who they are', async () => {
    const session = await metRawSession(server.base);
    for (const operationId of operationsWith('bad_origin')) {
      const right = rightCall(operationId, session, session.a);
      const foreign = { ...right, origin: 'http://evil.example' };
      await expectCode(witness.call(server, operationId, foreign), 'bad_origin');
    }
  });

  it('a body too large, wherever one is taken', async () => {
    const session = await metRawSession(server.base);
    for (const operationId of operationsWith('too_large')) {
      const right = rightCall(operationId, session, session.a);
      const call = witness.call(server, operationId, { ...right, body: octets(40_000) });
      await expectCode(call, 'too_large');
    }
  });

  it('nobody’s pass, and one that was given back', async () => {
    const session = await metRawSession(server.base);
    const left = session.a;
    for (const operationId of operationsWith('pass_required')) {
      const right = rightCall(operationId, session, { ...left, cookie: '' });
      await expectCode(witness.call(server, operationId, right), 'pass_required');
    }
    await expectCode(witness.call(server, 'leave', rightCall('leave', session, left)), null);
    const call = witness.call(server, 'end', rightCall('end', session, left));
    await expectCode(call, 'pass_required');
  });

  it('creating, as the examples of the document do', async () => {
    const media = witness.operations.get('create')!.requestBody!.content['application/json']!;
    const bodies = Object.values(media.examples!).map(({ value }) => value);
    expect(bodies).toHaveLength(2);
    for (const body of bodies) {
      expect((await witness.call(server, 'create', { body })).status).toBe(201);
    }
    await expectCode(witness.call(server, 'create', { body: bodies[1] }), 'id_taken');
  });

  it('landing and entering', async () => {
    const session = await createRawSession(server.base);
    const { sid, a, b } = session;
    const path = { id: sid };
    for (const operationId of ['land', 'enter']) {
      await expectCode(witness.call(server, operationId, rightCall(operationId, session, a)), null);
      const unknown = rightCall(operationId, session, { ...a, proof: drawn(32) });
      await expectCode(witness.call(server, operationId, unknown), 'not_found');
    }
    await enterRaw(server.base, sid, a);
    const asB = witness.call(server, 'enter', {
      ...rightCall('enter', session, a),
      body: { proof: b.proof, code: b.code },
    });
    await expectCode(asB, 'other_participant');
    const body = { proof: b.proof, code: wrongCode(b.code) };
    for (let tries = 0; tries < 5; tries++) {
      await expectCode(witness.call(server, 'enter', { path, body }), 'wrong_code');
    }
    await expectCode(witness.call(server, 'enter', { path, body }), 'too_many_tries');
    const right = rightCall('end', session, a);
    await expectCode(witness.call(server, 'end', { ...right, body: { box: drawn(296) } }), null);
    for (const operationId of ['land', 'enter']) {
      // With a pass that no longer holds, which is taken away.
      const call = witness.call(server, operationId, rightCall(operationId, session, a));
      const { headers } = await expectCode(call, 'ended');
      expect(headers['set-cookie']).toContain(sid);
    }
  });

  it('renewing, until the log is full', async () => {
    const session = await metRawSession(server.base);
    const { sid, a, b } = session;
    const right = rightCall('renew', session, a);
    const renew = (body: object) => witness.call(server, 'renew', { ...right, body });
    const { client } = await upgrade(server, session, b);
    client.send({ type: 'hello', v: 1, after: null });
    await client.next('welcome');
    await expectCode(renew(renewal('b')), 'connected');
    await client.close();
    const first = renewal('a');
    await expectCode(renew(first), null);
    await expectCode(renew({ ...renewal('a'), cid: first.cid }), 'id_taken');
    await expectCode(renew(renewal('a')), null);
    await expectCode(renew(renewal('a')), 'session_full');
    const old = witness.call(server, 'land', { path: { id: sid }, body: { proof: a.proof } });
    expect((await expectCode(old, 'ended')).json).toMatchObject({ error: { reason: 'renewed' } });
  });

  it('files', async () => {
    const alone = await createRawSession(server.base);
    await enterRaw(server.base, alone.sid, alone.a);
    const both = await metRawSession(server.base);
    for (const operationId of ['putFile', 'getFile']) {
      const call = witness.call(server, operationId, rightCall(operationId, alone, alone.a));
      await expectCode(call, 'not_met');
    }
    const put = (cid: string, body: string) => {
      const path = { id: both.sid, cid };
      return witness.call(server, 'putFile', { ...rightCall('putFile', both, both.a), path, body });
    };
    const [first, second] = [drawn(16), drawn(16)];
    await expectCode(put(first, octets(100)), null);
    await expectCode(put(first, octets(101)), 'id_taken');
    await expectCode(put(second, octets(100)), null);
    await expectCode(put(drawn(16), octets(100)), 'files_full');
    const { cookie } = both.b;
    const get = (cid: string) =>
      witness.call(server, 'getFile', { path: { id: both.sid, cid }, cookie });
    expect((await expectCode(get(first), null)).body).toBe(octets(100));
    await expectCode(get(drawn(16)), 'not_found');
  });

  it('endpoints', async () => {
    const session = await metRawSession(server.base);
    for (const operationId of ['putEndpoint', 'deleteEndpoint']) {
      const call = witness.call(server, operationId, rightCall(operationId, session, session.a));
      await expectCode(call, null);
    }
  });

  it('connecting', async () => {
    const session = await metRawSession(server.base);
    const { client, answer } = await upgrade(server, session, session.a);
    witness.hold('connect', answer);
    await client.close();
    // Refused by us, and by what does the handshake.
    for (const header of [
      { 'sec-websocket-version': '12' },
      { 'sec-websocket-protocol': 'a,,b' },
    ]) {
      const right = rightCall('connect', session, session.a);
      const call = { ...right, headers: { ...right.headers, ...header } };
      await expectCode(witness.call(server, 'connect', call), 'bad_request');
    }
  });
});

describe('with limits', () => {
  it('too often, and where push services are not asked', async () => {
    const env = { RATE_CREATE: '1/10m', RATE_ENTER: '1/10m', MAX_CONNECTIONS: '1' };
    const strict = await start(env);
    const session = await createRawSession(strict.base);
    await enterRaw(strict.base, session.sid, session.a);
    await expectCode(witness.call(strict, 'getPushKey'), 'not_found');
    const push = witness.call(strict, 'putEndpoint', rightCall('putEndpoint', session, session.a));
    await expectCode(push, 'not_found');
    const { client } = await upgrade(strict, session, session.a);
    const second = witness.call(strict, 'connect', rightCall('connect', session, session.a));
    await expectCode(second, 'busy');
    await client.close();
    // These two by other limits, below.
    const others = new Set(['putFile', 'connect']);
    for (const operationId of operationsWith('rate_limited').filter((one) => !others.has(one))) {
      const right = rightCall(operationId, session, { ...session.a, cookie: '' });
      const ask = () => witness.call(strict, operationId, right);
      let times = 0;
      while ((await ask()).code !== 'rate_limited') expect((times += 1)).toBeLessThan(30);
    }
  });

  it('no room', async () => {
    const env = { MEMORY_LIMIT: '1MiB', MAX_CONNECTIONS_PER_IP: '1', RATE_UPLOAD: '1000/10m' };
    const small = await start({ ...env, ...vapidEnv() });
    const session = await metRawSession(small.base);
    const call = (operationId: string, changed: Call = {}) =>
      witness.call(small, operationId, {
        ...rightCall(operationId, session, session.a),
        ...changed,
      });
    const { client } = await upgrade(small, session, session.a);
    await expectCode(call('connect'), 'rate_limited');
    await client.close();
    await expectCode(call('putFile', { body: octets(1_001) }), 'rate_limited');
    let created = 0;
    while ((await call('create')).code !== 'busy') expect((created += 1)).toBeLessThan(200);
    await expectCode(call('putFile'), 'busy');
    await expectCode(call('putEndpoint'), 'busy');
  });

  it('no time for codes', async () => {
    const slow = await start({ BCRYPT_COST: '10' });
    const sessions: RawSession[] = [];
    for (let i = 0; i < 8; i++) sessions.push(await createRawSession(slow.base));
    const session = sessions[0]!;
    await enterRaw(slow.base, session.sid, session.a);
    const ask = (operationId: string, one: RawSession, who: RawParticipant) =>
      witness.call(slow, operationId, rightCall(operationId, one, who));
    // Of what still waits when the server is killed nobody has an answer.
    const begin = (...call: Parameters<typeof ask>) => ask(...call).catch(() => null);
    // Creating may take half of the places, and renewing counts as that …
    const creating: Promise<Outcome | null>[] = [];
    await expect
      .poll(
        async () => {
          const some = Array.from({ length: 20 }, () => begin('create', session, session.a));
          creating.push(...some);
          expect(await isAnyBusy(some)).toBe(true);
          return (await ask('renew', session, session.a)).code;
        },
        { timeout: 50_000 },
      )
      .toBe('busy');
    // … and entering the others: with five tries for each link, more than there are.
    const entering = sessions
      .flatMap((one) => [one.a, one.b].map((who) => ({ one, who: { ...who, cookie: '' } })))
      .flatMap(({ one, who }) => Array.from({ length: 5 }, () => begin('enter', one, who)));
    expect(await isAnyBusy(entering)).toBe(true);
    await slow.kill();
    await Promise.all([...creating, ...entering]);
  });
});

/** As soon as one of them is. */
function isAnyBusy(outcomes: readonly Promise<Outcome | null>[]): Promise<boolean> {
  return new Promise((resolve) => {
    for (const outcome of outcomes) {
      void outcome.then((found) => found?.code === 'busy' && resolve(true));
    }
    void Promise.all(outcomes).then(() => resolve(false));
  });
}

describe('over Redis', () => {
  it('a hash of a code that is none, and a Redis that is gone', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const node = await start({ REDIS_URL: redis.url, ...vapidEnv() });
    await expect.poll(async () => (await witness.call(node, 'isReady')).code).toBe(null);
    const [session, damaged] = [await metRawSession(node.base), await metRawSession(node.base)];
    const admin = new Redis(redis.url);
    await admin.hset(`duologue:{${damaged.sid}}`, 'a:code', 'x'.repeat(60));
    admin.disconnect();
    const right = rightCall('enter', damaged, { ...damaged.a, cookie: '' });
    const failed = await expectCode(witness.call(node, 'enter', right), 'internal');
    expect(failed.status).toBe(500);

    await redis.kill();
    await expect
      .poll(async () => (await witness.call(node, 'isReady')).code)
      .toBe('store_unavailable');
    for (const operationId of operationsWith('store_unavailable')) {
      const call = witness.call(node, operationId, rightCall(operationId, session, session.a));
      await expectCode(call, 'store_unavailable');
    }
  });
});

it('no answer is promised that nobody has seen, in all of the above', () => {
  expect(witness.unseen()).toEqual([]);
});
