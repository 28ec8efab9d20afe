/** F1: kill -9 of any node while ten chats talk, over every kind of Redis. */
import type { Course, Fault } from './fault.ts';
import { meetAcross } from './world/across.ts';
import { returnsSince } from './world/delays.ts';
import type { Pair } from './world/pair.ts';
import { settleAll } from './world/settle.ts';
import { startReplicated, type StoreKind } from './world/stores.ts';
import { createTalk, everyoneIsHeard, sayAtOnce, unechoed } from './world/talk.ts';
import { startWorld, type Node, type World } from './world/world.ts';

const CHATS = 10;
const MESSAGES_PER_SECOND = 20;
/** Then new chats: who is cut off again within 5 s waits longer each time. */
const KILLS_A_CHAT = 3;

const ABOUT = { long: 200, limits: { 'back after ms': 5_000 } };

export const nodeKilled: Fault = {
  ...ABOUT,
  id: 'F1',
  title: 'kill -9 a random node',
  short: 5,
  waits: true,
  async run(course) {
    await killNodes(course, course.use(await startWorld()));
  },
};

export const nodeKilledOnCluster = killedOver('F1c', 'cluster');
export const nodeKilledOnSentinels = killedOver('F1s', 'sentinels');

function killedOver(id: string, kind: StoreKind): Fault {
  return {
    ...ABOUT,
    id,
    title: `kill -9 a random node, ${kind}`,
    short: 0,
    async run(course) {
      const { env } = course.use(await startReplicated(kind));
      await killNodes(course, course.use(await startWorld({ storeEnv: env })));
    },
  };
}

async function killNodes(course: Course, world: World): Promise<void> {
  for (let done = 0; done < course.iterations;) {
    const pairs = await meetAcross(world, CHATS);
    for (const pair of pairs) course.use(pair);
    const devices = pairs.flatMap((pair) => pair.devices);
    const talk = course.use(createTalk(devices, MESSAGES_PER_SECOND));
    const first = course.random(done).between(0, world.nodes.length - 1);
    for (let kill = 0; kill < KILLS_A_CHAT && done < course.iterations; kill++) {
      // In turn: after a kill everyone is at the others, and nobody at the one that came back.
      const node = world.nodes[(first + kill) % world.nodes.length]!; // there are two
      await killOne(course, node, pairs);
      await node.start();
      course.progress(++done);
    }
    talk.stop();
    course.judge(...(await settleAll(pairs)));
    for (const pair of pairs) pair.close();
  }
  course.expectNoFaults(world);
}

async function killOne(course: Course, node: Node, pairs: readonly Pair[]): Promise<void> {
  const devices = pairs.flatMap((pair) => pair.devices);
  const marks = pairs.map(({ recorder }) => recorder.events.length);
  sayAtOnce(devices);
  course.measure('in flight', unechoed(devices));
  const killedAt = performance.now();
  await node.kill();
  await everyoneIsHeard(pairs);
  const returns = pairs.flatMap(({ recorder }, i) => returnsSince(marks[i]!, recorder)); // one for each
  // One that was cut off again before its welcome has still been away only once; one that is cut
  // off again after it is on its way for another reason.
  const cut = new Map<string, number | null>();
  for (const { device, backAt } of returns) cut.set(device, backAt ?? cut.get(device) ?? null);
  if (cut.size === 0) throw new Error('nobody was connected to the node that was killed');
  course.measure('cut', cut.size);
  for (const [device, backAt] of cut) {
    if (backAt === null) throw new Error(`${device} is heard, and never came back`);
    course.measure('back after ms', backAt - killedAt);
  }
}
