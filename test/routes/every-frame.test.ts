/**
 * Every frame and close code of asyncapi.json, on connections to real servers: what a client may
 * say is taken, and what servers say is described, field by field, and all of it was said.
 */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Position } from '../../server/protocol/frames.ts';
import {
  createCheck,
  fetchDocument,
  type AsyncApi,
  type Message,
  type Schema,
} from '../support/api-document.ts';
import { wrongCode } from '../support/app.ts';
import {
  createRawSession,
  enterRaw,
  metRawSession,
  postJson,
  RawClient,
  type RawParticipant,
  type RawSession,
} from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { startServer, type Server } from '../support/server-process.ts';

vi.setConfig({ testTimeout: 60_000 });

const drawn = (bytes: number) => randomBytes(bytes).toString('base64url');
const newSend = (cid = drawn(16)) => ({ type: 'send' as const, cid, box: drawn(296) });

let server: Server;
let document: AsyncApi;
/** Of every connection in this file. */
const clients: RawClient[] = [];
/** Says nothing, and is closed for it while the others talk. */
let silent: RawClient;

beforeAll(async () => {
  server = await startServer({ MAX_ENTRIES: '3' });
  document = await fetchDocument<AsyncApi>(server.base, 'asyncapi');
  const session = await metRawSession(server.base);
  silent = await open(server, session, session.a);
});

afterAll(() => server.kill());

async function open({ base }: Server, { sid }: RawSession, who: RawParticipant) {
  const client = new RawClient(base, sid, who.cookie);
  clients.push(client);
  expect(await client.opened()).toBe(101);
  return client;
}

/** Connected and welcomed. */
async function join(at: Server, session: RawSession, who: RawParticipant, hello: object = {}) {
  const client = await open(at, session, who);
  client.send({ type: 'hello', v: 1, after: null, ...hello });
  await client.next('welcome');
  return client;
}

/** All that it has sent was taken. */
async function pinged(client: RawClient): Promise<void> {
  client.send({ type: 'ping' });
  await client.next('pong');
}

const messagesOf = (side: 'client' | 'server'): [string, Message][] =>
  Object.entries(document.components.messages)
    .filter(([id]) => id.startsWith(`${side}.`))
    .map(([id, message]) => [id.slice(side.length + 1), message]);

describe('what a client says', () => {
  it('is taken as the examples say it, each of them', async () => {
    const session = await metRawSession(server.base);
    const taken: string[] = [];
    const examples = messagesOf('client').flatMap(([, message]) => message.examples);
    const hellos = examples.filter(({ payload }) => payload.type === 'hello');
    const ends = examples.filter(({ payload }) => payload.type === 'end');
    const others = examples.filter((one) => !hellos.includes(one) && !ends.includes(one));
    for (const { payload } of hellos) {
      const client = await join(server, session, session.a, payload);
      for (const { payload } of others) {
        client.send(payload);
        await pinged(client);
        taken.push(payload.type);
      }
      await client.close();
      taken.push('hello');
    }
    for (const { payload } of ends) {
      const another = await metRawSession(server.base);
      const client = await join(server, another, another.a);
      client.send(payload);
      const { type: _, ...more } = payload;
      expect(await client.next('ended')).toEqual({
        ...{ type: 'ended', reason: 'ended', by: 'a', ...more },
      });
      taken.push('end');
    }
    expect([...new Set(taken)].toSorted()).toEqual(
      messagesOf('client')
        .map(([type]) => type)
        .toSorted(),
    );
  });
});

describe('what servers say', () => {
  it('while two people come, talk, take back and go', async () => {
    const session = await createRawSession(server.base);
    const { sid, a, b } = session;
    await enterRaw(server.base, sid, a);
    const ann = await join(server, session, a);
    await enterRaw(server.base, sid, b);
    await ann.next('expires');
    const bob = await join(server, session, b);
    bob.send({ type: 'typing', on: true });
    await ann.next('typing');
    const said = newSend();
    ann.send(said);
    const { seq, sum } = await bob.next('entry');
    bob.send({ type: 'receipt', received: 1, read: 1 });
    await ann.next('receipt');
    ann.send({ type: 'unsend', of: [said.cid], cid: drawn(16), box: drawn(296) });
    expect(await bob.next('entry')).toMatchObject({ unsends: [said.cid] });
    // The entry as it is stored now, to a sender who has not heard.
    ann.send(said);
    let stored = await ann.next('entry');
    while (stored.hash === undefined) stored = await ann.next('entry');
    expect(stored).toMatchObject({ seq: 1, cid: said.cid });
    for (let tries = 0; tries < 5; tries++) {
      const body = { proof: b.proof, code: wrongCode(b.code) };
      expect((await postJson(server.base, `/api/sessions/${sid}/enter`, body)).status).toBe(401);
    }
    await ann.next('notice');
    await bob.close();
    while ((await ann.next('peer')).lastAt === undefined);
    // All of it again, and the rest of it, to who comes later.
    const after: Position = { seq, sum };
    for (const hello of [{}, { after }]) {
      const late = await join(server, session, a, hello);
      await late.next('entries');
      await late.close();
    }
    ann.send(newSend());
    await ann.next('entry');
    const refused = newSend();
    ann.send(refused);
    expect(await ann.next('nack')).toMatchObject({ error: 'session_full' });
    ann.send(newSend());
    expect(await ann.next('nack')).toMatchObject({ error: 'waiting' });
    ann.send({ type: 'end', box: drawn(296) });
    await ann.next('ended');
    expect(await ann.closed).toBe(4503);
  });

  it('when Redis has lost the chat, and when it is gone', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const node = await startServer({ REDIS_URL: redis.url });
    onTestFinished(() => void node.kill());
    await expect.poll(async () => (await fetch(`${node.base}/readyz`)).status).toBe(200);
    const [lost, other] = [await metRawSession(node.base), await metRawSession(node.base)];
    const client = await join(node, lost, lost.a);
    const admin = new Redis(redis.url);
    await admin.del(...(await admin.keys(`duologue:{${lost.sid}}*`)));
    admin.disconnect();
    client.send(newSend());
    expect(await client.next('nack')).toMatchObject({ error: 'gone' });

    const [talking, greeting] = [
      await join(node, other, other.a),
      await open(node, other, other.b),
    ];
    await redis.kill();
    talking.send(newSend());
    greeting.send({ type: 'hello', v: 1, after: null });
    expect(await talking.next('nack')).toMatchObject({ error: 'store_unavailable' });
    expect(await greeting.closed).toBe(4002);
    await Promise.all([client.closed, talking.close()]);
  });
});

describe('why a server closes', () => {
  it('for what a client did', async () => {
    const session = await metRawSession(server.base);
    const { sid, a, b } = session;
    const large = await join(server, session, a);
    large.send('x'.repeat(24 * 1024 + 1));
    expect(await large.closed).toBe(1009);
    const flooding = await join(server, session, a);
    for (let count = 0; count < 500; count++) flooding.send({ type: 'ping' });
    expect(await flooding.closed).toBe(4003);
    const wrong = await join(server, session, a);
    wrong.send({ type: 'sing' });
    expect(await wrong.closed).toBe(4500);
    const device = drawn(16);
    const first = await join(server, session, a, { device });
    await join(server, session, a, { device });
    expect(await first.closed).toBe(4006);
    const oldest = await join(server, session, b);
    for (let count = 0; count < 4; count++) await join(server, session, b);
    expect(await oldest.closed).toBe(4504);
    const leaving = await join(server, session, a);
    const { cookie } = a;
    await postJson(server.base, `/api/sessions/${sid}/leave`, undefined, { cookie });
    expect(await leaving.closed).toBe(4501);
    expect(await silent.closed).toBe(4005);
  });

  it('since it stops', async () => {
    const another = await startServer();
    const session = await metRawSession(another.base);
    const client = await join(another, session, session.a);
    await another.stop();
    expect(await client.closed).toBe(1012);
  });
});

describe('in all of the above', () => {
  it('no frame came that is not described, and all that are described came', () => {
    const check = createCheck(document, { closed: true });
    const described = new Map(messagesOf('server'));
    const frames = clients.flatMap(({ all }) => all);
    expect(frames.length).toBeGreaterThan(50);
    for (const frame of frames) {
      const message = described.get(frame.type);
      expect(message, frame.type).toBeDefined();
      expect(check(message!.payload, frame), JSON.stringify(frame)).toEqual([]);
    }
    const fields = [...described].flatMap(([type, { payload }]) => fieldsIn(payload, type));
    const seen = new Set(frames.flatMap((frame) => pathsIn(frame, frame.type)));
    // Of a protocol that has it; this server does not say when.
    expect(fields.filter((field) => !seen.has(field))).toEqual(['nack.retryInMs']);
  });

  it('no connection was closed by a code that is not described, and all that are described came', async () => {
    const described = document.channels.connection['x-closeCodes'].map(({ code }) => code);
    const open = clients.filter(({ socket }) => socket.readyState === socket.OPEN);
    await Promise.all(open.map((client) => client.close()));
    const codes = await Promise.all(clients.map(({ closed }) => closed));
    // 1005: closed by this test.
    expect(codes.filter((code) => code !== 1005 && !described.includes(code))).toEqual([]);
    // 4000 takes some filling: test/attacks/slow.test.ts.
    expect(described.filter((code) => code !== 4000 && !codes.includes(code))).toEqual([]);
  });
});

/** Like welcome.peer.state, of all properties of a schema and of what is inside. */
function fieldsIn({ properties = {}, items, anyOf }: Schema, path: string): string[] {
  const inside = [items, ...(anyOf ?? [])].flatMap((one) =>
    one ? fieldsIn(one as Schema, path) : [],
  );
  // as: what a schema has as properties are schemas.
  const own = Object.entries(properties as Record<string, Schema>);
  return [
    ...inside,
    ...own.flatMap(([name, schema]) => [`${path}.${name}`, ...fieldsIn(schema, `${path}.${name}`)]),
  ];
}

function pathsIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => pathsIn(one, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => [
    `${path}.${name}`,
    ...pathsIn(one, `${path}.${name}`),
  ]);
}
