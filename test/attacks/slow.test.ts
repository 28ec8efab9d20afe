/**
 * Those who are slow on purpose: requests that never end, answers that are never read, people who
 * stop reading while their chat is busy. The others are served meanwhile, in the same process.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  connectRaw,
  createRawSession,
  metRawSession,
  type RawClient,
  type RawSession,
} from '../support/raw-client.ts';
import { growthMiB } from '../support/resident.ts';
import { MOVABLE_CLOCKS, startServer, type Server } from '../support/server-process.ts';
import { expectDelivered, newSend, type People } from '../support/store-trouble.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const HALF_OPEN = 2_000;
/** Fewer than wait before a server that is busy. */
const AT_ONCE = 100;
const DRIP_EVERY_MS = 500;
const STALLED = 51;
/** Of b: as many as a participant may have, and one of them reads. */
const STALLED_EACH = 3;
const MESSAGES = 260;
const BOX_BYTES = 16 * 1024;
const LIVES_EVERY_MS = 1_000;
const TRIES = 3;

let server: Server;
let session: RawSession;
let others: People;

beforeAll(async () => {
  server = await startServer({
    ...MOVABLE_CLOCKS,
    ...{ RATE_SEND: 'off', LOG_LEVEL: 'warn', MAX_CONNECTIONS_PER_IP: '1000' },
  });
  session = await metRawSession(server.base);
  others = await connectBoth(session);
  return () => server.kill();
});

async function connectBoth({ sid, ...who }: RawSession): Promise<People> {
  const [{ client: a }, { client: b }] = await Promise.all([
    connectRaw(server.base, sid, who.a),
    connectRaw(server.base, sid, who.b),
  ]);
  return { a, b };
}

/** The others chat, and somebody new comes, until `isOver` and once more. */
async function goOnUntil(isOver: Promise<unknown>): Promise<number> {
  let rounds = 0;
  let done = false;
  isOver.finally(() => (done = true)).catch(() => {});
  const isDone = () => done;
  do {
    await expectDelivered(others);
    await createRawSession(server.base);
    rounds += 1;
  } while (!isDone());
  return rounds;
}

const POST = 'POST /api/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

describe('slow requests', () => {
  /** What is said at once, and what drips after it, for ever; null: nothing more. */
  const KINDS: [string, string | null][] = [
    ['', null],
    ['G', null],
    ['GET / HTTP/1.1\r\nHost: x\r\n', 'X: x\r\n'],
    ['GET / HTTP/1.1\r\nHost: x\r\nX: ', 'x'],
    [`${POST}Content-Length: 30000\r\n\r\n{`, ' '],
    [`${POST}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
    [`${POST}Content-Length: 100\r\n\r\n`, null],
    ['GET /ws/AAAAAAAAAAA HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n', 'X: x\r\n'],
  ];

  it('2,000 half-open at once are all closed in time, and others are served meanwhile', async () => {
    const started = performance.now();
    const grown = await growthMiB(server.pid, async () => {
      const open: Promise<void>[] = [];
      while (open.length < HALF_OPEN) {
        const [start, drip] = KINDS[open.length % KINDS.length]!;
        open.push(halfOpen(start, drip));
        // Answered behind them: they are with the server, not lost in the queue before it.
        if (open.length % AT_ONCE === 0) await fetch(`${server.base}/healthz`);
      }
      const rounds = await goOnUntil(Promise.all(open));
      expect(rounds).toBeGreaterThan(1);
    });
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    process.stdout.write(`2,000 half-open: closed after ${seconds} s, ${grown} MiB more\n`);
    expect(grown).toBeLessThan(100);
    expect((await fetch(`${server.base}/healthz`)).status).toBe(200);
  });

  /** Resolves when the server has closed it. */
  async function halfOpen(start: string, drip: string | null): Promise<void> {
    const socket = connect(server.port, '127.0.0.1');
    const dripping =
      drip === null ? undefined : setInterval(() => socket.write(drip), DRIP_EVERY_MS);
    socket.on('error', () => {}).resume();
    if (start !== '') socket.write(start);
    // Not `once`, which rejects when the server cuts it off in the middle of a word.
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(dripping);
  }
});

describe('slow readers of answers', () => {
  it('two hundred that ask on and on cost no memory, and others are served meanwhile', async () => {
    const folder = fileURLToPath(new URL('../../web/dist/assets', import.meta.url));
    const script = readdirSync(folder).find((name) => /^index-.*\.js$/.test(name));
    const asset = `GET /assets/${script} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const sockets: Socket[] = [];
    onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
    const grown = await growthMiB(server.pid, async () => {
      for (let index = 0; index < 200; index += 1) {
        const socket = connect(server.port, '127.0.0.1').pause();
        socket.on('error', () => {});
        sockets.push(socket);
        // Half of them at once, half as much as may wait.
        socket.write(asset.repeat(index % 2 === 0 ? 300 : 4));
      }
      await goOnUntil(Promise.all(sockets.map((socket) => once(socket, 'connect'))));
      for (let round = 0; round < 20; round += 1) await expectDelivered(others);
    });
    process.stdout.write(`200 that read no answer: ${grown} MiB more\n`);
    // Were they unbounded, it would be a thousand.
    expect(grown).toBeLessThan(400);
  });
});

describe('slow readers of a chat', () => {
  const cidsOf = ({ all }: RawClient) =>
    all.flatMap((frame) =>
      frame.type === 'entry'
        ? [frame.cid]
        : frame.type === 'entries'
          ? frame.list.map(({ cid }) => cid)
          : [],
    );

  /** Says so much that no network between takes it all; resolves when `b` has it. */
  async function fill({ a, b }: People): Promise<string[]> {
    const { box } = newSend(BOX_BYTES);
    const cids: string[] = [];
    for (let count = 0; count < MESSAGES; count += 1) {
      const frame = { ...newSend(1), box };
      cids.push(frame.cid);
      a.send(frame);
      if (count % 10 === 9) await a.next('entry');
    }
    const last = cids.at(-1)!;
    while (!cidsOf(b).includes(last)) await b.next('entry', 'entries');
    return cids;
  }

  /** Reads nothing more, and says all the while that it lives: the heartbeat has nothing on it. */
  async function stalledOf({ sid, b }: RawSession): Promise<RawClient> {
    const { client } = await connectRaw(server.base, sid, b);
    client.socket.pause();
    const living = setInterval(() => client.send({ type: 'ping' }), LIVES_EVERY_MS);
    void client.closed.then(() => clearInterval(living));
    return client;
  }

  it('fifty stalled sockets of busy chats are closed, hold little, and delay nobody else', async () => {
    const chats: People[] = [];
    const stalled: RawClient[] = [];
    while (stalled.length < STALLED) {
      const one = await metRawSession(server.base);
      chats.push(await connectBoth(one));
      for (let index = 0; index < STALLED_EACH; index += 1) stalled.push(await stalledOf(one));
    }
    const grown = await growthMiB(server.pid, async () => {
      const filled = Promise.all(
        chats.map(async (people) => {
          const cids = await fill(people);
          expect(cidsOf(people.b)).toEqual(cids);
        }),
      );
      await goOnUntil(filled);
      await filled;
    });
    const logs = Math.round((chats.length * MESSAGES * BOX_BYTES * 4) / 3 / 2 ** 20);
    process.stdout.write(`${STALLED} stalled: ${grown} MiB more, ${logs} of them logs\n`);
    // What each may hold back, the logs in memory, and room for what waits to be collected.
    expect(grown).toBeLessThan(logs + STALLED + 150);

    await server.aMinuteLater();
    for (const { socket } of stalled) socket.resume();
    const codes = await Promise.all(stalled.map(({ closed }) => closed));
    // Who reads too late to find the word finds the connection cut.
    expect(codes.filter((code) => code !== 4000 && code !== 1006)).toEqual([]);
    // Anew: whom the heartbeat was just asking took a minute to answer, by the clock.
    others = await connectBoth(session);
    await expectDelivered(others);
  });

  it('one is told so (4000), and goes on by its place in the log', async () => {
    for (let attempt = 1; ; attempt += 1) {
      const one = await metRawSession(server.base);
      const people = await connectBoth(one);
      const slow = await stalledOf(one);
      const cids = await fill(people);
      await server.aMinuteLater();
      slow.socket.resume();
      const code = await slow.closed;
      // A machine that was busy elsewhere may come too late to read the word.
      if (code === 1006 && attempt < TRIES) continue;
      expect(code).toBe(4000);
      const seen = cidsOf(slow);
      expect(seen.length).toBeLessThan(cids.length);
      expect(seen).toEqual(cids.slice(0, seen.length));
      const last = slow.all.findLast((frame) => frame.type === 'entry' || frame.type === 'entries');
      const entry = last?.type === 'entries' ? last.list.at(-1) : last;
      if (!entry) throw new Error('it got nothing at all');
      const { seq, sum } = entry as { seq: number; sum: string }; // as: one of the two above
      const { client, welcome } = await connectRaw(server.base, one.sid, one.b, { seq, sum });
      expect(welcome.reset).toBe(false);
      while (!cidsOf(client).includes(cids.at(-1)!)) await client.next('entries', 'entry');
      expect([...seen, ...cidsOf(client)]).toEqual(cids);
      return;
    }
  });
});
