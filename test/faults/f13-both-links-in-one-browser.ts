/**
 * F13: one browser with both links: landing, entering, leaving, connecting in any order, with
 * right, wrong and each other's codes. A small model says after every step what must be the case.
 */
import { otherSlot, type ServerFrame, type Slot } from '../../server/protocol/frames.ts';
import { openLanding, proofOf } from '../../web/core/entering.ts';
import type { Socket } from '../../web/core/environment.ts';
import { createSessionApi } from '../../web/core/session-api.ts';
import type { Course, Fault } from './fault.ts';
import { createBrowser } from './world/browser.ts';
import { createPair, partsOf, type Pair } from './world/pair.ts';
import type { Random } from './world/random.ts';
import { eachSideBySide } from './world/lanes.ts';
import { startWorld } from './world/world.ts';

const SLOTS = ['a', 'b'] as const;
const TRIES = 5;

export const bothLinksInOneBrowser: Fault = {
  id: 'F13',
  title: 'both links in one browser, in any order',
  short: 50,
  long: 500,

  async run(course) {
    const world = course.use(await startWorld());
    await eachSideBySide(course, 6, async (random) => {
      const pair = await createPair(world.base);
      const steps = random.between(15, 40);
      const taken: string[] = [];
      const step = createSteps(pair, world.base, random);
      for (let i = 0; i < steps; i++) {
        try {
          taken.push(await step());
        } catch (cause) {
          const what = cause instanceof Error ? cause.message : String(cause);
          throw new Error(`${taken.join(', ')}, and then: ${what}`, { cause });
        }
      }
      measure(course, taken);
    });
    course.expectNoFaults(world);
  },
};

/** What must be the case. */
interface Model {
  here: Slot | null;
  /** Wrong codes for each link since the last right one; from the fifth on there is a wait. */
  failures: Record<Slot, number>;
}

/** Each call takes one step, holds the answer against the model and returns what was done. */
function createSteps(pair: Pair, base: string, random: Random): () => Promise<string> {
  const model: Model = { here: null, failures: { a: 0, b: 0 } };
  const browser = createBrowser(base);
  const { environment } = browser.load();
  const api = createSessionApi({ environment, base });
  const { sid } = pair;
  const links = { a: partsOf(pair.links.a), b: partsOf(pair.links.b) };
  const proofs = { a: proofOf(links.a), b: proofOf(links.b) };

  async function land(slot: Slot): Promise<string> {
    const answer = await api.landing(sid, proofs[slot]);
    if (answer.result !== 'landing') throw new Error(`landing: ${answer.result}`);
    const { here, triesLeft } = answer;
    expectEqual('slot of the link', answer.slot, slot);
    expectEqual('here', here, model.here);
    expectEqual('tries left', triesLeft, Math.max(0, TRIES - model.failures[slot]));
    const entrance = openLanding(links[slot], answer);
    if (entrance.state === 'broken') throw new Error('broken');
    expectEqual('whose chat it leads to', entrance.session.slot, model.here ?? slot);
    return `land ${slot}`;
  }

  async function enter(slot: Slot, which: 'right' | "other's" | 'wrong'): Promise<string> {
    const codes = { right: pair.codes[slot], "other's": pair.codes[otherSlot(slot)] };
    const code = which === 'wrong' ? wrongCode(pair, random) : codes[which];
    const expected = enterInModel(model, slot, which === 'right');
    const answer = await api.enter(sid, proofs[slot], code);
    expectEqual(`entering ${slot} with a ${which} code`, answer.result, expected);
    if (answer.result === 'entered') expectEqual('entered', answer.slot, slot);
    return `enter ${slot} ${which}: ${expected}`;
  }

  async function leave(): Promise<string> {
    const answer = await api.leave(sid);
    expectEqual('leaving', answer.result, 'done');
    model.here = null;
    return 'leave';
  }

  async function connect(): Promise<string> {
    const url = `${base.replace('http', 'ws')}/ws/${sid}`;
    const slot = await slotOfConnection(environment.openSocket(url));
    expectEqual('slot of a connection', slot, model.here);
    return 'connect';
  }

  return async () => {
    const slot = random.oneOf(SLOTS);
    const drawn = random();
    const done =
      drawn < 0.2
        ? await leave()
        : drawn < 0.35
          ? await connect()
          : drawn < 0.5
            ? await land(slot)
            : await enter(slot, random.oneOf(['right', 'right', "other's", 'wrong'] as const));
    await land('a');
    await land('b');
    return done;
  };
}

function enterInModel(model: Model, slot: Slot, isRight: boolean): string {
  if (model.here === slot) return 'entered';
  if (model.here !== null) return 'other_participant';
  if (model.failures[slot] >= TRIES) return 'too_many_tries';
  if (!isRight) {
    model.failures[slot] += 1;
    return 'wrong_code';
  }
  model.failures[slot] = 0;
  model.here = slot;
  return 'entered';
}

/** What the welcome says; null if the upgrade was refused. */
function slotOfConnection(socket: Socket): Promise<Slot | null> {
  return new Promise((resolve, reject) => {
    Object.assign(socket, {
      onopen: () => socket.send(JSON.stringify({ type: 'hello', v: 1, after: null })),
      onmessage({ data }: { data: unknown }) {
        const frame = JSON.parse(String(data)) as ServerFrame; // as: our own server wrote it
        if (frame.type === 'welcome') resolve(frame.slot);
        socket.close(1000);
      },
      onclose({ code }: { code: number }) {
        if (code === 1006) resolve(null);
        else reject(new Error(`closed with ${code}`));
      },
      onerror: () => {},
    });
  });
}

function measure(course: Course, taken: readonly string[]): void {
  const count = (text: string) => taken.filter((step) => step.includes(text)).length;
  course.measure('steps', taken.length);
  course.measure('times in', count(': entered'));
  course.measure('refused as the other', count('other_participant'));
  course.measure('wrong codes', count('wrong_code'));
}

function wrongCode(pair: Pair, random: Random): string {
  const drawn = Array.from({ length: 8 }, () => random.between(0, 9)).join('');
  const plain = Object.values(pair.codes).map((code) => code.replace('-', ''));
  return plain.includes(drawn) ? wrongCode(pair, random) : drawn;
}

function expectEqual(what: string, is: unknown, mustBe: unknown): void {
  if (is !== mustBe) throw new Error(`${what} is ${String(is)}, not ${String(mustBe)}`);
}
