/**
 * Floods of files, from one address and from many, at once and slowly, over two nodes on Redis and
 * over one that is alone: what may be stored and sent is held to the byte, the process stays as it
 * is, a chat beside it does not notice, and who is refused is told so in words of the API.
 */
import { fileBoxLength } from '../../server/protocol/envelope/padding.ts';
import type { Course, Fault } from '../faults/fault.ts';
import { openStoreView } from '../faults/world/store-view.ts';
import type { Random } from '../faults/world/random.ts';
import { everyoneIsHeard } from '../faults/world/talk.ts';
import { until } from '../faults/world/until.ts';
import { vitalsOf } from '../faults/world/vitals.ts';
import { startWorld, type World, type WorldOptions } from '../faults/world/world.ts';
import { createRawSession, enterRaw, metRawSession } from '../support/raw-client.ts';
import { startCanary } from './world/canary.ts';
import { farAddress, inFlight, Tally } from './world/flood.ts';
import { drawBox, holdUploads, openUploader, type Uploader } from './world/uploader.ts';

const MIB = 1024 ** 2;
const LIMITS = { fileBytes: MIB, filesBytes: 4 * MIB, files: 12, rateBytes: 20 * MIB };
const LARGEST = fileBoxLength(LIMITS.fileBytes);
const SMALLEST = fileBoxLength(0);
/** So many of one address are more than it may send. */
const LEAST = 60;
const CHATS = 10;
const AT_ONCE = 24;
/** What a process receives of one address at once: server/plugins/uploads.ts. */
const SHARE_OF_ADDRESS = 16 * MIB;

const ENV = {
  TRUST_PROXY: '127.0.0.1/32',
  MAX_FILE_BYTES: String(LIMITS.fileBytes),
  MAX_FILES_BYTES: String(LIMITS.filesBytes),
  MAX_FILES: String(LIMITS.files),
  RATE_UPLOAD: `${LIMITS.rateBytes}/1h`,
};

/** Both have room for some 40 MiB, of which files may have three quarters. */
const STORES: Record<string, WorldOptions> = {
  redis: { redisArgs: ['--maxmemory', '48mb', '--maxmemory-policy', 'noeviction'], env: ENV },
  alone: { nodes: 1, storeEnv: { MEMORY_LIMIT: '40MiB' }, env: ENV },
};

export const uploads: Fault = {
  id: 'uploads',
  title: 'floods of uploads',
  short: LEAST,
  long: 2_000,
  limits: { 'echo ms': 150, 'grown MiB': 200 },

  async run(course) {
    for (const [name, options] of Object.entries(STORES)) {
      const world = course.use(await startWorld(options));
      await floodWorld(course, world, name);
      course.expectNoFaults(world);
    }
  },
};

async function floodWorld(course: Course, world: World, store: string): Promise<void> {
  const random = course.random(store.length);
  const count = Math.max(LEAST, course.iterations);
  const canary = await startCanary(course, world);
  const memory = course.use(watchMemory(world));
  const flood = await openFlood(course, world);
  canary.measure('echo before: ms');
  await expectRate(flood, count, random);
  await expectRoom(course, world, flood);
  await floodFromMany(flood, count, random);
  await fill(flood);
  await everyoneIsHeard([canary.pair]);
  canary.measure('echo ms');
  course.measure('grown MiB', memory.grownBytes() / MIB);

  flood.tally.expectOnly(
    ...['204', 'id_taken', 'not_met', 'too_large', 'files_full', 'rate_limited', 'busy'],
  );
  for (const code of ['204', 'files_full', 'rate_limited', 'busy']) {
    course.measure(`${store}: ${code}`, flood.tally.of(code));
  }
  await expectStored(flood);
  await expectGone(course, world, flood, store);
  await canary.judge();
}

interface Flood {
  chats: Uploader[];
  /** Only one has entered. */
  waiting: Uploader;
  tally: Tally;
}

async function openFlood(course: Course, { base, nodes }: World): Promise<Flood> {
  const servers = nodes.map(({ server }) => server);
  const open = async () => course.use(openUploader(servers, await metRawSession(base)));
  const chats = await Promise.all(Array.from({ length: CHATS }, open));
  const session = await createRawSession(base);
  await enterRaw(base, session.sid, session.a);
  return { chats, waiting: course.use(openUploader(servers, session)), tally: new Tally() };
}

/** From one address: what is received adds up to what it may send, and that to the byte. */
async function expectRate({ chats, tally }: Flood, count: number, random: Random): Promise<void> {
  const address = '198.51.100.7';
  let receivedBytes = 0;
  await inFlight(count, AT_ONCE, async () => {
    const bytes = random.between(SMALLEST, LARGEST);
    const { code } = await random.oneOf(chats).put(drawBox(bytes), { address });
    tally.add(code);
    if (code === '204' || code === 'files_full') receivedBytes += bytes;
  });
  const left = LIMITS.rateBytes - receivedBytes;
  if (left < 0) throw new Error(`${-left} bytes more than RATE_UPLOAD were received`);
  if (tally.of('rate_limited') === 0) throw new Error('nothing was refused');
  const expectCode = async (bytes: number, ...codes: string[]) => {
    const { code } = await random.oneOf(chats).put(drawBox(bytes), { address });
    if (!codes.includes(code)) throw new Error(`${bytes} bytes with ${left} left: ${code}`);
  };
  await expectCode(Math.max(left + 1, SMALLEST), 'rate_limited');
  if (left < SMALLEST) return;
  await expectCode(left, '204', 'files_full');
  await expectCode(SMALLEST, 'rate_limited');
}

/** Slow ones of one address get their share of the room, nobody else less for it, and all ends. */
async function expectRoom(course: Course, world: World, { chats, tally }: Flood): Promise<void> {
  const [chat] = chats;
  const server = world.nodes[0]?.server;
  if (!chat || !server) throw new Error('nobody to hold');
  const address = '198.51.100.8';
  const most = Math.floor(SHARE_OF_ADDRESS / LARGEST);
  const held = course.use(
    await holdUploads(chat, server, { address, count: most + 1, bytes: LARGEST }),
  );
  await until('one is too many', () => held.answered().length > 0);
  const isStored = async (from: string) => {
    const { code } = await chat.put(drawBox(SMALLEST), { address: from, server });
    tally.add(code);
    return code === '204' || code === 'files_full';
  };
  if (!(await isStored('198.51.100.9'))) throw new Error('slow uploads keep others out');
  const codes = held.answered().join(' ');
  if (codes !== 'busy') throw new Error(`of ${most + 1} slow uploads some were answered: ${codes}`);
  held.close();
  await until('there is room again', () => isStored(address));
}

/** Each from an address of its own: new ones, the same again, over others, too large, too soon. */
async function floodFromMany(flood: Flood, count: number, random: Random): Promise<void> {
  const { chats, waiting, tally } = flood;
  await inFlight(count, AT_ONCE, async (index) => {
    const from = { address: farAddress(index) };
    // Half of them into one chat.
    const chat = random() < 0.5 ? chats[0]! : random.oneOf(chats);
    const box = drawBox(random.between(SMALLEST, LARGEST));
    const kind = random();
    if (kind < 0.05) return tally.add((await waiting.put(box, { ...from, slot: 'a' })).code);
    if (kind < 0.1) return tally.add((await chat.put(drawBox(LARGEST + 1), from)).code);
    if (kind < 0.2) return tally.add(await chat.putAgain(random, from));
    if (kind < 0.3) return tally.add(await chat.putOver(random, from));
    if (kind < 0.4) return chat.expectOne(random);
    tally.add((await chat.put(box, from)).code);
  });
}

/** Until there is room for no file more, by which messages must not be met. */
async function fill({ chats, tally }: Flood): Promise<void> {
  let index = 1 << 17;
  for (const chat of chats) {
    for (let code = '204'; code === '204';) {
      ({ code } = await chat.put(drawBox(LARGEST), { address: farAddress(index++) }));
      tally.add(code);
      if (code === 'busy') return;
    }
  }
  throw new Error('files may fill all the memory there is');
}

/** All that was answered with 204 is there as it was sent, and no chat has more than it may. */
async function expectStored({ chats }: Flood): Promise<void> {
  for (const chat of chats) {
    await chat.expectAll();
    const { count, bytes } = chat.taken();
    if (count > LIMITS.files) throw new Error(`${count} files in one chat`);
    if (bytes > LIMITS.filesBytes) throw new Error(`${bytes} bytes in one chat`);
  }
}

/** The end of every chat leaves nothing, and room for others. */
async function expectGone(
  course: Course,
  world: World,
  { chats }: Flood,
  store: string,
): Promise<void> {
  for (const chat of chats) await chat.end();
  if (store === 'redis') {
    const view = course.use(openStoreView(world.redis.url));
    for (const { sid } of chats) {
      const keys = await view.keysOf(sid);
      if (keys.join() !== ':ended') throw new Error(`left after the end: ${keys.join(' ')}`);
    }
  }
  const servers = world.nodes.map(({ server }) => server);
  const fresh = course.use(openUploader(servers, await metRawSession(world.base)));
  const { code } = await fresh.put(drawBox(LARGEST), { address: '198.51.100.10' });
  if (code !== '204') throw new Error(`after the end of all others: ${code}`);
}

/** By how much the nodes have become larger at most. */
function watchMemory({ nodes }: World) {
  const sample = () => nodes.map(({ server }) => vitalsOf(server.pid).bytes);
  const before = sample();
  let grown = 0;
  const timer = setInterval(() => {
    const more = sample().map((bytes, i) => bytes - (before[i] ?? 0));
    grown = Math.max(grown, ...more);
  }, 100);
  return { grownBytes: () => grown, close: () => clearInterval(timer) };
}
