/** F5: what Redis is told it does, its replies vanish, then the connection is reset. */
import { Redis } from 'ioredis';
import { setTimeout as pass } from 'node:timers/promises';
import type { Course, Fault } from './fault.ts';
import { sideBySide } from './world/lanes.ts';
import { meet, type Device } from './world/pair.ts';
import { settleAll } from './world/settle.ts';
import { sayAtOnce } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld, type World } from './world/world.ts';

const LANES = 5;
const LOSSES_A_LANE = 7;
const CHATS = 4;
const CUTS_A_CHAT = 25;

export const repliesLost: Fault = {
  id: 'F5',
  title: 'replies of Redis swallowed, connection reset',
  short: 20,
  long: 500,

  run: (course) =>
    sideBySide(course, lanesFor(course), async (iterations) => {
      const world = course.use(await startWorld({ wired: true }));
      const admin = new Redis(world.redis.url);
      course.use({ close: () => admin.disconnect() });
      let chats = await startChats(course, world);
      let cuts = 0;
      for (const iteration of iterations) {
        if (cuts++ === CUTS_A_CHAT) {
          await chats.judge();
          chats = await startChats(course, world);
          cuts = 1;
        }
        await loseReplies(course, { world, admin, chats, iteration });
      }
      await chats.judge();
      course.expectNoFaults(world);
    }),
};

const lanesFor = ({ iterations }: Course) => Math.min(LANES, Math.ceil(iterations / LOSSES_A_LANE));

type Chats = Awaited<ReturnType<typeof startChats>>;

/** In each, one person is connected to the first node and one to the second. */
async function startChats(course: Course, { nodes, base }: World) {
  const [a = { base }, b = { base }] = nodes.map(({ server }) => ({ base: server.base }));
  const pairs = await Promise.all(Array.from({ length: CHATS }, () => meet(base, { a, b })));
  for (const pair of pairs) course.use(pair);
  return {
    pairs,
    devicesOf: (node: number) => pairs.map(({ ann, bob }) => (node === 0 ? ann : bob)),
    async judge() {
      course.judge(...(await settleAll(pairs)));
      for (const pair of pairs) pair.close();
    },
  };
}

interface Loss {
  world: World;
  admin: Redis;
  chats: Chats;
  iteration: number;
}

async function loseReplies(course: Course, loss: Loss): Promise<void> {
  const { world, admin, chats, iteration } = loss;
  const random = course.random(iteration);
  const deaf = random.oneOf([[0], [1], [0, 1]]);
  const devices = deaf.flatMap((node) => chats.devicesOf(node));
  const wires = deaf.map((node) => world.nodes[node]!.wire); // there are two
  for (const wire of wires) {
    wire.swallow('out');
    // One that was still coming back from the last cut would hear.
    wire.refuse(true);
  }
  const cids = sayAtOnce(devices, random.between(1, 3));
  const lost = random.between(1, devices.length);
  await until('Redis has stored what nobody hears of', async () => {
    return (await storedOf(admin, chats, cids)) >= lost;
  });
  await pass(random.between(0, 50));
  const stored = await storedOf(admin, chats, cids);
  const echoed = cids.filter((cid) => devices.some((device) => hasEcho(device, chats, cid)));
  course.measure('stored, reply lost', stored - echoed.length);
  if (echoed.length > 0) throw new Error('an echo came without a reply of Redis');
  for (const wire of wires) {
    wire.refuse(false);
    wire.cut();
  }
  const isQuiet = () => devices.every((device) => device.isQuiet());
  await until('everything is stored', isQuiet);
  // A node that refused a message takes no other before it: the next loss would meet nobody.
  sayAtOnce(devices);
  await until('what comes after is stored too', isQuiet);
}

/** How many of these messages stand in the logs. */
async function storedOf(admin: Redis, { pairs }: Chats, cids: readonly string[]): Promise<number> {
  const found = await Promise.all(
    pairs.map(({ sid }) => admin.hmget(`duologue:{${sid}}:cids`, ...cids)),
  );
  return found.flat().filter((seq) => seq !== null).length;
}

function hasEcho(device: Device, { pairs }: Chats, cid: string): boolean {
  return pairs.some(({ recorder }) =>
    recorder.events.some(
      (event) => event.type === 'got' && event.device === device.name && event.entry.cid === cid,
    ),
  );
}
