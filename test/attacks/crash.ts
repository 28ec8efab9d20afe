/**
 * What a node says when something breaks under it, and when it breaks itself: the log names every
 * trouble, and nothing of what was asked; the last words of a process are no others.
 */
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { adminOf } from '../support/redis-admin.ts';
import { startRedis } from '../support/redis.ts';
import { connectRaw, metRawSession, postJson } from '../support/raw-client.ts';
import type { RawSession } from '../support/raw-client.ts';
import { createSearch } from '../support/search.ts';
import { MOVABLE_CLOCK, startServer, type Server } from '../support/server-process.ts';
import { newSend } from '../support/store-trouble.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import type { Course, Fault } from '../faults/fault.ts';
import type { Random } from '../faults/world/random.ts';
import { persist, until } from '../faults/world/until.ts';
import { createCanaries, drawText, type Canaries } from './canaries/canaries.ts';
import { TROUBLES, type Scope, type Trouble } from './crash/troubles.ts';

const UNCAUGHT = `--import=${new URL('../support/uncaught-on-signal.js', import.meta.url).href}`;

export const crash: Fault = {
  id: 'crash',
  title: 'what breaks says nothing secret',
  short: 1,
  long: 20,

  async run(course) {
    for (let done = 0; done < course.iterations;) {
      const random = course.random(done);
      await breakRedis(course, random);
      await forbidScripts(course, random);
      for (const signal of ['SIGWINCH', 'SIGABRT', 'SIGUSR2'] as const) {
        await breakNode(course, random, signal);
      }
      course.progress(++done);
    }
  },
};

/** A node whose Redis gets into every trouble there is, one after the other. */
async function breakRedis(course: Course, random: Random): Promise<void> {
  const redis = await startRedis();
  course.use({ close: () => redis.stop() });
  let isGarbled = false;
  const listen: Parameters<typeof startTcpProxy>[1] = (_connection, direction, bytes) => {
    // What the listener leaves of a piece is what goes on.
    if (isGarbled && direction === 'out') bytes[0] = 'x'.charCodeAt(0);
  };
  const wire = course.use(await startTcpProxy(() => redis.port, listen));
  const server = await serve(course, { REDIS_URL: `redis://127.0.0.1:${wire.port}` });
  const [admin, other] = [adminOf(redis.url), adminOf(redis.url)];
  for (const one of [admin, other]) course.use({ close: () => one.disconnect() });
  const session = await persist(() => metRawSession(server.base));
  const canaries = plant(random);
  noteSession(canaries, session);
  const scope: Meeting['scope'] = {
    ...{ admin, other, wire, key: `duologue:{${session.sid}}` },
    garble: (now) => void (isGarbled = now),
    word: canaries.word,
  };
  for (const trouble of TROUBLES) await meetTrouble({ server, session, canaries, scope }, trouble);
  await server.stop();
  expectSilence(server, canaries);
}

interface Meeting {
  server: Server;
  session: RawSession;
  canaries: Planted;
  scope: Omit<Scope, 'cid'>;
}

async function meetTrouble(meeting: Meeting, trouble: Trouble): Promise<void> {
  const { server, session, canaries, scope } = meeting;
  const { client: before, cid } = await sayOne(server, session);
  await before.close();
  let { socket } = (await sayOne(server, session)).client;
  const heard = server.output.length;
  const said = () => server.output.slice(heard).join('\n');
  // The same ones again and again: after a refusal no other would be taken.
  const sent = [{ ...newSend(), type: 'unsend', of: [cid] }, newSend()];
  const frames = sent.map((frame) => JSON.stringify(frame));
  const inTrouble = { ...scope, cid };
  await trouble.begin(inTrouble);
  try {
    await until(`${trouble.name} is met`, async () => {
      // What is refused on and on is told of now and then.
      await server.aMinuteLater();
      await askAll(server, session, canaries.word);
      if (socket.readyState === WebSocket.CLOSED) socket = comeBack(server, session);
      if (socket.readyState === WebSocket.OPEN) frames.forEach((frame) => socket.send(frame));
      return trouble.said === null || trouble.said.test(said());
    });
  } finally {
    await trouble.end(inTrouble);
  }
  socket.terminate();
  await until('it is over', async () => (await fetch(`${server.base}/readyz`)).ok);
}

/** On a new connection, and as often as it takes: a trouble that is over may have a last effect. */
async function sayOne({ base }: Server, { sid, a }: RawSession) {
  const frame = newSend();
  return persist(async () => {
    const { client } = await connectRaw(base, sid, a);
    client.send(frame);
    for (;;) {
      const answer = await client.next('entry', 'entries', 'nack');
      if (JSON.stringify(answer).includes(frame.cid)) {
        if (answer.type !== 'nack') return { client, cid: frame.cid };
        client.send(frame);
      }
    }
  });
}

/** If it can; nobody waits for it, nor reads what a damaged log says. */
function comeBack({ base }: Server, { sid, a: { cookie } }: RawSession): WebSocket {
  const headers = { cookie, origin: base };
  const socket = new WebSocket(`${base.replace('http', 'ws')}/ws/${sid}`, { headers });
  socket.on('error', () => {});
  socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', v: 1, after: null })));
  return socket;
}

async function askAll({ base }: Server, { sid, b }: RawSession, word: string): Promise<void> {
  const { proof, code, cookie } = b;
  const path = `/api/sessions/${sid}`;
  await Promise.all([
    postJson(base, `${path}/landing`, { proof }, { cookie }),
    postJson(base, `${path}/enter`, { proof, code: wrong(code) }),
    postJson(base, '/api/sessions', { names: [word, 'Bob'] }),
  ]);
}

/** Redis repeats what it does not know, with arguments. */
async function forbidScripts(course: Course, random: Random): Promise<void> {
  const redis = await startRedis(['--rename-command', 'EVALSHA', '']);
  course.use({ close: () => redis.stop() });
  const COOKIE_SECRET = randomBytes(24).toString('hex');
  const server = await serve(course, { REDIS_URL: redis.url, COOKIE_SECRET });
  const canaries = plant(random);
  const sid = randomBytes(8).toString('base64url');
  canaries.text('id', 'an id', sid);
  const proof = randomBytes(32).toString('base64url');
  canaries.text('passing', 'a proof', proof);
  await postJson(server.base, `/api/sessions/${sid}/landing`, { proof });
  const isTold = () => server.output.some((line) => line.includes('unknown command'));
  await until('the command is told to be unknown', isTold);
  expectSilence(server, canaries);
}

/** SIGWINCH: an error that nobody catches; the others end it where it stands. */
async function breakNode(course: Course, random: Random, signal: NodeJS.Signals): Promise<void> {
  const redis = await startRedis();
  course.use({ close: () => redis.stop() });
  const canaries = plant(random);
  const env = { NODE_OPTIONS: UNCAUGHT, UNCAUGHT: canaries.word, REDIS_URL: redis.url };
  const server = await serve(course, env);
  const session = await persist(() => metRawSession(server.base));
  noteSession(canaries, session);
  const isFatal = () => server.output.some((line) => line.includes('stopped by an error'));
  process.kill(server.pid, signal);
  if (signal === 'SIGWINCH') await until('the error is told', isFatal);
  const code = await server.stop();
  if (code !== (signal === 'SIGWINCH' ? 1 : null))
    throw new Error(`${signal} ended it with ${code}`);
  expectSilence(server, canaries);
}

type Planted = Canaries & { word: string };

function plant(random: Random): Planted {
  const word = drawText(random, 16);
  const canaries = createCanaries();
  canaries.text('passing', 'a word', word);
  return { ...canaries, word };
}

function noteSession(canaries: Canaries, { sid, a, b }: RawSession): void {
  canaries.text('id', 'the id', sid);
  for (const { code, proof, cookie, link } of [a, b]) {
    canaries.text('passing', 'a code', code);
    canaries.text('passing', 'a code', code.replace('-', ''));
    canaries.text('passing', 'a wrong code', wrong(code));
    canaries.text('passing', 'a proof', proof);
    canaries.text('passing', 'a pass', cookie.split('.').slice(2).join('.'));
    canaries.text('passing', 'a link', new URL(link).hash.slice(1));
  }
}

const wrong = (code: string) => (code.startsWith('0') ? '1' : '0') + code.slice(1);

function expectSilence({ output }: Server, canaries: Canaries): void {
  const log = Buffer.from(output.join('\n'));
  const hits = createSearch(canaries.of('passing', 'id', 'stored')).in(log);
  if (hits.length === 0) return;
  const lines = hits.map(({ what, form, at }) => {
    const start = log.lastIndexOf('\n', at) + 1;
    return `${what} (${form}) in ${log.toString('utf8', start, start + 300)}`;
  });
  throw new Error(lines.join('\n'));
}

async function serve(course: Course, env: Record<string, string>): Promise<Server> {
  const server = await startServer({ ...MOVABLE_CLOCK, ...env });
  course.use({ close: () => server.kill() });
  return server;
}
