/**
 * F14: a node is killed, and some of the devices on it with it: they go offline in time, those
 * that come back are never shown as gone, and nobody's presence is stuck afterwards.
 */
import { setTimeout as pass } from 'node:timers/promises';
import type { Course, Fault } from './fault.ts';
import { meet, type BrowserOptions, type Device } from './world/pair.ts';
import type { Random } from './world/random.ts';
import { openStoreView, type StoreView } from './world/store-view.ts';
import { until } from './world/until.ts';
import { startWorld, type Node, type World } from './world/world.ts';

/** So many nodes at once: the lease of who is gone takes half a minute to expire. */
const VICTIMS = 17;
/** Leases are renewed so often: a kill may come at any point between. */
const WITHIN_MS = 10_000;

export const presence: Fault = {
  id: 'F14',
  title: 'node killed: presence',
  short: 3,
  long: 50,
  waits: true,
  limits: { 'offline after ms': 40_000, 'wrongly offline for ms': 1_000 },

  async run(course) {
    const victims = Math.min(VICTIMS, course.iterations);
    const world = course.use(await startWorld({ nodes: victims + 1 }));
    const store = course.use(openStoreView(world.redis.url));
    for (let done = 0; done < course.iterations; done += victims) {
      const nodes = world.nodes.slice(1, 1 + Math.min(victims, course.iterations - done));
      await Promise.all(
        nodes.map((node, i) =>
          killOne(world, node, { course, store, random: course.random(done + i) }),
        ),
      );
      await Promise.all(nodes.map((node) => node.start()));
      course.progress(Math.min(done + victims, course.iterations));
    }
    course.expectNoFaults(world);
  },
};

interface Parts {
  course: Course;
  store: StoreView;
  random: Random;
}

async function killOne(world: World, node: Node, { course, store, random }: Parts): Promise<void> {
  const here = { base: (await world.openWire(node)).base };
  const there = { base: (await world.openWire(world.nodes[0])).base };
  const meetAt = (a: BrowserOptions, b: BrowserOptions) => meet(world.base, { a, b });
  const lone = await meetAt(here, there);
  const bothHere = await meetAt(here, here);
  const comesBack = await meetAt(here, there);
  const hasTwo = await meetAt(here, there);
  const other = await hasTwo.open('a', await hasTwo.enter('a', there));
  await until('the other device is live', () => other.isQuiet());
  const dead = [lone.ann, bothHere.ann, hasTwo.ann];
  const pairs = [lone, bothHere, comesBack, hasTwo];
  const watches = [comesBack.bob, comesBack.ann, hasTwo.bob, other].map(watchPeer);

  await pass(random() * WITHIN_MS);
  const killedAt = performance.now();
  const gone = node.kill();
  // Their sockets must not be closed in a way that the node could still notice.
  for (const device of dead) device.die();
  await gone;
  await Promise.all([
    ...[lone.bob, bothHere.bob].map(async (bob) => {
      await until(`${bob.name} sees nobody`, () => peerOf(bob) === 'offline');
      course.measure('offline after ms', performance.now() - killedAt);
    }),
    // Of everyone there: not one of a connection that is no more.
    ...[comesBack, hasTwo].map(({ sid }) =>
      until('only leases of those who are there', async () => (await store.leasesOf(sid)) === 2),
    ),
  ]);
  for (const watch of watches) course.measure('wrongly offline for ms', watch.offlineMs());

  const back = await lone.open('a', await lone.enter('a'));
  const sinceBack = performance.now();
  await until('the one who is back is seen', () => peerOf(lone.bob) === 'online');
  course.measure('online again after ms', performance.now() - sinceBack);
  for (const device of [comesBack.ann, other, back]) device.close();
  for (const { bob } of [comesBack, hasTwo, lone]) {
    await until(`${bob.name} sees who has left`, () => peerOf(bob) === 'offline');
  }
  for (const pair of pairs) pair.close();
}

function peerOf({ chat }: Device) {
  return chat.peer.value.state;
}

/** How long the other is not shown as online. */
function watchPeer({ chat }: Device): { offlineMs(): number } {
  let since: number | null = null;
  let totalMs = 0;
  const stop = chat.peer.subscribe(({ state }) => {
    const now = performance.now();
    if (since !== null) totalMs += now - since;
    since = state === 'online' ? null : now;
  });
  return {
    offlineMs() {
      stop();
      return totalMs + (since === null ? 0 : performance.now() - since);
    },
  };
}
