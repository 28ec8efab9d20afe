/**
 * Everything else that costs, asked for far more often than anybody would: each has an end, and
 * the chat beside it does not notice.
 */
import { randomBytes } from 'node:crypto';
import type { ServerFrame } from '../../server/protocol/frames.ts';
import type { Course, Fault } from '../faults/fault.ts';
import { startWorld, type World } from '../faults/world/world.ts';
import { connectRaw, metRawSession, RawClient, type RawSession } from '../support/raw-client.ts';
import { startCanary, type Canary } from './world/canary.ts';
import { createSender, inFlight, Tally, type Asked, type Sender } from './world/flood.ts';

/** As shipped: 30 codes in ten minutes, everything that is done often twenty times that. */
const OFTEN = 600;
const PER_ADDRESS = 50;
const SENDS = { perSecond: 5, atOnce: 20 };
const OTHERS = { perSecond: 20, atOnce: 40 };
const FLOODING = 4003;
const ELSEWHERE = 4504;

const AT_ONCE = 32;
/** Past every limit that is counted. */
const PAST_OFTEN = OFTEN + 100;

export const knocking: Fault = {
  id: 'knocking',
  title: 'everything else that costs, far too often',
  short: PAST_OFTEN,
  long: 20_000,
  limits: { 'echo ms': 200 },

  async run(course) {
    const world = course.use(
      await startWorld({
        env: {
          TRUST_PROXY: '127.0.0.1/32',
          RATE_ENTER: '30/10m',
          RATE_SEND: `${SENDS.perSecond}/1s`,
          MAX_CONNECTIONS_PER_IP: String(PER_ADDRESS),
        },
      }),
    );
    const senders = world.nodes.map(({ server }) => course.use(createSender(server)));
    const canary = await startCanary(course, world);
    // An attacker is somebody with a chat of their own.
    const session = await metRawSession(world.nodes[0]!.server.base);
    const attack: Attack = { course, world, senders, session, canary };
    await askOften(attack);
    await askCheaply(attack);
    await crowdIn(attack);
    await comeAndGo(attack);
    await floodFrames(attack);
    await floodSends(attack);
    await canary.judge();
    course.expectNoFaults(world);
  },
};

interface Attack {
  course: Course;
  world: World;
  senders: readonly Sender[];
  session: RawSession;
  canary: Canary;
}

/** From one address, to all nodes in turn. */
async function ask({ course, senders, canary }: Attack, asked: Asked, count = 0): Promise<Tally> {
  const tally = new Tally();
  await inFlight(Math.max(course.iterations, count), AT_ONCE, async (i) => {
    const { code } = await senders[i % senders.length]!.send({ address: '203.0.113.9', ...asked });
    tally.add(code);
  });
  canary.measure('echo ms');
  return tally;
}

/** What asks the store is counted for the address, over all nodes; no more than that gets there. */
async function askOften(attack: Attack): Promise<void> {
  const { sid, a } = attack.session;
  const origin = attack.world.nodes[0]!.server.base;
  const withPass = { cookie: a.cookie, host: new URL(origin).host, origin };
  const asked: readonly (Asked & { answers: string[] })[] = [
    { path: `/api/sessions/${sid}/landing`, body: { proof: a.proof }, answers: ['200'] },
    { path: `/api/sessions/${sid}/leave`, answers: ['pass_required'] },
    { method: 'DELETE', path: `/api/sessions/${sid}`, answers: ['pass_required'] },
    {
      ...{ method: 'DELETE', path: `/api/sessions/${fresh(8)}`, answers: ['pass_required'] },
      headers: withPass,
      address: '203.0.113.10',
    },
  ];
  for (const { answers, ...one } of asked) {
    const tally = await ask(attack, one, PAST_OFTEN);
    tally.expectOnly(...answers, 'rate_limited');
    const through = tally.of(...answers);
    if (through < OFTEN || through > 2 * OFTEN) {
      throw new Error(`${one.method ?? 'POST'} ${one.path} got through ${through} times`);
    }
  }
}

/** What is answered without asking anybody, or asks for all who ask at once. */
async function askCheaply(attack: Attack): Promise<void> {
  const { sid } = attack.session;
  const forged = { cookie: `duologue-${sid}=${'A'.repeat(200)}` };
  const asked: readonly (Asked & { answer: string })[] = [
    { method: 'GET', path: '/readyz', answer: '200' },
    { method: 'GET', path: '/healthz', answer: '200' },
    { method: 'GET', path: '/api/openapi.json', answer: '200' },
    { method: 'GET', path: '/nowhere', answer: 'not_found' },
    { method: 'GET', path: `/ws/${sid}`, headers: UPGRADE, answer: 'bad_origin' },
  ];
  for (const { answer, ...one } of asked) (await ask(attack, one)).expectOnly(answer);
  for (const headers of [{}, forged]) {
    const { base } = attack.world.nodes[0]!.server;
    const asOurs = { ...UPGRADE, ...headers, origin: base, host: new URL(base).host };
    const one = { method: 'GET', path: `/ws/${sid}`, headers: asOurs } as const;
    const first = { ...attack, senders: attack.senders.slice(0, 1) };
    (await ask(first, one)).expectOnly('pass_required');
  }
}

const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};

/** Many connections at once: so many of an address, and four of a participant. */
async function crowdIn({ world, canary }: Attack): Promise<void> {
  const { base } = world.nodes[0]!.server;
  const { sid, a } = await metRawSession(base);
  const crowd = Array.from({ length: 3 * PER_ADDRESS }, () =>
    connectFrom('203.0.113.11', base, sid, a.cookie),
  );
  const statuses = await Promise.all(crowd.map((client) => client.opened()));
  const inside = crowd.filter((_, i) => statuses[i] === 101);
  const odd = statuses.filter((status) => status !== 101 && status !== 429);
  if (odd.length > 0 || inside.length !== PER_ADDRESS) {
    throw new Error(`${inside.length} came in; others were answered ${odd.join()}`);
  }
  for (const client of inside) client.send({ type: 'hello', v: 1, after: null });
  const codes: number[] = [];
  for (const { closed } of inside) void closed.then((code) => codes.push(code));
  await Promise.all(inside.slice(0, -4).map(({ closed }) => closed));
  const wrong = codes.filter((code) => code !== ELSEWHERE);
  if (wrong.length > 0) throw new Error(`closed with ${wrong.join()}`);
  await Promise.all(inside.map((client) => client.close()));
  canary.measure('echo ms');
}

/** Connecting and leaving again, as fast as it goes. */
async function comeAndGo({ course, world, canary }: Attack): Promise<void> {
  const { base } = world.nodes[0]!.server;
  const { sid, b } = await metRawSession(base);
  const tally = new Tally();
  await inFlight(Math.max(Math.min(course.iterations, 2_000), PAST_OFTEN), 8, async () => {
    const client = connectFrom('203.0.113.12', base, sid, b.cookie);
    const status = await client.opened();
    tally.add(String(status));
    if (status !== 101) return;
    client.send({ type: 'hello', v: 1, after: null });
    await client.next('welcome').catch(() => {});
    await client.close();
  });
  tally.expectOnly('101', '429');
  const through = tally.of('101');
  if (through < OFTEN || through > 2 * OFTEN) throw new Error(`${through} connections were let in`);
  course.measure('came and went', through);
  canary.measure('echo ms');
}

/** Frames that are no messages: more than twenty a second close the connection. */
async function floodFrames({ world, canary }: Attack): Promise<void> {
  const { base } = world.nodes[1]!.server;
  const { sid, a, b } = await metRawSession(base);
  const { client: other } = await connectRaw(base, sid, b);
  const floods: readonly object[] = [
    { type: 'typing', on: true },
    { type: 'receipt', received: 0, read: 0 },
    { type: 'keep' },
    { type: 'ping' },
  ];
  for (const frame of floods) {
    const { client } = await connectRaw(base, sid, a);
    const started = performance.now();
    for (let i = 0; i < 1_000; i++) client.send(frame);
    const code = await client.closed;
    if (code !== FLOODING) throw new Error(`${JSON.stringify(frame)} was closed with ${code}`);
    const seconds = (performance.now() - started) / 1_000;
    const most = OTHERS.atOnce + OTHERS.perSecond * seconds;
    const answered = count(client, 'pong') + count(other, 'typing');
    if (answered > 2 * most) throw new Error(`${answered} were carried out, ${most} may be`);
  }
  await other.close();
  canary.measure('echo ms');
}

/** Messages are taken at their pace, in order, and none is refused. */
async function floodSends({ course, world, canary }: Attack): Promise<void> {
  const { base } = world.nodes[1]!.server;
  const { sid, a } = await metRawSession(base);
  const { client } = await connectRaw(base, sid, a);
  const sent = SENDS.atOnce + 20;
  const started = performance.now();
  for (let i = 0; i < sent; i++) client.send({ type: 'send', cid: fresh(16), box: fresh(296) });
  const entries = () => count(client, 'entry');
  while (entries() < sent) await client.next('entry');
  const seconds = (performance.now() - started) / 1_000;
  const least = (sent - SENDS.atOnce) / SENDS.perSecond;
  if (seconds < least - 0.5) throw new Error(`${sent} messages were taken in ${seconds} s`);
  course.measure('messages a second', sent / seconds);
  await client.close();
  canary.measure('echo ms');
}

const connectFrom = (address: string, base: string, sid: string, cookie: string) =>
  new RawClient(base, sid, cookie, base, address);

const fresh = (bytes: number) => randomBytes(bytes).toString('base64url');

function count({ all }: RawClient, type: ServerFrame['type']): number {
  return all.filter((frame) => frame.type === type).length;
}
