/** F11: one id created many times at once, then its codes entered many times at once. */
import { deriveLinkKeys } from '../../server/protocol/envelope/keys.ts';
import { drawSession } from '../../server/protocol/envelope/new-session.ts';
import { toBase64Url } from '../../server/protocol/encoding.ts';
import { otherSlot, type Slot } from '../../server/protocol/frames.ts';
import { MAX_PASSES_PER_PARTICIPANT } from '../../server/protocol/limits.ts';
import type { Course, Fault } from './fault.ts';
import { createBrowser, type Browser } from './world/browser.ts';
import type { Random } from './world/random.ts';
import { eachSideBySide } from './world/lanes.ts';
import { openStoreView, type StoreView } from './world/store-view.ts';
import { startWorld, type World } from './world/world.ts';

const SLOTS = ['a', 'b'] as const;

export const createdAtOnce: Fault = {
  id: 'F11',
  title: 'the same created, and entered, at once',
  short: 50,
  long: 1_000,

  async run(course) {
    // Addresses as a proxy in front would tell them: many people, or one.
    const world = course.use(await startWorld({ env: { TRUST_PROXY: '127.0.0.1/32' } }));
    const store = course.use(openStoreView(world.redis.url));
    await eachSideBySide(course, 3, async (random) => {
      const won = await createAtOnce(world, random);
      await enterAtOnce(world, won, { course, random, store });
    });
    course.expectNoFaults(world);
  },
};

interface Won {
  sid: string;
  proofs: Record<Slot, string>;
  codes: Record<Slot, string>;
}

/** Exactly one of them makes it, and wholly so. */
async function createAtOnce(world: World, random: Random): Promise<Won> {
  const drafts = Array.from({ length: random.between(2, 10) }, draft);
  const sid = drafts[0]!.sid; // there are two or more
  const answers = await Promise.all(
    drafts.map(({ sealed }) => create(browserAt(world, random), { id: sid, sealed })),
  );
  const made = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ error }) => error === 'id_taken');
  if (made.length !== 1 || made.length + refused.length < answers.length) {
    throw new Error(`created: ${answers.map(({ status }) => status).join(' ')}`);
  }
  let won: Won | undefined;
  for (const [i, { proofs, sealed }] of drafts.entries()) {
    const isWinner = answers[i]?.status === 201;
    for (const [place, slot] of SLOTS.entries()) {
      const seen = await post(browserAt(world, random), `/${sid}/landing`, { proof: proofs[slot] });
      const isRight = isWinner
        ? seen.json.slot === slot && seen.json.key === sealed[place]?.key
        : seen.error === 'not_found';
      if (!isRight) throw new Error(`the session is mixed: ${slot} of ${i}: ${seen.status}`);
    }
    if (isWinner) won = { sid, proofs, codes: codesOf(answers[i]?.json) };
  }
  if (!won) throw new Error('nobody won');
  return won;
}

/** Asked again while there is too much to do: what is judged is who gets the id. */
async function create(browser: Browser, body: object): ReturnType<typeof post> {
  const answer = await post(browser, '', body);
  return answer.error === 'busy' ? create(browser, body) : answer;
}

interface Entering {
  course: Course;
  random: Random;
  store: StoreView;
}

/** Right and wrong codes, from many addresses or all from one, for both links. */
async function enterAtOnce(world: World, won: Won, { course, random, store }: Entering) {
  const { sid, proofs, codes } = won;
  const isOneAddress = random() < 0.3;
  const tries = Array.from({ length: random.between(8, 26) }, (_, i) => {
    const slot = random.oneOf(SLOTS);
    const isRight = random() < 0.85;
    const code = codes[isRight ? slot : otherSlot(slot)];
    const address = isOneAddress ? '192.0.2.1' : `198.51.100.${i + 1}`;
    return { slot, isRight, code, address, browser: browserAt(world, random) };
  });
  const answers = await Promise.all(
    tries.map(({ slot, code, address, browser }) =>
      post(browser, `/${sid}/enter`, { proof: proofs[slot], code }, address),
    ),
  );
  const inside = { a: 0, b: 0 };
  for (const [i, { slot, isRight }] of tries.entries()) {
    const { status, error, json } = answers[i]!; // one for each
    const isIn = isRight && status === 200 && json.slot === slot;
    const isOut = !isRight && error === 'wrong_code';
    // One address has five tries, and those under way are taken.
    const isHeld = isOneAddress && error === 'too_many_tries';
    if (!isIn && !isOut && !isHeld) throw new Error(`entering was answered ${status} ${error}`);
    if (isIn) inside[slot] += 1;
  }
  course.measure('entered at once', inside.a + inside.b);

  const passes = await store.passesOf(sid);
  const admitted = { a: 0, b: 0 };
  for (const [i, { slot, browser }] of tries.entries()) {
    const { json } = await post(browser, `/${sid}/landing`, { proof: proofs[slot] });
    if (json.here === slot && answers[i]?.status === 200) admitted[slot] += 1;
    else if (json.here !== null)
      throw new Error(`try ${i} for ${slot} is ${JSON.stringify(json.here)}`);
  }
  for (const slot of SLOTS) {
    const due = Math.min(inside[slot], MAX_PASSES_PER_PARTICIPANT);
    if (passes[slot] !== due || admitted[slot] !== due) {
      throw new Error(`${slot}: ${due} due, ${passes[slot]} passes, ${admitted[slot]} admitted`);
    }
  }
}

/** Somebody's whole session, with the proofs that go with it. */
function draft() {
  const { sid, participants } = drawSession({ a: 'Ann', b: 'Bob' });
  const proofOf = (slot: Slot) => toBase64Url(deriveLinkKeys(participants[slot].secret, sid).proof);
  const sealed = SLOTS.map((slot) => participants[slot].sealed);
  return { sid, sealed, proofs: { a: proofOf('a'), b: proofOf('b') } };
}

function browserAt({ nodes }: World, random: Random): Browser {
  return createBrowser(random.oneOf(nodes).server.base);
}

async function post({ base, fetch }: Browser, path: string, body: object, address?: string) {
  const response = await fetch(`${base}/api/sessions${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(address !== undefined && { 'x-forwarded-for': address }),
    },
    body: JSON.stringify(body),
  });
  // as: what is asked of it is compared with what it must be
  const json = (await response.json()) as Record<string, unknown> & { error?: { code?: string } };
  return { status: response.status, error: json.error?.code ?? null, json };
}

function codesOf(json: Record<string, unknown> | undefined): Record<Slot, string> {
  const participants = json?.participants as { code: string }[]; // as: it was answered with 201
  return { a: participants[0]?.code ?? '', b: participants[1]?.code ?? '' };
}
