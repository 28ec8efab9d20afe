/**
 * Two people who chat while the product is attacked. They notice nothing: everything arrives, in
 * time and as it was sent. One chat follows the other, so that none grows too long.
 */
import type { Course } from '../faults/fault.ts';
import { delaysTo } from '../faults/world/delays.ts';
import { meet, type Pair } from '../faults/world/pair.ts';
import { createTalk, type Talk } from '../faults/world/talk.ts';
import type { World } from '../faults/world/world.ts';

const PER_SECOND = 10;
const CHAT_MS = 60_000;

interface Chat {
  pair: Pair;
  talk: Talk;
}

export type Canary = Awaited<ReturnType<typeof startCanary>>;

/** `delays`: the name of their figure, in ms. */
export async function startCanary(world: World, course: Course, delays: string) {
  // Roads of their own, to the first and the last node: what stays open on them can be cut.
  const [way, otherWay] = await Promise.all(
    [world.nodes[0], world.nodes.at(-1)].map((node) => world.openWire(node)),
  );
  let chat = await begin();
  let turn: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    turn = turn.then(replace);
    turn.catch(() => {}); // It is told by `finish`.
  }, CHAT_MS);

  async function begin(): Promise<Chat> {
    if (!way || !otherWay) throw new Error('there are two ways');
    const pair = await meet(way.base, { b: { base: otherWay.base } });
    return { pair, talk: createTalk(pair.devices, PER_SECOND) };
  }

  async function replace(): Promise<void> {
    const over = chat;
    chat = await begin();
    await judge(over);
  }

  async function judge({ pair, talk }: Chat): Promise<void> {
    talk.stop();
    const { recorder, devices } = pair;
    const history = await pair.settle();
    for (const { name } of devices.slice(0, 2)) {
      for (const ms of delaysTo(name, recorder)) course.measure(delays, ms);
    }
    course.judge(history);
    pair.close();
  }

  return {
    /** Throws if anything was not as it should be. Nothing of it is open any more. */
    async finish(): Promise<void> {
      clearInterval(timer);
      await turn;
      await judge(chat);
      for (const one of [way, otherWay]) one?.wire.cut();
    },
    close(): void {
      clearInterval(timer);
      chat.talk.stop();
      chat.pair.close();
    },
  };
}
