/** F8: the master of a chat dies, with and without what it had not yet told its replica. */
import type { Fault } from './fault.ts';
import type { History } from './history.ts';
import { meet, type Pair } from './world/pair.ts';
import { startReplicated, type StoreKind } from './world/stores.ts';
import { createTalk } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld } from './world/world.ts';

const CHATS = 6;
const MESSAGES_PER_SECOND = 20;
/** What is said while the replica hears nothing: all of it is lost with the master. */
const UNHEARD = 5;

export const failover: Fault = {
  id: 'F8',
  title: 'Redis Cluster 3+3, masters killed',
  short: 1,
  long: 30,
  run: (course) => run(course, 'cluster'),
};

export const failoverBySentinels: Fault = {
  id: 'F8s',
  title: 'the same with three sentinels',
  short: 0,
  long: 30,
  run: (course) => run(course, 'sentinels'),
};

async function run(course: Parameters<Fault['run']>[0], kind: StoreKind): Promise<void> {
  const store = course.use(await startReplicated(kind));
  const world = course.use(await startWorld({ storeEnv: store.env }));
  for (let done = 0; done < course.iterations;) {
    const random = course.random(done);
    const pairs = await Promise.all(Array.from({ length: CHATS }, () => meet(world.base)));
    for (const pair of pairs) course.use(pair);
    const talks = pairs.map((pair) => course.use(createTalk(pair.devices, MESSAGES_PER_SECOND)));
    const victim = random.oneOf(pairs);
    const isLossy = random() < 0.7;
    if (isLossy) {
      await store.forgetful(victim.sid);
      await hear(victim);
    }
    await store.killMasterOf(victim.sid);
    await store.failedOver();
    course.measure('written again after ms', await hear(victim));
    for (const talk of talks) talk.stop();
    let resets = 0;
    const histories: History[] = [];
    for (const pair of pairs) {
      if (isOver(pair)) {
        if (await store.holds(pair.sid)) throw new Error(`${pair.sid} lives, and people are out`);
        course.measure('chats lost with their creation', 1);
        resets += pair.devices.length;
      } else {
        histories.push(await pair.settle({ mayLose: true }));
        resets += pair.devices.filter(({ chat }) => chat.notices.value.reset).length;
      }
      pair.close();
    }
    course.judge(...histories);
    if (isLossy && resets === 0) throw new Error('a tail was lost and nobody was told');
    course.measure('devices told of a loss', resets);
    await store.heal();
    course.progress(++done);
  }
  course.expectNoFaults(world);
}

/**
 * On a busy machine a master can be taken for dead while it lives, and all that is younger than
 * its replacement is lost: also the making of a chat, which then is no more.
 */
function isOver({ devices }: Pair): boolean {
  return devices.some(({ chat }) => chat.ended.value !== null);
}

/** Messages of both are echoed, or their chat is no more; returns how long that took. */
function hear(pair: Pair): Promise<number> {
  const said = pair.devices.flatMap((device) =>
    Array.from({ length: UNHEARD }, (_, i) => device.say(`unheard ${i}`)),
  );
  const isEchoed = (cid: string | null) =>
    pair.recorder.events.some((event) => event.type === 'got' && event.entry.cid === cid);
  return until('what was said is echoed', () => isOver(pair) || said.every(isEchoed));
}
