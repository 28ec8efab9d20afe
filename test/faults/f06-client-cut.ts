/**
 * F6: one person's network ends at any byte of what it carries, also of a greeting; or it becomes
 * a black hole, one way or both, while the connection looks open; or she takes another network,
 * and what the first one held arrives behind what she sent again.
 */
import { setTimeout as pass } from 'node:timers/promises';
import type { Course, Fault } from './fault.ts';
import type { History } from './history.ts';
import { eachSideBySide } from './world/lanes.ts';
import { lost, meet, type Device } from './world/pair.ts';
import { race } from './world/race.ts';
import type { Random } from './world/random.ts';
import { sayAtOnce, unechoed } from './world/talk.ts';
import { until } from './world/until.ts';
import { startWorld, type World } from './world/world.ts';

const WAYS = ['in', 'out'] as const;
const BLACK_HOLES = 0.2;
const OVERTAKINGS = 0.1;
/** Some black holes are none: the network comes back before anybody has noticed. */
const STALLS = 0.3;

export const clientCut: Fault = {
  id: 'F6',
  title: 'client cut at a random byte, or black-holed',
  short: 30,
  long: 1_000,
  waits: true,
  limits: { 'client notices after ms': 35_000, 'server notices after ms': 35_000 },

  async run(course) {
    const world = course.use(await startWorld());
    await eachSideBySide(course, 60, (random) => {
      const drawn = random();
      if (drawn < BLACK_HOLES) return holdOne(world, course, random);
      if (drawn < BLACK_HOLES + OVERTAKINGS) return overtakeOne(world, course, random);
      return cutOne(world, course, random);
    });
    course.expectNoFaults(world);
  },
};

async function cutOne(world: World, course: Course, random: Random): Promise<History> {
  const { base, wire } = await world.openWire();
  const pair = await meet(world.base, { a: { base } });
  const { ann, bob } = pair;
  for (let cuts = random.between(1, 3); cuts > 0; cuts--) {
    const isLost = lost(ann);
    wire.cutAfter(random.between(0, 3_000), random.oneOf(WAYS));
    if (random() < 0.5) wire.cutNextAfter(random.between(0, 1_500), random.oneOf(WAYS));
    await talkUntil(isLost, pair.devices, random);
    course.measure('in flight', unechoed([ann]));
    sayAtOnce([ann, bob], random.between(0, 3));
    await until('Ann is back', () => ann.chat.connection.value === 'live');
  }
  const history = await pair.settle();
  pair.close();
  return history;
}

/** Bursts by one or both, each when the last has been echoed, until `cut`. */
async function talkUntil(cut: Promise<void>, devices: readonly Device[], random: Random) {
  const talk = { isCut: false };
  void cut.then(() => (talk.isCut = true));
  while (!talk.isCut) {
    sayAtOnce(random() < 0.5 ? devices : [random.oneOf(devices)], random.between(1, 4));
    await until('all is echoed, or the cut', () => talk.isCut || unechoed(devices) === 0);
  }
}

async function holdOne(world: World, course: Course, random: Random): Promise<History> {
  const { base, wire } = await world.openWire();
  const pair = await meet(world.base, { a: { base } });
  const { ann, bob } = pair;
  const isStall = random() < STALLS;
  const holdMs = isStall ? random.between(1_000, 18_000) : 0;
  const ways = random.oneOf([['in'], ['out'], ['in', 'out']] as const);

  sayAtOnce(pair.devices, random.between(1, 4));
  wire.hold(...ways);
  const start = performance.now();
  course.measure('in flight', unechoed([ann]));
  const moves = Array.from({ length: random.between(2, 12) }, () => {
    const device = random.oneOf(pair.devices);
    return { at: start + random() * (holdMs || 28_000), act: () => void sayAtOnce([device]) };
  });
  const typing = race(moves);
  if (isStall) await pass(holdMs);
  else await notice({ course, start, ann, bob });
  wire.release();
  await typing;
  await until('Ann is back', () => ann.chat.connection.value === 'live');
  const history = await pair.settle();
  pair.close();
  return history;
}

/** From one network to the next: everything is sent again, and then the first lets go. */
async function overtakeOne(world: World, course: Course, random: Random): Promise<History> {
  const { base, wire } = await world.openWire();
  const pair = await meet(world.base, { a: { base } });
  const { ann, bob } = pair;
  wire.holdOpen(...random.oneOf([['in'], ['in', 'out']] as const));
  sayAtOnce([ann, bob], random.between(1, 6));
  const held = unechoed([ann]);
  const isLost = lost(ann);
  ann.chat.woke();
  await isLost;
  await until('Ann is back', () => ann.chat.connection.value === 'live');
  sayAtOnce([ann], random.between(0, 3));
  // In the middle of sending again, or behind it.
  if (random() < 0.5) await until('all is echoed', () => unechoed([ann]) === 0);
  wire.release();
  course.measure('overtaken', held);
  await until('all is echoed', () => unechoed(pair.devices) === 0);
  const history = await pair.settle();
  pair.close();
  return history;
}

interface Held {
  course: Course;
  start: number;
  ann: Device;
  bob: Device;
}

/** Ann's page by itself; the server, in that it tells Bob that she is gone. */
async function notice({ course, start, ann, bob }: Held): Promise<void> {
  const told = async (what: string, isSo: () => boolean) => {
    await until(`${what} notices`, isSo);
    course.measure(`${what} notices after ms`, performance.now() - start);
  };
  await Promise.all([
    told('client', () => ann.chat.connection.value !== 'live'),
    told('server', () => bob.chat.peer.value.state === 'offline'),
  ]);
}
