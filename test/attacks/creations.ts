/**
 * Floods of new chats, from one address and from as many as there are chats: refused in the words
 * that are meant for it, memory stays bounded, whoever talks does not notice, and there is room
 * again when chats have expired.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';
import { drawSession } from '../../server/protocol/envelope/new-session.ts';
import { SID_BYTES } from '../../server/protocol/limits.ts';
import type { Course, Fault } from '../faults/fault.ts';
import { openStoreView } from '../faults/world/store-view.ts';
import { until } from '../faults/world/until.ts';
import { startWorld } from '../faults/world/world.ts';
import { MOVABLE_CLOCK } from '../support/server-process.ts';
import { startCanary, type Canary } from './world/canary.ts';
import { createSender, farAddress, inFlight, Tally, type Answered } from './world/flood.ts';

/** Few enough that the queue for codes is not what refuses. */
const AT_ONCE = 8;
const MAX_SESSIONS = 40;
/** Room for some hundred chats, and more than Redis takes for itself meanwhile. */
const ROOM_BYTES = 768 * 1024;
const ENOUGH_TO_FILL_IT = 700;

const FROM_ANYWHERE = {
  TRUST_PROXY: '127.0.0.1/32',
  RATE_CREATE: '10/1m',
  LINK_TTL: '50s',
  ENDED_NOTICE_TTL: '1s',
};

export const creations: Fault = {
  id: 'creations',
  title: 'floods of new chats',
  short: 200,
  long: 8_000,
  limits: { 'echo ms': 200, 'MiB more': 100 },

  async run(course) {
    await fromOneAddress(course);
    await upToMaxSessions(course);
    await upToMaxmemory(course);
    await upToMemoryLimit(course);
  },
};

/** RATE_CREATE as shipped, counted over both nodes. */
async function fromOneAddress(course: Course): Promise<void> {
  const { flood, over } = await begin(course, {
    env: { TRUST_PROXY: '127.0.0.1/32', RATE_CREATE: '10/1m' },
  });
  const started = performance.now();
  const retries: number[] = [];
  const tally = await flood(
    () => '203.0.113.7',
    ({ retryInMs }) => retryInMs !== null && retries.push(retryInMs),
  );
  tally.expectOnly('201', 'rate_limited');
  const windows = 1 + Math.floor((performance.now() - started) / 60_000);
  const made = tally.of('201');
  if (made < 10 || made > 10 * windows) throw new Error(`${made} were made in ${windows} minutes`);
  if (retries.length !== tally.of('rate_limited')) throw new Error('not all were told until when');
  const wrong = retries.filter((ms) => ms <= 0 || ms > 60_000);
  if (wrong.length > 0) throw new Error(`told to wait ${wrong.join()} ms`);
  await over();
}

async function upToMaxSessions(course: Course): Promise<void> {
  const { world, flood, over, roomAgain } = await begin(course, {
    env: { ...FROM_ANYWHERE, MAX_SESSIONS: String(MAX_SESSIONS), LINK_TTL: '4s' },
  });
  const store = course.use(openStoreView(world.redis.url));
  let most = 0;
  const tally = await flood(farAddress, async () => {
    most = Math.max(most, await store.sessionsAlive());
  });
  tally.expectOnly('201', 'busy');
  // The canary's deadline has moved, which is counted when its leases are next renewed.
  if (most > MAX_SESSIONS + 1) throw new Error(`there were ${most} sessions`);
  if (tally.of('busy') === 0) throw new Error('none was refused');
  course.measure('sessions at most', most);
  await roomAgain();
  await over();
}

/** Redis with noeviction, and hardly more memory than it has taken. */
async function upToMaxmemory(course: Course): Promise<void> {
  const { world, sid, flood, over, roomAgain } = await begin(course, {
    env: FROM_ANYWHERE,
    redisArgs: ['--maxmemory-policy', 'noeviction'],
  });
  const store = course.use(openStoreView(world.redis.url));
  await store.addBallast(32 * 1024 * 1024);
  const before = await store.usedMemory();
  const maxmemory = Math.ceil((before + ROOM_BYTES) / 0.9);
  await store.limitMemory(maxmemory);
  let most = 0;
  const seen = async () => {
    most = Math.max(most, await store.usedMemory());
  };
  const tally = await flood(farAddress, seen, ENOUGH_TO_FILL_IT);
  tally.expectOnly('201', 'busy');
  if (tally.of('busy') === 0) throw new Error('none was refused');
  if (most > maxmemory) throw new Error(`${most} bytes were used, ${maxmemory} are the limit`);
  await store.expireAllBut(sid);
  await roomAgain();
  await over();
}

/** The embedded store. */
async function upToMemoryLimit(course: Course): Promise<void> {
  const isShort = course.iterations < 5_000;
  const { world, flood, over, roomAgain } = await begin(course, {
    ...{ nodes: 1, storeEnv: {} },
    // Its last tenth must hold what the canary says meanwhile.
    env: { ...FROM_ANYWHERE, ...MOVABLE_CLOCK, MEMORY_LIMIT: isShort ? '1MiB' : '16MiB' },
  });
  const [node] = world.nodes;
  if (!node) throw new Error('no node');
  const before = residentMiB(node.server.pid);
  const tally = await flood(farAddress, () => {});
  tally.expectOnly('201', 'busy');
  if (tally.of('busy') === 0) throw new Error('none was refused');
  course.measure('MiB more', residentMiB(node.server.pid) - before);
  await node.server.aMinuteLater();
  await roomAgain();
  await over();
}

type WorldOptions = NonNullable<Parameters<typeof startWorld>[0]>;

/** A world with a chat in it, and what every flood of new chats does there. */
async function begin(course: Course, options: WorldOptions) {
  const world = await startWorld(options);
  course.use(world);
  const canary: Canary = await startCanary(course, world);
  const senders = world.nodes.map(({ server }) => course.use(createSender(server)));
  const create = (i: number, address: string): Promise<Answered> =>
    senders[i % senders.length]!.send({
      ...{ path: '/api/sessions', body: { id: drawId(), sealed }, address },
    });
  // What is in the boxes only their readers know: all may be the same.
  const { participants } = drawSession({ a: 'Eve', b: 'Mallory' });
  const sealed = [participants.a.sealed, participants.b.sealed];
  let addresses = 0;

  /** Resolves to how the course's requests were answered; `seen` is told of each. */
  const flood = async (
    addressOf: (i: number) => string,
    seen: (answer: Answered) => unknown,
    atLeast = 0,
  ): Promise<Tally> => {
    const tally = new Tally();
    await inFlight(Math.max(course.iterations, atLeast), AT_ONCE, async (i) => {
      const answer = await create(i, addressOf((addresses += 1)));
      tally.add(answer.code);
      await seen(answer);
    });
    canary.measure('echo ms');
    return tally;
  };

  /** Once the chats that nobody has come to are gone. */
  const roomAgain = async (): Promise<void> => {
    const tookMs = await until('there is room again', async () => {
      const { status } = await create(0, farAddress((addresses += 1)));
      // Each address that asks is counted for a minute, which takes memory too.
      if (status !== 201) await pass(100);
      return status === 201;
    });
    course.measure('room again after ms', tookMs);
  };

  const over = async (): Promise<void> => {
    await canary.judge();
    course.expectNoFaults(world);
    await world.close();
  };
  return { world, sid: canary.pair.sid, flood, roomAgain, over };
}

const drawId = () => randomBytes(SID_BYTES).toString('base64url');

/** What a process holds in memory, by the kernel's word. */
function residentMiB(pid: number): number {
  const [, kB = ''] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kB) / 1_024;
}
