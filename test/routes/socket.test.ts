/**
 * The rules of a connection over a real WebSocket, in the order of PROTOCOL.md. Long because each
 * rule has its few lines.
 */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anyNumber, matching } from '../support/matchers.ts';
import { createSession, enterAs, openBrowser, startApp } from '../support/app.ts';
import { listenApp } from '../support/listening-app.ts';
import { sendUpgrade } from '../support/raw-http.ts';
import {
  connectRaw,
  createRawSession,
  enterRaw,
  metRawSession,
  postJson,
  RawClient,
} from '../support/raw-client.ts';

const newCid = () => randomBytes(16).toString('base64url');
const newBox = (bytes = 296) => randomBytes(bytes).toString('base64url');
const send = (cid = newCid(), box = newBox()) => ({ type: 'send' as const, cid, box });

/** Two participants, connected and welcomed. */
async function twoConnected(env: Record<string, string> = {}) {
  const app = await listenApp({ env });
  const session = await metRawSession(app.base);
  const { client: a } = await connectRaw(app.base, session.sid, session.a);
  const { client: b } = await connectRaw(app.base, session.sid, session.b);
  return { ...app, session, a, b };
}

describe('before the upgrade', () => {
  it('[HS1] [HT7] refuses what does not belong', async () => {
    const { base } = await listenApp();
    const { sid, a, b } = await metRawSession(base);
    const other = await metRawSession(base);
    const attempt = (id: string, cookie: string, origin: string | null = base) =>
      new RawClient(base, id, cookie, origin).opened();
    expect(await attempt(sid, '')).toBe(401);
    expect(await attempt(other.sid, a.cookie)).toBe(401);
    expect(await attempt('AAAAAAAAAAA', a.cookie)).toBe(401);
    expect(await attempt('not-an-id', a.cookie)).toBe(401);
    expect(await attempt(sid, a.cookie, null)).toBe(403);
    expect(await attempt(sid, a.cookie, 'null')).toBe(403);
    expect(await attempt(sid, a.cookie, 'https://evil.example')).toBe(403);
    expect(await attempt(sid, a.cookie.slice(0, -3))).toBe(401);
    expect(await attempt(sid, b.cookie)).toBe(101);
  });

  it('[HS1] refuses more connections than the process, or one address, may have', async () => {
    const crowd = await listenApp({ env: { MAX_CONNECTIONS: '1', MAX_CONNECTIONS_PER_IP: '1' } });
    const one = await metRawSession(crowd.base);
    const { client } = await connectRaw(crowd.base, one.sid, one.a);
    expect(await new RawClient(crowd.base, one.sid, one.b.cookie).opened()).toBe(503);
    await client.close();

    const house = await listenApp({ env: { MAX_CONNECTIONS_PER_IP: '1' } });
    const two = await metRawSession(house.base);
    const { client: first } = await connectRaw(house.base, two.sid, two.a);
    expect(await new RawClient(house.base, two.sid, two.b.cookie).opened()).toBe(429);
    await first.close();
  });

  it('[HS1] lets no more in of many that come at once, and who is refused leaves their place', async () => {
    const { base } = await listenApp({ env: { MAX_CONNECTIONS_PER_IP: '5' } });
    const { sid, a, b } = await metRawSession(base);
    const crowd = Array.from({ length: 30 }, () => new RawClient(base, sid, a.cookie));
    const statuses = await Promise.all(crowd.map((client) => client.opened()));
    expect(statuses.filter((status) => status === 101)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(25);
    await Promise.all(crowd.filter((_, i) => statuses[i] === 101).map((one) => one.close()));

    await postJson(base, `/api/sessions/${sid}/leave`, undefined, { cookie: a.cookie });
    for (let i = 0; i < 10; i += 1) {
      expect(await new RawClient(base, sid, a.cookie).opened()).toBe(401);
    }
    const { client } = await connectRaw(base, sid, b);
    await client.close();
  });

  it('[HT10] lets an address connect only so often, and foreign pages use nothing up', async () => {
    const { base } = await listenApp({ env: { RATE_ENTER: '2/10m' } });
    const { sid, a } = await metRawSession(base);
    const open = async (origin: string | null = base) => {
      const client = new RawClient(base, sid, a.cookie, origin);
      const status = await client.opened();
      if (status === 101) await client.close();
      return status;
    };
    for (let i = 0; i < 60; i += 1) expect(await open('https://evil.example')).toBe(403);
    for (let i = 0; i < 40; i += 1) expect(await open()).toBe(101);
    expect(await open()).toBe(429);
  });

  it.each([
    ['sec-websocket-key', ''],
    ['sec-websocket-key', 'too short'],
    ['sec-websocket-version', '12'],
    ['upgrade', 'h2c'],
    ['sec-websocket-protocol', 'a,,b'],
  ])('[HS1] refuses %s: %j in our form', async (name, value) => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    await enterAs(browser, a);
    const answer = await sendUpgrade(app, `/ws/${a.sid}`, {
      host: 'chat.example',
      origin: 'http://chat.example',
      cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
      [name]: value,
    });
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*content-security-policy: default-src 'none'/);
    expect(answer).toMatch(/\r\n\r\n\{"error":\{"code":"bad_request",.*\}$/);
  });

  it('an upgrade of any other path is refused as plain HTTP', async () => {
    const { base } = await listenApp();
    const { a } = await metRawSession(base);
    const client = new RawClient(`${base}/c%23`, 'x', a.cookie);
    expect(await client.opened()).toBe(404);
  });
});

describe('greeting', () => {
  it('[HS4] welcomes with all that a client needs', async () => {
    const { base } = await listenApp({ env: { IDLE_TTL: '10m' } });
    const session = await createRawSession(base);
    await enterRaw(base, session.sid, session.a);
    const { welcome } = await connectRaw(base, session.sid, session.a);
    expect(welcome).toEqual({
      type: 'welcome',
      slot: 'a',
      head: 0,
      sum: '',
      reset: false,
      idleMs: 600_000,
      expiresInMs: anyNumber,
      expiresBy: 'link',
      limits: {
        messageBytes: 16_384,
        fileBytes: 5 * 2 ** 20,
        filesBytes: 25 * 2 ** 20,
        files: 100,
        entries: 5000,
      },
      receipts: { a: { received: 0, read: 0 }, b: { received: 0, read: 0 } },
      peer: { state: 'never' },
    });
  });

  it('[HS3] [CL2] nothing before hello, no second hello', async () => {
    const { base } = await listenApp();
    const session = await metRawSession(base);
    const early = new RawClient(base, session.sid, session.a.cookie);
    await early.opened();
    early.send({ type: 'ping' });
    expect(await early.closed).toBe(4500);
    const { client } = await connectRaw(base, session.sid, session.a);
    client.send({ type: 'hello', v: 1, after: null });
    expect(await client.closed).toBe(4500);
  });

  it('[CL3] no hello within five seconds closes with 4005', async () => {
    const { base } = await listenApp();
    const session = await metRawSession(base);
    const client = new RawClient(base, session.sid, session.a.cookie);
    await client.opened();
    expect(await client.closed).toBe(4005);
  });

  it('[HS3] frames sent together with hello are not lost', async () => {
    const { base } = await listenApp();
    const session = await metRawSession(base);
    const client = new RawClient(base, session.sid, session.a.cookie);
    const first = send();
    client.socket.once('open', () => {
      client.send({ type: 'hello', v: 1, after: null });
      client.send(first);
    });
    expect((await client.next('entries')).list).toMatchObject([{ seq: 1, cid: first.cid }]);
  });

  it('[HS3] a device in the address is hello already, and its frame comes once more', async () => {
    const { base } = await listenApp();
    const { sid, a, b } = await metRawSession(base);
    const { client: bob } = await connectRaw(base, sid, b);
    const first = send();
    bob.send(first);
    await bob.next('entry');

    const device = newCid();
    const page = new RawClient(base, `${sid}?device=${device}`, a.cookie);
    expect(await page.next('welcome')).toMatchObject({ slot: 'a', head: 1 });
    expect((await page.next('entries')).list).toMatchObject([{ seq: 1, cid: first.cid }]);
    page.send({ type: 'hello', v: 1, after: null, device });
    page.send(send());
    expect((await page.next('entry')).seq).toBe(2);
    expect(page.all.filter(({ type }) => type === 'welcome')).toHaveLength(1);

    // The same page again takes its place.
    const again = new RawClient(base, `${sid}?slot=a&device=${device}`, a.cookie);
    await again.next('welcome');
    expect(await page.closed).toBe(4006);
    again.send({ type: 'hello', v: 1, after: null, device });
    again.send({ type: 'hello', v: 1, after: null, device });
    expect(await again.closed).toBe(4500);
  });

  it('[HS3] [CL2] after a device in the address hello is still the first frame', async () => {
    const { base } = await listenApp();
    const { sid, a } = await metRawSession(base);
    const client = new RawClient(base, `${sid}?device=${newCid()}`, a.cookie);
    await client.next('welcome');
    client.send({ type: 'ping' });
    expect(await client.closed).toBe(4500);
  });

  it('[HS3] [CL3] after a device in the address silence of five seconds closes as well', async () => {
    const { base } = await listenApp();
    const { sid, a, b } = await metRawSession(base);
    const { client: bob } = await connectRaw(base, sid, b);
    const client = new RawClient(base, `${sid}?device=${newCid()}`, a.cookie);
    await client.next('welcome');
    expect(await client.closed).toBe(4005);
    await bob.next('peer');
    expect((await bob.next('peer')).state).toBe('offline');
  });

  it('[HS3] a device that is none is refused before the upgrade', async () => {
    const { base } = await listenApp();
    const { sid, a } = await metRawSession(base);
    for (const query of ['device=', 'device=me', `device=${newCid()}&device=${newCid()}`]) {
      expect(await new RawClient(base, `${sid}?${query}`, a.cookie).opened()).toBe(400);
    }
  });

  it.each([
    ['binary', Buffer.from('{"type":"ping"}')],
    ['no JSON', 'hello'],
    ['an unknown type', '{"type":"sing"}'],
    ['an unknown field', '{"type":"ping","x":1}'],
    ['a poisoned frame', '{"type":"ping","__proto__":{}}'],
  ])('[CL2] %s closes this connection only', async (_, frame) => {
    const { a, b } = await twoConnected();
    a.socket.send(frame);
    expect(await a.closed).toBe(4500);
    b.send({ type: 'ping' });
    await b.next('pong');
  });

  it('[HS2] a frame over 24 KiB closes with 1009, bad UTF-8 with 1007', async () => {
    const { a, b } = await twoConnected();
    a.send('x'.repeat(24 * 1024 + 1));
    expect(await a.closed).toBe(1009);
    b.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await b.closed).toBe(1007);
  });
});

describe('the log', () => {
  it('[LG1] both get the entry, and the echo is the same', async () => {
    const { a, b } = await twoConnected();
    const message = send();
    a.send(message);
    const echo = await a.next('entry');
    expect(echo).toMatchObject({ seq: 1, slot: 'a', cid: message.cid, box: message.box });
    expect(await b.next('entry')).toEqual(echo);
  });

  it('[LG2] a repeat is answered to that connection only, with the entry as stored', async () => {
    const { a, b } = await twoConnected();
    const message = send();
    a.send(message);
    const echo = await a.next('entry');
    a.send({ ...message, box: newBox() });
    expect(await a.next('entry')).toEqual(echo);
    b.send(send());
    expect((await b.next('entry')).seq).toBe(1);
    expect((await b.next('entry')).seq).toBe(2);
  });

  it('[LG4] a hundred at once are stored in the order they came', async () => {
    const { a, b } = await twoConnected({ RATE_SEND: 'off' });
    const cids = Array.from({ length: 100 }, newCid);
    for (const cid of cids) a.send(send(cid));
    const seen: string[] = [];
    while (seen.length < 100) {
      const entry = await b.next('entry');
      expect(entry.seq).toBe(seen.push(entry.cid));
    }
    expect(seen).toEqual(cids);
  });

  it('[LG5] [LG6] past the limit all is refused until that cid comes, but unsends are taken', async () => {
    const { a, b } = await twoConnected({ MAX_ENTRIES: '2' });
    const first = send();
    for (const frame of [first, send()]) {
      a.send(frame);
      await a.next('entry');
    }
    const third = send();
    a.send(third);
    expect(await a.next('nack')).toEqual({ type: 'nack', cid: third.cid, error: 'session_full' });
    const fourth = send();
    a.send(fourth);
    expect(await a.next('nack')).toEqual({ type: 'nack', cid: fourth.cid, error: 'waiting' });
    a.send(third);
    expect((await a.next('nack')).error).toBe('session_full');
    const unsend = { type: 'unsend', of: [first.cid], cid: newCid(), box: newBox() };
    a.send(unsend);
    expect(await a.next('entry')).toMatchObject({ seq: 3, unsends: [first.cid] });
    await b.close();
  });

  it('[LG7] an unsend replaces the box by its hash, for later readers too', async () => {
    const { base, session, a, b } = await twoConnected();
    const message = send();
    a.send(message);
    await b.next('entry');
    const unsend = { type: 'unsend', of: [message.cid], cid: newCid(), box: newBox() };
    a.send(unsend);
    expect(await b.next('entry')).toMatchObject({
      seq: 2,
      unsends: [message.cid],
      box: unsend.box,
    });
    const { client } = await connectRaw(base, session.sid, session.b);
    const { list } = await client.next('entries');
    expect(list[0]).toMatchObject({
      seq: 1,
      cid: message.cid,
      hash: matching(/^.{43}$/),
    });
    expect(list[0]).not.toHaveProperty('box');
  });

  it('[CL2] a cid, or a target, of the other participant closes with 4500', async () => {
    const { base, session, a, b } = await twoConnected();
    const message = send();
    a.send(message);
    await b.next('entry');
    b.send(send(message.cid));
    expect(await b.closed).toBe(4500);
    const { client } = await connectRaw(base, session.sid, session.b);
    client.send({ type: 'unsend', of: [message.cid], cid: newCid(), box: newBox() });
    expect(await client.closed).toBe(4500);
  });

  it('[CL6] sends beyond the rate are read more slowly, none is refused', async () => {
    const { a } = await twoConnected({ RATE_SEND: '50/1s', BURST_SEND: '2' });
    const started = performance.now();
    for (let i = 0; i < 12; i++) a.send(send());
    for (let seq = 1; seq <= 12; seq++) expect((await a.next('entry')).seq).toBe(seq);
    expect(performance.now() - started).toBeGreaterThan(150);
    expect(a.all.some(({ type }) => type === 'nack')).toBe(false);
  });
});

describe('resume', () => {
  it('[RS1] [RS2] [HS5] the whole log, or what follows a position', async () => {
    const { base, session, a, b } = await twoConnected({ RATE_SEND: 'off' });
    for (let i = 0; i < 130; i++) a.send(send());
    let last = await b.next('entry');
    while (last.seq < 130) last = await b.next('entry');
    const whole = await connectRaw(base, session.sid, session.b);
    expect(whole.welcome).toMatchObject({ head: 130, sum: last.sum, reset: false });
    const pages = [await whole.client.next('entries'), await whole.client.next('entries')];
    expect(pages[0]?.list.length).toBeLessThanOrEqual(100);
    expect(pages.flatMap(({ list }) => list.map(({ seq }) => seq))).toEqual(
      Array.from({ length: 130 }, (_, index) => index + 1),
    );
    const { seq, sum } = pages[1]?.list[3] ?? last;
    const rest = await connectRaw(base, session.sid, session.b, { seq, sum });
    expect((await rest.client.next('entries')).list[0]?.seq).toBe(seq + 1);
  });

  it('[RS3] after a position that is not in the log: reset, and the whole log', async () => {
    const { base, session, a } = await twoConnected();
    a.send(send());
    const { sum } = await a.next('entry');
    for (const after of [
      { seq: 1, sum: 'another-sum' },
      { seq: 9, sum },
    ]) {
      const { client, welcome } = await connectRaw(base, session.sid, session.b, after);
      expect(welcome).toMatchObject({ reset: true, head: 1 });
      expect((await client.next('entries')).list).toHaveLength(1);
      await client.close();
    }
  });
});

describe('ephemeral', () => {
  it('[EP1] receipts keep the maximum and reach both', async () => {
    const { a, b } = await twoConnected();
    a.send(send());
    await b.next('entry');
    b.send({ type: 'receipt', received: 99, read: 0 });
    const told = { type: 'receipt', slot: 'b', received: 1, read: 0 };
    expect(await a.next('receipt')).toEqual(told);
    expect(await b.next('receipt')).toEqual(told);
    b.send({ type: 'receipt', received: 1, read: 1 });
    expect(await a.next('receipt')).toEqual({ ...told, read: 1 });
  });

  it('[EP2] typing reaches the other only', async () => {
    const { a, b } = await twoConnected();
    a.send({ type: 'typing', on: true });
    expect(await b.next('typing')).toEqual({ type: 'typing', slot: 'a', on: true });
    a.send({ type: 'ping' });
    await a.next('pong');
    expect(a.all.some(({ type }) => type === 'typing')).toBe(false);
  });

  it('[EP3] presence: never, online, offline', async () => {
    const { base } = await listenApp();
    const session = await createRawSession(base);
    await enterRaw(base, session.sid, session.a);
    const { client: a, welcome } = await connectRaw(base, session.sid, session.a);
    expect(welcome.peer).toEqual({ state: 'never' });
    await enterRaw(base, session.sid, session.b);
    expect((await a.next('peer')).state).toBe('offline');
    const { client: b } = await connectRaw(base, session.sid, session.b);
    expect((await a.next('peer')).state).toBe('online');
    await b.close();
    expect(await a.next('peer')).toMatchObject({ state: 'offline', lastAt: anyNumber });
  });

  it('[EP4] five wrong codes are told to both', async () => {
    const { base, session, a, b } = await twoConnected();
    const { proof } = session.b;
    for (let i = 0; i < 5; i++) {
      const { status } = await postJson(base, `/api/sessions/${session.sid}/enter`, {
        proof,
        code: '0000-0000',
      });
      expect(status).toBe(401);
    }
    const notice = { type: 'notice', kind: 'tries', slot: 'b', count: 5 };
    expect(await a.next('notice')).toEqual(notice);
    expect(await b.next('notice')).toEqual(notice);
  });

  it('[CL6] a flood of other frames closes with 4003', async () => {
    const { a } = await twoConnected();
    for (let i = 0; i < 60; i++) a.send({ type: 'ping' });
    expect(await a.closed).toBe(4003);
  });
});

describe('life', () => {
  it('[LF3] [LF2] keep moves the deadline of silence, and both are told', async () => {
    const { base } = await listenApp({ env: { IDLE_TTL: '5m' } });
    const session = await metRawSession(base);
    const { client: a } = await connectRaw(base, session.sid, session.a);
    const { client: b, welcome } = await connectRaw(base, session.sid, session.b);
    expect(welcome.expiresBy).toBe('silence');
    // The deadline moves only by more than a second: the first keep may come too early.
    const told = a.next('expires');
    const keeping = setInterval(() => b.send({ type: 'keep' }), 100);
    const expires = await told;
    clearInterval(keeping);
    expect(expires.by).toBe('silence');
    expect(expires.inMs).toBeGreaterThan(welcome.expiresInMs - 1_000);
  });

  it('[LF4] [LF5] either ends it for both, at any moment; late sends get gone', async () => {
    const { base, session, a, b } = await twoConnected();
    const box = newBox();
    b.send({ type: 'end', box });
    const ended = { type: 'ended', reason: 'ended', by: 'b', box };
    expect(await a.next('ended')).toEqual(ended);
    expect(await b.next('ended')).toEqual(ended);
    expect([await a.closed, await b.closed]).toEqual([4503, 4503]);
    expect(await new RawClient(base, session.sid, session.a.cookie).opened()).toBe(401);
    const { status, body } = await postJson(base, `/api/sessions/${session.sid}/landing`, {
      proof: session.a.proof,
    });
    expect([status, body.error]).toMatchObject([
      410,
      { code: 'ended', reason: 'ended', by: 'b', box },
    ]);
  });

  it('[LF5] silence ends it, and who is connected is told', async () => {
    const { base } = await listenApp({ env: { IDLE_TTL: '1s' } });
    const session = await metRawSession(base);
    const { client } = await connectRaw(base, session.sid, session.a);
    expect(await client.next('ended')).toEqual({ type: 'ended', reason: 'silence' });
    expect(await client.closed).toBe(4503);
  });

  it('[LF1] a session that only one has entered ends with its link', async () => {
    const { base } = await listenApp({ env: { LINK_TTL: '1s' } });
    const session = await createRawSession(base);
    await enterRaw(base, session.sid, session.a);
    const { client } = await connectRaw(base, session.sid, session.a);
    expect(await client.next('ended')).toEqual({ type: 'ended', reason: 'link' });
  });
});

describe('closing', () => {
  it('[CL4] leaving closes the connections of that pass, and no others', async () => {
    const { base, session, a, b } = await twoConnected();
    const { status } = await postJson(base, `/api/sessions/${session.sid}/leave`, undefined, {
      cookie: session.a.cookie,
    });
    expect(status).toBe(204);
    expect(await a.closed).toBe(4501);
    b.send({ type: 'ping' });
    await b.next('pong');
  });

  it('[CL4] the fifth connection of a participant closes the oldest', async () => {
    const { base, session, a } = await twoConnected();
    for (let i = 0; i < 4; i++) await connectRaw(base, session.sid, session.a);
    expect(await a.closed).toBe(4504);
  });

  it('[CL1] a stopping node asks everyone to come back', async () => {
    const { a, b, close } = await twoConnected();
    await close();
    expect([await a.closed, await b.closed]).toEqual([1012, 1012]);
  });
});
