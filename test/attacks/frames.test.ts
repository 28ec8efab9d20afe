/**
 * Frames that no honest client sends: with a sender's name in them, sealed as the other, without
 * their fields, poisoned. A second chat goes on meanwhile in the same process.
 */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { sealControl, sealMessage, newCid } from '../../server/protocol/envelope/entry-box.ts';
import { openLanding } from '../../web/core/entering.ts';
import { askLanding, meet, messagesOf, partsOf } from '../faults/world/pair.ts';
import { until } from '../faults/world/until.ts';
import { connectRaw, metRawSession, RawClient, type RawSession } from '../support/raw-client.ts';
import { startServer, type Server } from '../support/server-process.ts';
import { expectDelivered, type People } from '../support/store-trouble.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const random = (bytes: number) => randomBytes(bytes).toString('base64url');
const send = (cid = random(16)) => ({ type: 'send', cid, box: random(296) });

let server: Server;
let session: RawSession;
let a: RawClient;
/** Two others, whose chat nothing may disturb. */
let others: People;

beforeAll(async () => {
  server = await startServer({ RATE_SEND: 'off' });
  session = await metRawSession(server.base);
  ({ client: a } = await connectRaw(server.base, session.sid, session.a));
  const { sid, ...who } = await metRawSession(server.base);
  const [{ client: one }, { client: other }] = await Promise.all([
    connectRaw(server.base, sid, who.a),
    connectRaw(server.base, sid, who.b),
  ]);
  others = { a: one, b: other };
  return () => server.kill();
});

afterEach(() => expectDelivered(others));

async function connectB() {
  return (await connectRaw(server.base, session.sid, session.b)).client;
}

/** Each of these, said by b, closes b's connection as a bug of the client, and tells a nothing. */
async function expectRefused(...frames: unknown[]): Promise<void> {
  const heard = a.all.length;
  for (const frame of frames) {
    const b = await connectB();
    b.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    expect([frame, await b.closed]).toEqual([frame, 4500]);
  }
  a.send({ type: 'ping' });
  await a.next('pong');
  const news = a.all.slice(heard).filter(({ type }) => type !== 'pong' && type !== 'peer');
  expect(news).toEqual([]);
}

describe('a spoofed sender', () => {
  const claims: object[] = [
    { slot: 'a' },
    { from: 'a' },
    { sender: 'a' },
    { by: 'a' },
    { author: 'a' },
    { user: 'a' },
    { participant: 'a' },
    { sid: 'AAAAAAAAAAA' },
    { to: 'b' },
    { seq: 1 },
    { at: 1 },
    { sum: 'AAAAAAAAAAA' },
    { unsends: [random(16)] },
    { hash: random(32) },
  ];
  const frames: object[] = [
    send(),
    { type: 'unsend', of: [random(16)], cid: random(16), box: random(296) },
    { type: 'typing', on: true },
    { type: 'receipt', received: 0, read: 0 },
    { type: 'keep' },
    { type: 'end' },
    { type: 'end', box: random(296) },
    { type: 'ping' },
  ];

  it.each(claims)('in a frame that says %j', async (claim) => {
    await expectRefused(...frames.map((frame) => ({ ...frame, ...claim })));
  });

  it('in a hello', async () => {
    for (const claim of claims) {
      const b = new RawClient(server.base, session.sid, session.b.cookie);
      expect(await b.opened()).toBe(101);
      b.send({ type: 'hello', v: 1, after: null, ...claim });
      expect(await b.closed).toBe(4500);
    }
  });

  it("in a server's own words", async () => {
    const box = random(296);
    const entry = { seq: 1, sum: 'AAAAAAAAAAA', slot: 'a', cid: random(16), at: 1, box };
    await expectRefused(
      { type: 'entry', ...entry },
      { type: 'entries', list: [entry] },
      { type: 'receipt', slot: 'a', received: 0, read: 0 },
      { type: 'typing', slot: 'a', on: true },
      { type: 'peer', state: 'offline' },
      { type: 'notice', kind: 'tries', slot: 'a', count: 5 },
      { type: 'expires', inMs: 0, by: 'silence' },
      { type: 'nack', cid: random(16), error: 'gone' },
      { type: 'ended', reason: 'ended', by: 'a' },
      { type: 'welcome', slot: 'a' },
      { type: 'pong' },
    );
  });

  it("by another's cid, or by taking back what the other said", async () => {
    const theirs = send();
    a.send(theirs);
    await a.next('entry');
    const mine = send();
    const b = await connectB();
    b.send(mine);
    await a.next('entry');
    await b.close();
    const unsend = (of: string[]) => ({ type: 'unsend', of, cid: random(16), box: random(296) });
    await expectRefused(
      send(theirs.cid),
      theirs,
      unsend([theirs.cid]),
      unsend([mine.cid, theirs.cid]),
      unsend([theirs.cid, mine.cid]),
      { ...unsend([mine.cid]), cid: theirs.cid },
    );
    const { client } = await connectRaw(server.base, session.sid, session.a);
    expect((await client.next('entries')).list).toMatchObject([
      { slot: 'a', cid: theirs.cid, box: theirs.box },
      { slot: 'b', cid: mine.cid, box: mine.box },
    ]);
    await client.close();
  });

  it("with another's device makes nobody leave", async () => {
    const device = random(16);
    const hello = { type: 'hello', v: 1, after: null, device };
    const clients: RawClient[] = [];
    for (const { cookie } of [session.a, session.b]) {
      const client = new RawClient(server.base, session.sid, cookie);
      expect(await client.opened()).toBe(101);
      client.send(hello);
      await client.next('welcome');
      clients.push(client);
    }
    for (const client of clients) {
      client.send({ type: 'ping' });
      await client.next('pong');
    }
    await Promise.all(clients.map((client) => client.close()));
  });

  it.each(['message', 'control'] as const)(
    'in a %s sealed as the other: it stands under who sent it, and is told to be no word of theirs',
    async (kind) => {
      const pair = await meet(server.base);
      onTestFinished(() => pair.close());
      const { ann, bob, sid, links } = pair;
      const entrance = openLanding(partsOf(links.b), await askLanding(bob.browser, links.b));
      if (entrance.state !== 'inside') throw new Error('not inside');
      const { keys } = entrance.session;
      ann.say('mine');
      await until('both have it', () => messagesOf(bob.chat).length === 1 && bob.isQuiet());
      const cid = newCid();
      const after = { seq: 0, hash: random(32) };
      const place = { sid, slot: 'a' as const, cid };
      const content = { prev: null, after };
      const box =
        kind === 'message'
          ? sealMessage(keys, place, { ...content, content: { kind: 'text', text: 'forged' } })
          : sealControl(keys, place, { ...content, content: { kind: 'end' } });
      const forger = new RawClient(server.base, sid, bob.browser.cookies());
      expect(await forger.opened()).toBe(101);
      forger.send({ type: 'hello', v: 1, after: null });
      await forger.next('welcome');
      forger.send({ type: 'send', cid, box });
      await until('both are told', () =>
        [ann, bob].every(({ chat }) => chat.notices.value.tampered),
      );
      for (const { chat, slot } of [ann, bob]) {
        const items = messagesOf(chat);
        expect(items.map(({ body }) => body.kind)).toEqual(['text', 'undecryptable']);
        expect(items.map((item) => item.mine)).toEqual(
          slot === 'a' ? [true, false] : [false, true],
        );
        expect(chat.ended.value).toBeNull();
      }
    },
  );
});

describe('a frame without payload', () => {
  const FRAMES: Record<string, Record<string, unknown>> = {
    send: send(),
    unsend: { type: 'unsend', of: [random(16)], cid: random(16), box: random(296) },
    receipt: { type: 'receipt', received: 0, read: 0 },
    typing: { type: 'typing', on: true },
    end: { type: 'end', box: random(296) },
    ping: { type: 'ping' },
    keep: { type: 'keep' },
  };
  const WRONG = [null, true, -1, 1.5, '', ' ', 'x', [], {}, [[]], { length: 1 }, 'A'.repeat(22)];
  /** The right shape after all. */
  const isFine = (type: string, field: string, value: unknown) =>
    (type === 'typing' && value === true) ||
    (type !== 'receipt' && field === 'cid' && value === 'A'.repeat(22));

  it.each(Object.keys(FRAMES))('%s, each field missing or another thing', async (type) => {
    const frame = FRAMES[type] ?? {};
    const broken = Object.keys(frame).flatMap((field) => {
      const { [field]: _, ...rest } = frame;
      const others = WRONG.filter((value) => !isFine(type, field, value)).map((value) => ({
        ...frame,
        [field]: value,
      }));
      return type === 'end' && field === 'box' ? others : [rest, ...others];
    });
    await expectRefused(...broken);
  });

  it('hello, each field missing or another thing', async () => {
    const hello: Record<string, unknown> = { type: 'hello', v: 1, after: null, device: random(16) };
    const position = { seq: 1, sum: 'AAAAAAAAAAA' };
    const wrong = Object.keys(hello).flatMap((field) => {
      const { [field]: _, ...rest } = hello;
      const others = WRONG.filter(
        (value) => !(field === 'after' && value === null) && value !== 'A'.repeat(22),
      ).map((value) => ({ ...hello, [field]: value }));
      return field === 'device' ? others : [rest, ...others];
    });
    const halves = [
      { seq: 1 },
      { sum: 'AAAAAAAAAAA' },
      { ...position, seq: 0 },
      { ...position, x: 1 },
    ];
    for (const frame of [...wrong, ...halves.map((after) => ({ ...hello, after }))]) {
      const b = new RawClient(server.base, session.sid, session.b.cookie);
      expect(await b.opened()).toBe(101);
      b.send(frame);
      expect([frame, await b.closed]).toEqual([frame, 4500]);
    }
  });

  it('anything else that is no frame', () =>
    expectRefused(
      '',
      ' ',
      'null',
      'true',
      '0',
      '"ping"',
      '[]',
      '{}',
      '{"type":null}',
      '{"type":[]}',
      '{"type":"PING"}',
      '{"type":"ping","type":"send"}',
      '{"type":"USER_ENTER"}',
      '{"type":"ping"',
      '{"type":"receipt","received":1e999,"read":0}',
      "{'type':'ping'}",
      '{"type":"ping"}{"type":"ping"}',
      '\uFEFF{"type":"ping"}',
      '['.repeat(20_000),
      '{"a":'.repeat(4_000),
    ));
});

describe('prototype poisoning', () => {
  it.each([
    '{"type":"ping","__proto__":{"slot":"a"}}',
    '{"__proto__":{"type":"ping"}}',
    '{"type":"ping","constructor":{"prototype":{"slot":"a"}}}',
    '{"type":"typing","on":true,"__proto__":null}',
    '{"type":"send","__proto__":{"cid":"AAAAAAAAAAAAAAAAAAAAAA"}}',
    '{"type":"__proto__"}',
    '{"type":"constructor"}',
    '{"type":"toString"}',
    '{"type":"hasOwnProperty"}',
    '{"type":"receipt","received":{"__proto__":1},"read":0}',
    '{"type":"ping","\\u005f_proto__":{}}',
  ])('by the frame %s', (frame) => expectRefused(frame));
});
