// F12: a browser goes away, in three ways, with text that it could not send. What was echoed is on
// the person's second device; the rest is delivered once, in order, when the browser comes back.
// FAULT_RUNS times (3 unless it is set), FAULT_SEED repeats a run.
import type { Page } from '@playwright/test';
import { createRandom } from '../faults/world/random.ts';
import {
  connect,
  createSealedSession,
  enter,
  type Connection,
} from '../support/independent-client.ts';
import { expect, Person, test as base } from './support/fixtures.ts';
import { createProfile, type Profile } from './support/profile.ts';
import { tapWire } from './support/wire.ts';

const RUNS = Number(process.env['FAULT_RUNS'] ?? 3);

const test = base.extend<{ profile: Profile }>({
  profile: async ({ launchOptions }, use) => {
    const profile = createProfile(launchOptions);
    await use(profile);
    await profile.remove();
  },
});

const numbered = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);

const tick = (person: Person, text: string, words: string) =>
  expect(person.message(text).getByText(words, { exact: true })).toBeAttached();

/** How many sealed messages stand in the browser's own files, as the browser says. */
function onDisk(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => {
        request.addEventListener('success', () => resolve(request.result));
      });
    const database = await answer(indexedDB.open('duologue'));
    const outboxes = await answer(
      database.transaction('outboxes').objectStore('outboxes').getAll(),
    );
    database.close();
    return outboxes.join('').split('"cid"').length - 1;
  });
}

/** By then nobody takes the page that is gone for one that is only slow. */
function aMinuteLater({ page }: Person): Promise<unknown> {
  return page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 60_000;
  });
}

/** What Bob gets, up to and with `last`. */
async function receive(bob: Connection, last: string): Promise<unknown[]> {
  const texts: unknown[] = [];
  while (texts.at(-1) !== last) texts.push((await bob.next()).content?.['text']);
  return texts;
}

interface Ways {
  /** How the browser goes; resolves when it has gone. */
  end: (profile: Profile, page: Page) => Promise<void>;
  /** Where the person comes back. */
  comeBack: (profile: Profile, ann: Person) => Promise<Person>;
  isCodeAsked: boolean;
}

const anew = async (profile: Profile, { base: place }: Person) =>
  Person.within(await profile.start(), place);

const killed: Ways = { end: (profile) => profile.kill(), comeBack: anew, isCodeAsked: true };
const closed: Ways = { end: (profile) => profile.close(), comeBack: anew, isCodeAsked: true };
const crashed: Ways = {
  async end(_profile, page) {
    const devtools = await page.context().newCDPSession(page);
    const hasCrashed = page.waitForEvent('crash');
    // Nobody is left to answer.
    devtools.send('Page.crash').catch(() => {});
    await hasCrashed;
  },
  comeBack: (_profile, { context, base: place }) => Person.within(context, place),
  isCodeAsked: false,
};

const runs = [
  ...numbered('is killed, run', RUNS).map((name) => ({ name, ways: killed })),
  { name: 'loses its page in a crash', ways: crashed },
  { name: 'is closed', ways: closed },
];
for (const { name, ways } of runs) {
  test(`F12 a browser with unsent text ${name}`, async ({ newPerson, places, profile }) => {
    const seed = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stdout.write(`F12 ${name}: seed ${seed}\n`);
    const random = createRandom(seed);
    const place = places.ann.base;
    const session = await createSealedSession(place, ['Ann', 'Bob']);
    const bob = await connect(await enter(place, session.b.link, session.b.code));
    const phone = await newPerson(place);
    await phone.enter(session.a);
    const context = await profile.start();
    const wire = await tapWire(context);
    const ann = await Person.within(context, place);
    await ann.enter(session.a);

    const echoed = numbered('echoed', random.between(1, 4));
    for (const text of echoed) await ann.say(text);
    await tick(ann, echoed.at(-1) ?? '', 'Sent');
    // Stored, and Ann's browser never hears of it.
    wire.toPage = ({ type }) => type !== 'entry' && type !== 'entries';
    const unheard = numbered('unheard', random.between(0, 2));
    for (const text of unheard) await ann.say(text);
    const stored = [...echoed, ...unheard];
    expect(await receive(bob, stored.at(-1) ?? '')).toEqual(stored);
    wire.isUp = false;
    await wire.cut();
    const queued = numbered('queued', random.between(1, 5));
    for (const text of queued) await ann.say(text);
    await tick(ann, queued.at(-1) ?? '', 'Sending');
    await expect.poll(() => onDisk(ann.page)).toBe(unheard.length + queued.length);
    await ways.end(profile, ann.page);

    await expect(phone.page.locator('.bubble-text')).toHaveText(stored);
    wire.isUp = true;
    wire.toPage = () => true;
    const back = await ways.comeBack(profile, ann);
    await aMinuteLater(back);
    await back.open(session.a.link);
    if (ways.isCodeAsked) await back.typeCode(session.a.code);
    expect(await receive(bob, queued.at(-1) ?? '')).toEqual(queued);
    await back.say('nothing after this');
    expect(await receive(bob, 'nothing after this')).toEqual(['nothing after this']);
    const all = [...stored, ...queued, 'nothing after this'];
    for (const { page } of [back, phone]) {
      await expect(page.locator('.bubble-text')).toHaveText(all);
    }
    await tick(back, 'nothing after this', 'Sent');
    await expect.poll(() => onDisk(back.page)).toBe(0);
    expect([...ann.problems, ...back.problems]).toEqual([]);
    expect(bob.device.tampered).toBeNull();
    await bob.close();
  });
}
