/** F9: either or both end the chat, over the connection or over HTTP, while both are writing. */
import type { Course, Fault } from './fault.ts';
import { outcomesOf, over } from './world/over.ts';
import { meet, type Device } from './world/pair.ts';
import { race } from './world/race.ts';
import type { Random } from './world/random.ts';
import { eachSideBySide } from './world/lanes.ts';
import { openStoreView, type StoreView } from './world/store-view.ts';
import { until } from './world/until.ts';
import { startWorld } from './world/world.ts';

const JITTER_MS = 5;

export const endRacesSend: Fault = {
  id: 'F9',
  title: 'end races send',
  short: 50,
  long: 2_000,
  limits: { 'told after ms': 1_000 },

  async run(course) {
    const world = course.use(await startWorld());
    const store = course.use(openStoreView(world.redis.url));
    const sids: string[] = [];
    await eachSideBySide(course, 8, async (random) => {
      const history = await endOne(world.base, course, random, store);
      sids.push(history.sid);
      return history;
    });
    // Nothing has come back since.
    for (const sid of sids) await expectOnlyNotice(store, sid);
    course.expectNoFaults(world);
  },
};

async function endOne(base: string, course: Course, random: Random, store: StoreView) {
  const pair = await meet(base);
  const devices = [pair.ann, pair.bob];
  const enders = random() < 0.25 ? devices : [random.oneOf(devices)];
  const overHttp = random() < 0.5;
  const start = performance.now() + JITTER_MS;
  const drawn = () => start + random() * JITTER_MS;
  let endedAt = Infinity;

  const failures: unknown[] = [];
  const requests: Promise<unknown>[] = [];
  const ends = enders.map((ender) => ({
    at: drawn(),
    act() {
      endedAt = Math.min(endedAt, performance.now());
      if (overHttp)
        requests.push(endOverHttp(ender, pair.sid).catch((error: unknown) => failures.push(error)));
      else ender.chat.end();
    },
  }));
  const sends = Array.from({ length: random.between(4, 12) }, (_, i) => {
    const device = random.oneOf(devices);
    return { at: drawn(), act: () => void device.say(`message ${i} of ${device.name}`) };
  });
  await race([...ends, ...sends]);
  for (const { chat } of devices) {
    await until('the end is told', () => chat.ended.value !== null);
    course.measure('told after ms', performance.now() - endedAt);
  }
  await Promise.all(requests);
  if (failures.length > 0) throw failures[0];
  await expectOnlyNotice(store, pair.sid);

  const history = await over(pair);
  const { said, echoed, gone } = outcomesOf(history);
  for (const cid of gone) if (echoed.has(cid)) throw new Error(`${cid} was echoed and is gone`);
  course.measure('sends stored', echoed.size);
  course.measure('sends gone', said.size - echoed.size);
  for (const { chat } of devices) expectTold(chat.ended.value, overHttp ? [] : enders);
  return history;
}

async function endOverHttp({ browser }: Device, sid: string): Promise<void> {
  const { status } = await browser.fetch(`${browser.base}/api/sessions/${sid}`, {
    method: 'DELETE',
  });
  // 401: the other was first.
  if (status !== 204 && status !== 401) throw new Error(`the end was answered with ${status}`);
}

/** `enders`: those who proved who they are. */
function expectTold(ended: Device['chat']['ended']['value'], enders: readonly Device[]): void {
  const isByOneOfThem =
    enders.length === 0 ? ended?.by === null : enders.some(({ slot }) => slot === ended?.by);
  if (ended?.reason !== 'ended' || !isByOneOfThem) {
    throw new Error(`told of another end: ${JSON.stringify(ended)}`);
  }
}

async function expectOnlyNotice(store: StoreView, sid: string): Promise<void> {
  const keys = await store.keysOf(sid);
  if (keys.join() !== ':ended') throw new Error(`keys left after the end: ${keys.join(' ')}`);
}
