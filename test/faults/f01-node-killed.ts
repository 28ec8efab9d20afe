/** F1: kill -9 of any node while ten chats talk. */
import type { Fault } from './fault.ts';
import { meet } from './world/pair.ts';
import { createTalk } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld } from './world/world.ts';

const CHATS = 10;
const MESSAGES_PER_SECOND = 20;
/** A chat's log has an end: so many kills, then new chats. */
const KILLS_A_CHAT = 25;

export const nodeKilled: Fault = {
  id: 'F1',
  title: 'kill -9 a random node',
  short: 5,
  long: 200,
  limits: { 'back after ms': 5_000 },

  async run(course) {
    const world = course.use(await startWorld());
    for (let done = 0; done < course.iterations;) {
      const pairs = await Promise.all(Array.from({ length: CHATS }, () => meet(world.base)));
      const talks = pairs.map((pair) => createTalk(pair.devices, MESSAGES_PER_SECOND));
      const devices = pairs.flatMap((pair) => pair.devices);
      for (let kill = 0; kill < KILLS_A_CHAT && done < course.iterations; kill++) {
        const random = course.random(done);
        const node = random.oneOf(world.nodes);
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
  },
};
