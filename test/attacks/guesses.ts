/**
 * Guessing the code of somebody's link, from one address and from very many: no code is compared
 * without a try from the budget, who is inside is told and not disturbed, and the right person
 * comes in from anywhere else.
 */
import { CODE_LENGTH } from '../../server/protocol/limits.ts';
import { proofOf } from '../../web/core/entering.ts';
import type { Course, Fault } from '../faults/fault.ts';
import { partsOf, type Pair } from '../faults/world/pair.ts';
import type { Random } from '../faults/world/random.ts';
import { openStoreView } from '../faults/world/store-view.ts';
import { until } from '../faults/world/until.ts';
import { startWorld, type World } from '../faults/world/world.ts';
import { COMPARED, COUNTED_COMPARISONS } from '../support/server-process.ts';
import { startCanary } from './world/canary.ts';
import { comeIn } from './world/come-in.ts';
import { createSender, farAddress, inFlight, Tally } from './world/flood.ts';

/** As the design has it; not read from the product. */
const HOUR_MS = 3_600_000;
const TRIES = 5;
const WAITS_MS = [60_000, 300_000, 900_000];
const AT_ONCE = { known: 100, new: 200 };
const PER_HOUR = 1_000;
const TOLD_AT = [5, 20, 100];

const ADDRESSES = 200;
const REQUESTS_AT_ONCE = 64;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('');

/** Of so many from 200 addresses a tenth come from one, before. */
export const guesses: Fault = {
  id: 'guesses',
  title: 'guessing a code, from one address and from 200',
  short: 200,
  long: 100_000,
  limits: {
    'right person, one address: ms': 5_000,
    'right person, 200 addresses: ms': 60_000,
    'echo ms': 200,
  },

  async run(course) {
    // As shipped, and with nothing but the budget of the participant.
    for (const rateEnter of ['30/10m', 'off']) await guessAll(course, rateEnter);
  },
};

async function guessAll(course: Course, rateEnter: string): Promise<void> {
  const { iterations } = course;
  const isLong = iterations >= 1_000;
  const world = course.use(
    await startWorld({
      env: {
        ...COUNTED_COMPARISONS,
        TRUST_PROXY: '127.0.0.1/32',
        RATE_ENTER: rateEnter,
        BCRYPT_COST: isLong ? '10' : '6',
      },
    }),
  );
  const store = course.use(openStoreView(world.redis.url));
  const canary = await startCanary(course, world);
  const { pair } = canary;
  const told = hearNotices(pair);
  const untilTold = (count: number) =>
    until(`both are told of ${count}`, () => told.every((counts) => counts.includes(count)));
  const attack = createAttack(world, pair, course.random(0));

  const alone = attack.guess(iterations / 10, () => '203.0.113.7');
  await untilTold(5);
  course.measure('right person, one address: ms', await comeIn(world.base, pair));
  await alone;
  attack.expectAtMost(triesOfOne(attack.elapsedMs()));

  const addresses = Math.min(ADDRESSES, iterations / 10);
  const many = attack.guess(iterations, (i) => farAddress(i % addresses));
  await untilTold(100);
  course.measure('right person, 200 addresses: ms', await comeIn(world.base, pair));
  await many;
  const elapsedMs = attack.elapsedMs();
  attack.expectAtMost(
    Math.min(
      (addresses + 1) * triesOfOne(elapsedMs),
      AT_ONCE.known + AT_ONCE.new + Math.ceil((elapsedMs * PER_HOUR) / HOUR_MS),
    ),
  );
  canary.measure('echo ms');

  const wrong = attack.tally.of('wrong_code');
  await expectCounted(world, wrong + ENTERED);
  const failures = await store.failuresOf(pair.sid, 'b');
  if (failures !== wrong) throw new Error(`${failures} failures, ${wrong} answers`);
  for (const counts of told) {
    // In a flood one may be overtaken by the next, but nobody is told of fewer after more.
    const isInOrder = counts.join() === TOLD_AT.filter((one) => counts.includes(one)).join();
    if (!isInOrder || counts[0] !== TOLD_AT[0] || counts.at(-1) !== TOLD_AT.at(-1)) {
      throw new Error(`told of ${counts.join()}`);
    }
  }
  course.measure(`compared of ${attack.tally.total} (RATE_ENTER ${rateEnter})`, wrong);
  course.measure('guesses a second', (attack.tally.total * 1_000) / elapsedMs);
  await canary.judge();
  course.expectNoFaults(world);
}

/** Both of the pair, and who has the right code twice. */
const ENTERED = 4;

function createAttack({ nodes }: World, { sid, links, codes }: Pair, random: Random) {
  const senders = nodes.map(({ server }) => createSender(server));
  const proof = proofOf(partsOf(links.b));
  const right = codes.b.replace('-', '');
  const tally = new Tally();
  const started = performance.now();

  function wrongCode(): string {
    const drawn = Array.from({ length: CODE_LENGTH }, () => random.oneOf(ALPHABET)).join('');
    return drawn === right ? wrongCode() : drawn;
  }

  return {
    tally,
    elapsedMs: () => performance.now() - started,

    /** To all nodes in turn. */
    guess: (count: number, addressOf: (i: number) => string) =>
      inFlight(count, REQUESTS_AT_ONCE, async (i) => {
        const answer = await senders[i % senders.length]!.send({
          path: `/api/sessions/${sid}/enter`,
          body: { proof, code: wrongCode() },
          address: addressOf(i),
        });
        tally.add(answer.code);
      }),

    expectAtMost(most: number): void {
      tally.expectOnly('wrong_code', 'too_many_tries', 'rate_limited', 'busy');
      const taken = tally.of('wrong_code');
      if (taken > most) throw new Error(`${taken} codes were compared, ${most} are the budget`);
    },
  };
}

/** What one address may try in so long. */
function triesOfOne(elapsedMs: number): number {
  let tries = TRIES;
  for (let at = WAITS_MS[0]!; at <= elapsedMs; tries++) {
    at += WAITS_MS[Math.min(tries - TRIES + 1, WAITS_MS.length - 1)]!;
  }
  return tries;
}

/** What each device was told of wrong codes for b, in order. */
function hearNotices({ devices }: Pair): number[][] {
  return devices.map(({ chat }) => {
    const counts: number[] = [];
    chat.notices.subscribe(({ tries }) => {
      const count = tries.b ?? 0;
      if (count > 0 && count !== counts.at(-1)) counts.push(count);
    });
    return counts;
  });
}

/** So often did the nodes' threads compare a code. */
async function expectCounted({ nodes }: World, count: number): Promise<void> {
  const counted = () =>
    nodes.flatMap(({ server }) => server.output.filter((line) => line === COMPARED)).length;
  // Printed lines may be on their way still.
  await until('all comparisons are counted', () => counted() >= count, 10_000, counted);
  if (counted() > count) throw new Error(`${counted()} codes were compared, ${count} answered`);
}
