/** F1: kill -9 of any node while ten chats talk, over every kind of Redis. */
import type { Course, Fault } from './fault.ts';
import { meet } from './world/pair.ts';
import { startReplicated, type StoreKind } from './world/stores.ts';
import { createTalk } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld, type World } from './world/world.ts';

const CHATS = 10;
const MESSAGES_PER_SECOND = 20;
/** A chat's log has an end: so many kills, then new chats. */
const KILLS_A_CHAT = 25;

const ABOUT = { long: 200, limits: { 'back after ms': 5_000 } };

export const nodeKilled: Fault = {
  ...ABOUT,
  id: 'F1',
  title: 'kill -9 a random node',
  short: 5,
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
    const pairs = await Promise.all(Array.from({ length: CHATS }, () => meet(world.base)));
    const talks = pairs.map((pair) => createTalk(pair.devices, MESSAGES_PER_SECOND));
    const devices = pairs.flatMap((pair) => pair.devices);
    for (let kill = 0; kill < KILLS_A_CHAT && done < course.iterations; kill++) {
      const node = course.random(done).oneOf(world.nodes);
      await node.kill();
      const cut = devices.filter(({ chat }) => chat.connection.value !== 'live');
      await Promise.all(
        cut.map(async ({ name, chat }) => {
          const tookMs = await until(`${name} is back`, () => chat.connection.value === 'live');
          course.measure('back after ms', tookMs);
        }),
      );
      await node.start();
      course.progress(++done);
    }
    for (const talk of talks) talk.stop();
    for (const pair of pairs) {
      course.judge(await pair.settle());
      pair.close();
    }
  }
  course.expectNoFaults(world);
}
