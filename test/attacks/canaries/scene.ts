/** What one run of the canaries has to do with, and the controls planted in it. */
import type { Course } from '../../faults/fault.ts';
import type { Meeting } from '../../faults/world/pair.ts';
import type { Random } from '../../faults/world/random.ts';
import { adminOf } from '../../support/redis-admin.ts';
import { connectRaw } from '../../support/raw-client.ts';
import { createCanaries } from './canaries.ts';
import { drawControl, type Control } from './control.ts';
import { createLookout, type Lookout } from './lookout.ts';
import type { Garden } from './plant.ts';
import { startWatchedNodes, type WatchedNodes } from './watched-nodes.ts';
import { startWatchedRedis, type WatchedRedis } from './watched-redis.ts';
import { plantOnWire } from './wire.ts';

export interface Scene {
  course: Course;
  garden: Garden;
  redis: WatchedRedis;
  nodes: WatchedNodes;
  lookout: Lookout;
  controls: Readonly<Record<'redis' | 'node' | 'wire', Control>>;
}

/** A key of Redis that is no session's. */
export const CONTROL_KEY = 'control';

/** Without `isMonitored` nobody looks into Redis before the end. */
export async function setScene(
  course: Course,
  random: Random,
  { isMonitored = true } = {},
): Promise<Scene> {
  const canaries = createCanaries();
  const draw = (what: string) => {
    const hex = Array.from({ length: 40 }, () => random.between(0, 15).toString(16)).join('');
    canaries.text('setting', what, hex);
    return hex;
  };
  const cookieSecret = draw('the cookie secret');
  const redis = course.use(await startWatchedRedis(draw('the password of Redis'), { isMonitored }));
  const controls = {
    redis: drawControl('Redis'),
    node: drawControl('nodes'),
    wire: drawControl('the wire'),
  };
  const env = { REDIS_URL: redis.url, COOKIE_SECRET: cookieSecret, TRUST_PROXY: '127.0.0.1' };
  const metricsToken = draw('the token of the metrics');
  const counted = { RATE_CREATE: '10000/1m', RATE_ENTER: '10000/1m' };
  const nodes = course.use(
    await startWatchedNodes({ ...env, ...counted }, metricsToken, controls.node),
  );
  const garden = { canaries, random, bases: nodes.bases, cookieSecret, noted: new Set<string>() };
  return { course, garden, redis, nodes, lookout: createLookout(), controls };
}

/** By the ways that nodes and people go; in the nodes' memory it is already. */
export async function plantControls({ redis, nodes, controls }: Scene, pair: Meeting) {
  const client = adminOf(redis.url);
  await client.set(CONTROL_KEY, controls.redis.bytes);
  await client.getBuffer(CONTROL_KEY);
  client.disconnect();
  const { a: base } = nodes.bases;
  const cookie = pair.ann.browser.cookies();
  const who = { slot: 'a', link: '', code: '', proof: '', cookie } as const;
  await plantOnWire(Number(new URL(base).port), controls.wire, async (text) => {
    const { client: device } = await connectRaw(base, pair.sid, who);
    device.send(text);
    await device.closed;
  });
}
