/**
 * An hour of ordinary life: 200 chats, people coming and going, chats ending and beginning, a
 * node killed every ten minutes. What must not grow: memory, file descriptors, keys.
 */
import { Redis } from 'ioredis';
import type { Course, Fault } from './fault.ts';
import { percentile } from './fault.ts';
import type { History } from './history.ts';
import { meet, type Device, type Pair } from './world/pair.ts';
import type { Random } from './world/random.ts';
import { statesOf } from './world/settle.ts';
import { until } from './world/until.ts';
import { vitalsOf, type Vitals } from './world/vitals.ts';
import { startWorld, type World } from './world/world.ts';

const CHATS = 200;
const MESSAGES_PER_SECOND = 50;
const TALK_EVERY_MS = 20;
/** Somebody comes, goes, or a chat ends, so often. */
const TURN_EVERY_MS = 1_000;
const KILL_EVERY_MINUTES = 10;
const WINDOW_MINUTES = 3;
const SAMPLE_EVERY_MS = 10_000;
const PER_MINUTE = 60_000 / SAMPLE_EVERY_MS;
const IDLE = '1m';

export const soak: Fault = {
  id: 'soak',
  title: 'minutes of ordinary life, 200 chats, 50 messages/s in all',
  short: 0,
  long: 60,

  async run(course) {
    const world = course.use(
      await startWorld({
        // A secret of its own, so that the last session's key is the last key.
        env: { COOKIE_SECRET: 'c'.repeat(32), ENDED_NOTICE_TTL: '30s', IDLE_TTL: IDLE },
      }),
    );
    const chats = course.use(createChats(world, course));
    await chats.begin();
    const samples = await live(world, chats, course);
    await chats.finish();
    await keysAreGone(world, course);
    judgeGrowth(samples, course);
    course.expectNoFaults(world);
  },
};

/** One minute an iteration. */
async function live(world: World, chats: Chats, course: Course): Promise<Vitals[]> {
  const samples: Vitals[] = [];
  const random = course.random(0);
  const started = performance.now();
  let said = 0;
  const talking = setInterval(() => {
    // On a busy machine timers come late: what is due by now is said, or chats would fall silent.
    const due = ((performance.now() - started) / 1_000) * MESSAGES_PER_SECOND;
    for (; said < due; said += 1) chats.say(random);
  }, TALK_EVERY_MS);
  const turning = setInterval(() => chats.turn(random), TURN_EVERY_MS);
  const sampling = setInterval(() => samples.push(sample(world, course)), SAMPLE_EVERY_MS);
  const minutes = () => (performance.now() - started) / 60_000;
  try {
    for (let done = 0; done < course.iterations;) {
      await until('a minute is over', () => minutes() >= done + 1, 120_000);
      course.progress(++done);
      chats.expectWell();
      // Always the second: the first is the one whose memory is looked at.
      const node = world.nodes[1];
      if (node && done % KILL_EVERY_MINUTES === 0 && done < course.iterations) {
        await node.kill();
        await node.start();
      }
    }
  } finally {
    for (const timer of [talking, turning, sampling]) clearInterval(timer);
  }
  return samples;
}

type Chats = ReturnType<typeof createChats>;

function createChats(world: World, course: Course) {
  const pairs: Pair[] = [];
  const turns = new Map<Pair, Promise<void>>();
  const failures: unknown[] = [];
  let next = 0;

  const there = (pair: Pair) => pair.devices.filter((device) => isThere(device));

  async function add(): Promise<void> {
    pairs.push(await meet(world.base));
  }

  /** The page is loaded again, or a second one is opened, or one of two is closed. */
  async function comeOrGo(pair: Pair, device: Device): Promise<void> {
    if (there(pair).length > 2) return device.close();
    await pair.open(device.slot, device.browser);
    if (pair.devices.length % 2 === 0) device.close();
  }

  /** Everything is looked at; then one of them ends it, and another chat begins. */
  async function replace(pair: Pair): Promise<void> {
    pairs.splice(pairs.indexOf(pair), 1);
    course.judge(await pair.settle());
    there(pair)[0]?.chat.end();
    await until(
      'all are told',
      () => there(pair).every(({ chat }) => chat.ended.value !== null),
      60_000,
      () => statesOf(there(pair)),
    );
    pair.close();
    course.measure('messages a chat', pair.recorder.events.filter(isSaid).length);
    await add();
  }

  return {
    async begin(): Promise<void> {
      for (let i = 0; i < CHATS; i += 20) await Promise.all(Array.from({ length: 20 }, add));
    },
    /** In one chat after the other, so that none falls silent by chance. */
    say(random: Random): void {
      const pair = pairs[next++ % pairs.length];
      // Nobody is there for a moment while a page is loaded again; `expectWell` knows of any other.
      const devices = pair ? there(pair) : [];
      if (devices.length === 0) return;
      random.oneOf(devices).say(`${random.between(1, 1e9)} `.repeat(random.between(1, 30)));
    },
    turn(random: Random): void {
      if (pairs.some((pair) => pair.devices.some(isOut))) return;
      const pair = random.oneOf(pairs);
      // Who is looked at, or ends a chat, does not go meanwhile: on a busy machine turns overlap.
      if (turns.has(pair)) return;
      const device = random.oneOf(there(pair));
      const turn = random() < 0.3 ? replace(pair) : comeOrGo(pair, device);
      const settled = turn
        .catch((error: unknown) => void failures.push(error))
        .finally(() => turns.delete(pair));
      turns.set(pair, settled);
    },
    expectWell(): void {
      if (failures.length > 0) throw failures[0];
      const out = pairs.flatMap((pair) =>
        pair.devices.filter(isOut).map((one) => [pair, one] as const),
      );
      if (out.length === 0) return;
      const told = out.map(([{ recorder }, { name, chat }]) => {
        const last = recorder.events.filter(({ device }) => device === name).slice(-5);
        const { reason } = chat.ended.value ?? {};
        return [name, chat.connection.value, reason, JSON.stringify(last)].join(' ');
      });
      throw new Error(`out of a chat that nobody has ended:\n${told.join('\n')}`);
    },
    /** Half of the chats are ended by somebody, the others by silence. */
    async finish(): Promise<void> {
      await Promise.all(turns.values());
      this.expectWell();
      const histories: History[] = [];
      for (const [i, pair] of pairs.entries()) {
        histories.push(await pair.settle());
        if (i % 2 === 0) there(pair)[0]?.chat.end();
        else pair.close();
      }
      course.judge(...histories);
    },
    close: () => pairs.forEach((pair) => pair.close()),
  };
}

function isThere({ chat }: Device): boolean {
  return chat.connection.value !== 'stopped' && chat.ended.value === null;
}

/** For good, unless a person does something. */
function isOut({ chat }: Device): boolean {
  return ['elsewhere', 'pass_gone', 'refused', 'ended'].includes(chat.connection.value);
}

const isSaid = ({ type }: { type: string }) => type === 'said';

/** Of the node that lives through it all. */
function sample(world: World, course: Course): Vitals {
  const taken = vitalsOf(world.nodes[0]?.server.pid ?? 0);
  course.measure('RSS MiB', taken.bytes / 2 ** 20);
  course.measure('files', taken.files);
  return taken;
}

/**
 * Minutes before a kill are alike: people have spread over both nodes again since the last one.
 * Those before the last are judged against those before the second, when all is warm.
 */
function judgeGrowth(samples: readonly Vitals[], course: Course): void {
  const windows = [];
  for (let end = KILL_EVERY_MINUTES; end <= course.iterations; end += KILL_EVERY_MINUTES) {
    windows.push(samples.slice((end - WINDOW_MINUTES) * PER_MINUTE, end * PER_MINUTE));
  }
  const [, first, ...rest] = windows;
  const last = rest.at(-1);
  course.measure('growth judged over minutes', last ? rest.length * KILL_EVERY_MINUTES : 0);
  if (!first || !last) return; // Too short a life to tell, as the figure says.
  for (const of of ['bytes', 'files'] as const) {
    const [before, after] = [median(first, of), median(last, of)];
    const percent = (after / before - 1) * 100;
    course.measure(`growth of ${of} %`, percent);
    if (!(percent <= 5)) throw new Error(`${of} grew by ${percent} %: from ${before} to ${after}`);
  }
}

function median(samples: readonly Vitals[], of: 'bytes' | 'files'): number {
  const values = samples.map((one) => one[of]);
  return percentile(values, 0.5);
}

/** After the last session's time, and its notice's, nothing is left. */
async function keysAreGone(world: World, course: Course): Promise<void> {
  const redis = new Redis(world.redis.url);
  course.use({ close: () => redis.disconnect() });
  await until('no key is left', async () => (await redis.dbsize()) === 0, 180_000);
}
