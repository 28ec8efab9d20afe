/**
 * Far more people with right codes than one thread can check, 200 a second: the excess is told so
 * at once, whoever talks does not notice, and it is over when the flood is.
 */
import { setTimeout as pass } from 'node:timers/promises';
import type { Slot } from '../../server/protocol/frames.ts';
import { proofOf } from '../../web/core/entering.ts';
import type { Course, Fault } from '../faults/fault.ts';
import { createPair, partsOf, type Pair } from '../faults/world/pair.ts';
import { startWorld } from '../faults/world/world.ts';
import { startCanary } from './world/canary.ts';
import { createSender, farAddress, inFlight, Tally, type Answered } from './world/flood.ts';

const PER_SECOND = 200;
/** Each is entered again and again, by browsers that have no pass. */
const CHATS = 30;

export const entries: Fault = {
  id: 'entries',
  title: '200 entries a second',
  short: 200,
  long: 200 * 60,
  limits: { 'echo ms': 150, 'entry before: ms': 1_000, 'entry after: ms': 1_000 },

  async run(course) {
    const world = course.use(
      await startWorld({
        env: { TRUST_PROXY: '127.0.0.1/32', RATE_ENTER: 'off', BCRYPT_COST: '10' },
      }),
    );
    const senders = world.nodes.map(({ server }) => course.use(createSender(server, Infinity)));
    const chats: Pair[] = [];
    const enough = Math.min(CHATS, Math.ceil(course.iterations / 30));
    await inFlight(enough, 8, async () => void chats.push(await createPair(world.base)));
    const canary = await startCanary(course, world);

    let visitors = 0;
    const enterOne = (): Promise<Answered> => {
      const i = visitors++;
      const { sid, links, codes } = chats[i % chats.length]!;
      const slot: Slot = Math.floor(i / chats.length) % 2 === 0 ? 'a' : 'b';
      return senders[i % senders.length]!.send({
        path: `/api/sessions/${sid}/enter`,
        body: { proof: proofs(links[slot]), code: codes[slot] },
        address: farAddress(i),
      });
    };
    await measureEntries(course, 'entry before: ms', enterOne);

    canary.measure('echo before: ms');
    const tally = await floodAt(course, PER_SECOND, enterOne);
    canary.measure('echo ms');
    tally.expectOnly('200', 'busy');
    course.measure('entered', tally.of('200'));
    course.measure('busy', tally.of('busy'));
    await measureEntries(course, 'entry after: ms', enterOne);
    await canary.judge();
    course.expectNoFaults(world);
  },
};

const proven = new Map<string, string>();

/** Derived once for each link: this process is to be no slower than what it attacks. */
function proofs(link: string): string {
  const known = proven.get(link) ?? proofOf(partsOf(link));
  proven.set(link, known);
  return known;
}

/** One after the other: each has to succeed. */
async function measureEntries(
  course: Course,
  name: string,
  enterOne: () => Promise<Answered>,
): Promise<void> {
  for (let i = 0; i < 10; i++) {
    const started = performance.now();
    const { status, code } = await enterOne();
    if (status !== 200) throw new Error(`not entered: ${status} ${code}`);
    course.measure(name, performance.now() - started);
  }
}

/** By the clock, whatever becomes of those before. Resolves when the last has its answer. */
async function floodAt(
  course: Course,
  perSecond: number,
  enterOne: () => Promise<Answered>,
): Promise<Tally> {
  const tally = new Tally();
  const answers: Promise<void>[] = [];
  const started = performance.now();
  for (let i = 0; i < course.iterations; i++) {
    const dueInMs = started + (i * 1_000) / perSecond - performance.now();
    if (dueInMs > 0) await pass(dueInMs);
    answers.push(enterOne().then(({ code }) => tally.add(code)));
    course.progress(i);
  }
  const sentMs = performance.now() - started;
  course.measure('asked a second', (course.iterations * 1_000) / sentMs);
  await Promise.all(answers);
  course.measure('last answer after ms', performance.now() - started - sentMs);
  return tally;
}
