/**
 * One schedule in which a server lies: an honest beginning, the lie, and what those who were told
 * it must know, and when. Throws also if nobody was lied to, or nothing came by which they could
 * know: "noticed" is never said of nothing.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openEntry } from '../../../server/protocol/envelope/entry-box.ts';
import { SLOTS } from '../../../server/protocol/frames.ts';
import type { EnteredSession } from '../../../web/core/entering.ts';
import { createRandom } from '../../faults/world/random.ts';
import { listOf, type Step } from '../../web/core/support/schedules.ts';
import { createStage, DEVICES, type Stage } from '../../web/core/support/stage.ts';
import type { Cast, Lie } from './lie.ts';
import { assertShown, assertUnderstood } from './screens.ts';
import { accuses } from './second-opinion.ts';
import { isLie, partingOf, recordTold, type Told } from './told.ts';

const ROUNDS = 6;
/** EV11: ten seconds, up to twice that while others have theirs. */
const SETTLED_MS = 21_000;
const DEVICE_NUMBERS = DEVICES.map((_, i) => i);

interface Scene {
  lie: Lie;
  cast: Cast;
  stage: Stage;
  told: Told;
  victims: readonly number[];
}

/** Resolves with how many devices were lied to. */
export async function attack(lie: Lie, seed: number): Promise<number> {
  const scene = await setScene(lie, seed);
  const { stage, cast } = scene;
  const { server } = stage;
  const how = cast.random.oneOf(lie.how);
  const beginLie = () => {
    const show = lie.view(cast);
    const say = lie.says?.(cast) ?? ((_wire, frame) => frame);
    const take = lie.takes?.(cast) ?? ((_wire, frame) => [frame]);
    server.liar = {
      log: (wire, truth) => (cast.isVictim(wire.page) ? show(truth, wire) : truth),
      frame: (wire, frame) => (cast.isVictim(wire.page) ? say(wire, frame) : frame),
      take,
    };
  };

  if (how === 'live') {
    cast.from = server.log.length + cast.random.between(0, 3);
    beginLie();
  }
  for (const step of drawSteps(seed + 1, 16, ['lose', 'fill', ...(lie.without ?? [])])) {
    stage.take(step);
  }
  if (how !== 'live') {
    await talk(scene);
    cast.from = cast.random.between(0, server.log.length - 1);
    beginLie();
  }
  if (how === 'reconnect') stage.cutAll(4002);
  const liedTo = await tellIt(scene, how === 'history');

  await assertKnown(scene, liedTo);
  const unconvinced = liedTo.filter((i) => !accuses(told(scene, i), sessionOf(stage, i)));
  assert.deepEqual(unconvinced, [], 'another client would not have noticed');
  for (const i of scene.victims) assertShown(stage, i, told(scene, i));
  return liedTo.length;
}

async function setScene(lie: Lie, seed: number): Promise<Scene> {
  const random = createRandom(seed);
  const stage = createStage();
  const told = recordTold(stage.server);
  for (const step of drawSteps(seed, 24, [])) stage.take(step);
  await stage.settle();
  const slot = random.oneOf(SLOTS);
  const own = DEVICE_NUMBERS.filter((i) => DEVICES[i]!.slot === slot);
  const isWhole = lie.whom === 'participant' || (lie.whom !== 'device' && random() < 0.5);
  const some = isWhole ? own : [random.oneOf(own)];
  const victims = lie.whom === 'both' ? DEVICE_NUMBERS : some;
  const isVictim = (page: string) => victims.some((i) => page.startsWith(`${i}.`));
  const { server } = stage;
  const session = stage.sessions.a;
  const cast: Cast = { random, server, session, slot, isVictim, from: 0, rejoinAt: null };
  const scene = { lie, cast, stage, told, victims };
  await talk(scene);
  const accusers = DEVICE_NUMBERS.filter((i) =>
    accuses(told.by(stage.pageOf(i)), sessionOf(stage, i)),
  );
  assert.deepEqual(accusers, [], 'another client accused it before it lied');
  assert.ok(
    stage.chats.every(({ notices }) => !notices.value.tampered),
    'accused before it lied',
  );
  return scene;
}

/** The steps of an honest schedule, without some kinds of them. */
export function drawSteps(seed: number, maxLength: number, without: readonly Step['do'][]): Step[] {
  return fc.sample(listOf(maxLength, without), { seed, numRuns: 1 })[0] ?? [];
}

/** Everybody says something, those last who are to be lied to, and one of each takes something back. */
async function talk({ lie, stage, cast, victims }: Scene): Promise<void> {
  const { server } = stage;
  server.outcomes.length = 0;
  await stage.passSecond();
  lie.tempt?.(server);
  const others = DEVICE_NUMBERS.filter((i) => !victims.includes(i));
  for (const device of [...others, ...victims]) {
    for (let i = cast.random.between(1, 2); i > 0; i--) stage.take({ do: 'say', device });
    if (cast.random() < 0.5) server.flush();
  }
  await stage.passSecond();
  if (lie.without?.includes('unsend')) return;
  for (const device of [cast.random.between(0, 2), cast.random.between(3, 4)]) {
    stage.take({ do: 'unsend', device, which: cast.random.between(0, 99) });
  }
  await stage.passSecond();
}

/** Goes on until somebody was lied to; returns who. */
async function tellIt(scene: Scene, toNewPages: boolean): Promise<number[]> {
  const { stage, victims, lie } = scene;
  const { server, sessions } = stage;
  for (let round = 0; round < ROUNDS; round++) {
    if (toNewPages) for (const device of victims) stage.take({ do: 'reload', device });
    await talk(scene);
    const liedTo = victims.filter((i) => isLie(told(scene, i), server.log, sessions.a));
    if (liedTo.length > 0) return liedTo;
  }
  throw new Error(`nobody was lied to: ${lie.name}`);
}

function sessionOf({ sessions }: Stage, i: number): EnteredSession {
  return sessions[DEVICES[i]!.slot];
}

function told({ told: record, stage }: Scene, i: number) {
  return record.by(stage.pageOf(i));
}

async function assertKnown(scene: Scene, liedTo: readonly number[]): Promise<void> {
  const { lie, stage, cast } = scene;
  const accuses = (i: number) => stage.chats[i]!.notices.value.tampered;
  const mustKnow = (when: string) => {
    const unaware = liedTo.filter((i) => !accuses(i));
    assert.deepEqual(unaware, [], `${lie.name}: not noticed ${when}`);
  };
  if (lie.known === 'at once') mustKnow('at once');
  if (lie.known === 'after ten seconds') {
    stage.clock.advance(SETTLED_MS);
    mustKnow('after ten seconds');
  }
  cast.rejoinAt = stage.server.log.length;
  for (const slot of SLOTS) {
    const listeners = liedTo.filter((i) => DEVICES[i]!.slot === slot);
    if (listeners.length > 0) await hearLaterEntry(scene, listeners);
  }
  mustKnow('though a later entry has come');
  for (let second = 0; second < 3; second++) await stage.passSecond();
  mustKnow('for good');
}

/**
 * The other participant says something on a device that has seen where the two logs part; all of
 * the one who were lied to read it, and one answers, so that the other knows as well.
 */
async function hearLaterEntry(scene: Scene, listeners: readonly number[]): Promise<void> {
  const { stage, victims, cast } = scene;
  const [first = 0] = listeners;
  const others = DEVICE_NUMBERS.filter((i) => DEVICES[i]!.slot !== DEVICES[first]!.slot);
  const witness = cast.random.oneOf(others);
  const isByChain = scene.lie.known === 'by a later entry';
  const partings = () => listeners.map((i) => partingOf(told(scene, i), told(scene, witness)));
  // The first is the place where they part, if one of them has not got so far.
  await say(scene, witness);
  const parted = partings();
  const after = await say(scene, witness);
  for (const [i, listener] of listeners.entries()) {
    assert.ok(hasHeard(scene, listener, after), 'a later entry never came');
    assert.ok(!isByChain || after.seen > parted[i]!, 'it says nothing of the lie');
  }
  if (victims.includes(witness)) return;
  const answer = await say(scene, first);
  if (!hasHeard(scene, witness, answer)) return;
  assertUnderstood(stage, witness, answer.cid);
  if (!isByChain || answer.seen <= parted[0]!) return;
  const { tampered } = stage.chats[witness]!.notices.value;
  assert.ok(tampered, 'the other participant was told another log, and does not know');
}

function hasHeard(scene: Scene, device: number, { cid }: { cid: string }): boolean {
  return told(scene, device).some((entry) => entry.cid === cid);
}

/** Says something; returns its cid, and how much of the log its sender had seen. */
async function say({ stage }: Scene, device: number): Promise<{ cid: string; seen: number }> {
  const { server, sessions, said } = stage;
  server.outcomes.length = 0;
  server.flush();
  const { slot } = DEVICES[device]!;
  const before = server.log.length;
  stage.take({ do: 'say', device });
  const text = said.at(-1)?.text;
  for (let second = 0; second < 30; second++) {
    await stage.passSecond();
    for (const entry of server.log.slice(before)) {
      const opened = openEntry(sessions[slot].keys, sessions[slot].sid, entry);
      if (opened?.content.kind === 'text' && opened.content.text === text) {
        return { cid: entry.cid, seen: opened.after.seq };
      }
    }
  }
  throw new Error(`what ${slot} said was never stored`);
}
