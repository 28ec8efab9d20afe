/**
 * Too much at once: frames of 20 MB, whole and in pieces, byte by byte, headers without end, and
 * bodies that would poison whoever copies them. Nothing is kept of it, and the others go on. Long
 * because each attack has its few lines.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { askRaw, sendBytes, UPGRADE } from '../support/raw-http.ts';
import { connectRaw, metRawSession, RawClient, type RawSession } from '../support/raw-client.ts';
import { growthMiB } from '../support/resident.ts';
import { startServer, type Server } from '../support/server-process.ts';
import { expectDelivered, type People } from '../support/store-trouble.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const LARGE_BYTES = 20 * 2 ** 20;
const CONNECTIONS = 10;

let server: Server;
let session: RawSession;
let others: People;

beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'warn', MAX_CONNECTIONS_PER_IP: '1000' });
  session = await metRawSession(server.base);
  const { sid, ...who } = await metRawSession(server.base);
  const [{ client: a }, { client: b }] = await Promise.all([
    connectRaw(server.base, sid, who.a),
    connectRaw(server.base, sid, who.b),
  ]);
  others = { a, b };
  return () => server.kill();
});

afterEach(async () => {
  await expectDelivered(others);
  expect(server.output.join('\n')).not.toMatch(/"level":[56]0/);
});

/** A socket of ours that was let in, to say octets of our own on. */
async function opened(): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  const headers = {
    ...{ host: `localhost:${server.port}`, origin: server.base },
    ...{ cookie: session.a.cookie, ...UPGRADE },
  };
  const lines = Object.entries(headers).map((header) => header.join(': '));
  socket.write([`GET /ws/${session.sid} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
  socket.on('error', () => {});
  const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /);
  return socket;
}

/** One frame (RFC 6455 section 5.2), masked with zeros. */
function frame(payload: Buffer, { opcode = 1, isLast = true, announced = payload.length } = {}) {
  const head = Buffer.alloc(14);
  head[0] = (isLast ? 0x80 : 0) | opcode;
  if (announced < 126) {
    head[1] = 0x80 | announced;
    return Buffer.concat([head.subarray(0, 6), payload]);
  }
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(announced), 2);
  return Buffer.concat([head, payload]);
}

const HELLO = frame(Buffer.from('{"type":"hello","v":1,"after":null}'));

/** Writes as fast as it is taken, until all is or the server has had enough: its close code. */
async function offer(socket: Socket, pieces: Iterable<Buffer>): Promise<number> {
  const received: Buffer[] = [];
  const isClosed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('data', (bytes: Buffer) => received.push(bytes));
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (!socket.write(piece)) {
      await Promise.race([isClosed, new Promise((resolve) => socket.once('drain', resolve))]);
    }
  }
  await isClosed;
  const all = Buffer.concat(received);
  const at = all.findLastIndex((byte, index) => byte === 0x88 && all[index + 1] === 2);
  return at < 0 ? 0 : all.readUInt16BE(at + 2);
}

const CHUNK = Buffer.alloc(64 * 1024, 'x');
function* chunks(bytes: number): Iterable<Buffer> {
  for (let sent = 0; sent < bytes; sent += CHUNK.length) yield CHUNK;
}

describe('20 MB frames', () => {
  it.each<[string, () => Iterable<Buffer>]>([
    [
      'whole',
      function* () {
        yield HELLO;
        yield frame(Buffer.alloc(0), { announced: LARGE_BYTES });
        yield* chunks(LARGE_BYTES);
      },
    ],
    [
      'whole, and before any hello',
      function* () {
        yield frame(Buffer.alloc(0), { announced: LARGE_BYTES });
        yield* chunks(LARGE_BYTES);
      },
    ],
    [
      'in fragments of 16 KiB',
      function* () {
        yield HELLO;
        const piece = CHUNK.subarray(0, 16 * 1024);
        yield frame(piece, { isLast: false });
        for (let sent = 0; sent < LARGE_BYTES; sent += piece.length) {
          yield frame(piece, { opcode: 0, isLast: false });
        }
      },
    ],
    [
      'as large as a length can be',
      function* () {
        yield HELLO;
        yield frame(Buffer.alloc(0), { announced: Number.MAX_SAFE_INTEGER });
        yield* chunks(LARGE_BYTES);
      },
    ],
  ])('%s are refused (1009) without being kept', async (_, pieces) => {
    const grown = await growthMiB(server.pid, async () => {
      for (let count = 0; count < CONNECTIONS; count += 1) {
        // 0: it was cut off while it went on talking, before it could read the word.
        expect([1009, 0]).toContain(await offer(await opened(), pieces()));
      }
    });
    expect(grown).toBeLessThan(60);
  });

  it('by a client that listens are told so (1009)', async () => {
    const { client } = await connectRaw(server.base, session.sid, session.a);
    client.send('x'.repeat(24 * 1024 + 1));
    expect(await client.closed).toBe(1009);
  });

  it.each<[string, string]>([
    ['with a length', `Content-Length: ${LARGE_BYTES}\r\n\r\n`],
    ['without', `Transfer-Encoding: chunked\r\n\r\n${LARGE_BYTES.toString(16)}\r\n`],
  ])('as bodies %s are refused (413) without being kept', async (_, rest) => {
    const head = 'POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const grown = await growthMiB(server.pid, async () => {
      for (let count = 0; count < CONNECTIONS; count += 1) {
        const socket = connect(server.port, '127.0.0.1');
        let received = '';
        socket.on('error', () => {});
        socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
        await offer(socket, [Buffer.from(head + rest), ...chunks(LARGE_BYTES)]);
        // Who is cut off while talking may not find the answer.
        if (received !== '') expect(received).toMatch(/^HTTP\/1\.1 413 /);
      }
    });
    expect(grown).toBeLessThan(60);
  });
});

describe('one byte at a time', () => {
  const bytesOf = (text: string) => [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
  const inFragments = (text: string) =>
    bytesOf(text).map((byte, index, all) =>
      frame(byte, { opcode: index === 0 ? 1 : 0, isLast: index === all.length - 1 }),
    );

  it('a frame in a few fragments is a frame', async () => {
    const socket = await opened();
    const answers: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => answers.push(bytes));
    for (const piece of [HELLO, ...inFragments('{"type":"ping"}')]) socket.write(piece);
    await expect
      .poll(() => Buffer.concat(answers).toString(), { timeout: 10_000 })
      .toContain('{"type":"pong"}');
    socket.destroy();
  });

  /** Fragments of one frame that never ends, many to a write. */
  function* endless(payload: string): Iterable<Buffer> {
    yield frame(Buffer.from(payload), { isLast: false });
    const next = frame(Buffer.from(payload), { opcode: 0, isLast: false });
    const many = Buffer.concat(Array<Buffer>(10_000).fill(next));
    for (let count = 0; count < 100; count += 1) yield many;
  }

  it.each<[string, () => Iterable<Buffer>]>([
    [
      'of a frame that would be small enough',
      () => [Buffer.concat(inFragments(JSON.stringify({ x: 'x'.repeat(20_000) })))],
    ],
    ['of a frame without end', () => endless('x')],
    ['that are empty', () => endless('')],
  ])('fragments %s are refused, and nothing is kept', async (_, pieces) => {
    const grown = await growthMiB(server.pid, async () => {
      for (let count = 0; count < CONNECTIONS; count += 1) {
        const socket = await opened();
        socket.write(HELLO);
        expect([1008, 1009, 0]).toContain(await offer(socket, pieces()));
      }
    });
    expect(grown).toBeLessThan(60);
  });

  it('a request and its frames written so are as good as any other', async () => {
    const socket = connect(server.port, '127.0.0.1').setNoDelay();
    socket.on('error', () => {});
    let received = '';
    socket.on('data', (bytes: Buffer) => (received += bytes.toString('latin1')));
    const write = async (bytes: Buffer[]) => {
      for (const byte of bytes) await new Promise((resolve) => socket.write(byte, resolve));
    };
    const until = (text: string) =>
      expect.poll(() => received, { timeout: 10_000 }).toContain(text);
    const headers = {
      host: `localhost:${server.port}`,
      origin: server.base,
      cookie: session.b.cookie,
      ...UPGRADE,
    };
    const lines = Object.entries(headers).map((header) => header.join(': '));
    await write(bytesOf([`GET /ws/${session.sid} HTTP/1.1`, ...lines, '', ''].join('\r\n')));
    await until('HTTP/1.1 101 ');
    await write(
      [...HELLO, ...frame(Buffer.from('{"type":"ping"}'))].map((byte) => Buffer.from([byte])),
    );
    await until('{"type":"pong"}');
    socket.destroy();
  });
});

describe('header floods', () => {
  const GET = 'GET /healthz HTTP/1.1\r\nHost: x\r\n';

  it.each([
    ['four thousand', `${GET}${'abc:def\r\n'.repeat(4_000)}\r\n`],
    ['one of 16 KiB', `${GET}X: ${'x'.repeat(16 * 1024)}\r\n\r\n`],
    ['a name of 16 KiB', `${GET}${'x'.repeat(16 * 1024)}: x\r\n\r\n`],
    ['a path of 16 KiB', `GET /${'x'.repeat(16 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    [
      'as many cookies',
      `${GET}${`Cookie: duologue-AAAAAAAAAAA=${'x'.repeat(200)}\r\n`.repeat(100)}\r\n`,
    ],
    [
      'an upgrade full of them',
      `${GET}Upgrade: websocket\r\nConnection: Upgrade\r\n${'abc:def\r\n'.repeat(4_000)}\r\n`,
    ],
  ])('%s are refused (431)', async (_, bytes) => {
    expect(await sendBytes(server.port, bytes)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('one of a megabyte is refused, or cut off before it has been said', async () => {
    const bytes = `${GET}X: ${'x'.repeat(2 ** 20)}\r\n\r\n`;
    expect(await sendBytes(server.port, bytes)).toMatch(/^(HTTP\/1\.1 431 |$)/);
  });

  it('as many as fit are answered', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 900 }, (_, index) => [`x-${index}`, 'xxxx']),
    );
    expect((await askRaw(server.port, { path: '/healthz', headers })).status).toBe(200);
  });

  it('without end, or behind a body, cost no memory', async () => {
    function* endless(start: string): Iterable<Buffer> {
      yield Buffer.from(start);
      for (let sent = 0; sent < LARGE_BYTES; sent += 64 * 1024)
        yield Buffer.from('x: y\r\n'.repeat(11_000));
    }
    const trailers = `POST /api/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n`;
    const grown = await growthMiB(server.pid, async () => {
      for (let count = 0; count < CONNECTIONS; count += 1) {
        for (const start of [GET, trailers]) {
          const socket = connect(server.port, '127.0.0.1');
          socket.on('error', () => {}).resume();
          await offer(socket, endless(start));
        }
      }
    });
    expect(grown).toBeLessThan(60);
  });
});

describe('prototype poisoning over HTTP', () => {
  const type = { 'content-type': 'application/json' };
  const names = '"names":["Ann","Bob"]';

  it.each([
    `{${names},"__proto__":{"idle":"1s"}}`,
    `{"__proto__":{${names}}}`,
    `{${names},"constructor":{"prototype":{"idle":"1s"}}}`,
    `{"constructor":{"prototype":{${names}}}}`,
    `{${names},"\\u005f_proto__":{"idle":"1s"}}`,
    `{"names":{"0":"Ann","1":"Bob","length":2,"__proto__":[]}}`,
    `{"id":"AAAAAAAAAAA","sealed":[{"__proto__":{}},{"__proto__":{}}]}`,
    `[{"__proto__":{}}]`,
    `{"toString":1,${names}}`,
    `{"hasOwnProperty":1,${names}}`,
  ])('by the body %s', async (body) => {
    const request = { method: 'POST', path: '/api/sessions', headers: type, body };
    const { status, body: answer } = await askRaw(server.port, request);
    expect([status, JSON.parse(answer)]).toMatchObject([400, { error: { code: 'bad_request' } }]);
  });

  it('by paths, queries, cookies and header names; and nothing has changed after it all', async () => {
    const before = await askRaw(server.port, { path: '/api/openapi.json' });
    const proof = randomBytes(32).toString('base64url');
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
      const cookie = `${name}=x; duologue-${name}=x; __Host-duologue-${name}=x`;
      const body = JSON.stringify({ proof });
      for (const request of [
        { path: `/${name}` },
        { path: `/?${name}=x&${name}[${name}]=x` },
        { path: `/ws/${name}`, headers: { ...UPGRADE, origin: server.base, cookie } },
        { path: `/ws/${session.sid}?slot=${name}`, headers: { ...UPGRADE, origin: server.base } },
        { path: `/assets/${name}` },
        { method: 'POST', path: `/api/sessions/${name}/landing`, headers: type, body },
        {
          method: 'POST',
          path: `/api/sessions/${name}/leave`,
          headers: { cookie, origin: server.base },
        },
        { path: '/healthz', headers: { [name]: 'x', 'x-forwarded-proto': name, cookie } },
      ]) {
        expect((await askRaw(server.port, request)).status).toBeLessThan(500);
      }
    }
    const after = await askRaw(server.port, { path: '/api/openapi.json' });
    expect(after.body).toBe(before.body);
    await metRawSession(server.base);
    expect(await new RawClient(server.base, session.sid, '').opened()).toBe(401);
  });
});
