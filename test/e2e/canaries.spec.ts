// Canaries in the browser: what is secret of a chat is looked for in all that leaves it, in all that
// it keeps while the chat lives and afterwards, and in its files when it is closed. The same for
// nodes and Redis: test/attacks/canaries.ts.
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { createCanaries, type Canaries } from '../attacks/canaries/canaries.ts';
import { drawControl } from '../attacks/canaries/control.ts';
import { createLookout } from '../attacks/canaries/lookout.ts';
import { noteKeys, notePass } from '../attacks/canaries/plant.ts';
import { lookAtWire, plantOnWire } from '../attacks/canaries/wire.ts';
import { connectRaw } from '../support/raw-client.ts';
import { messagesOf, recordWire, type Stream } from '../support/recorded-wire.ts';
import { createSearch, type Hit } from '../support/search.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import * as crypto from '../support/independent-crypto.ts';
import { expect, Person, test as base } from './support/fixtures.ts';
import { filesIn, keptByPage, type KeptPlace } from './support/kept.ts';
import { wrongCode, type Cards } from './support/person.ts';
import { createProfile, type Profile } from './support/profile.ts';

const NAMES = ['Théodora Quillfeather', 'Ignatius Łukasz Featherstone'] as const;
const SAID = {
  first: 'the heron stands in the "rushes" <b>&amp;',
  second: 'größer als der Mond 🌒 über Łódź',
  queued: 'written while nobody could hear it',
  draft: 'an unsent thought of a summer evening',
};
const COOKIE_SECRET = 'the cookie secret of the canaries in the browser';

interface Fixtures {
  profiles: { ann: Profile; bob: Profile };
}

const test = base.extend<Fixtures>({
  profiles: async ({ launchOptions }, use) => {
    const [ann, bob] = [createProfile(launchOptions), createProfile(launchOptions)];
    await use({ ann, bob });
    await Promise.all([ann.remove(), bob.remove()]);
  },
});

test('11 no secret leaves the browser or stays in it', async ({ serve, profiles }) => {
  test.setTimeout(180_000);
  const server = await serve({ COOKIE_SECRET });
  const heard = recordWire();
  const front = await startTcpProxy(() => server.port, heard.listen);
  const place = `http://localhost:${front.port}`;
  const ann = await Person.within(await profiles.ann.start(), place);
  const bob = await Person.within(await profiles.bob.start(), place);
  const canaries = createCanaries();
  for (const name of NAMES) canaries.text('sealed', 'a name', name);
  for (const text of Object.values(SAID)) canaries.text('sealed', 'a text', text);

  const cards = await ann.createChat(...NAMES);
  const { sid } = crypto.parseLink(cards.ann.link);
  await note(canaries, server.base, cards);
  await test.step('the Ready page keeps its cards in the tab, and nothing anywhere else', async () => {
    const found = await findKept(ann.page, canaries);
    expect(placesOf(found)).toEqual(['sessionStorage']);
    for (const what of ['a name', 'a code', 'the secret of a link']) {
      expect(found.map((hit) => hit.what)).toContain(what);
    }
  });

  await bob.open(cards.bob.link);
  const wrong = wrongCode(cards.bob.code);
  canaries.text('passing', 'a wrong code', wrong);
  await bob.typeCode(wrong);
  await expect(bob.page.getByText('4 tries left.')).toBeVisible();
  await isOnDisk(bob.page, profiles.bob);
  await bob.enter(cards.bob);
  await ann.page.getByRole('button', { name: `Open as ${NAMES[0]}` }).click();
  await expect(ann.heading).toHaveText(NAMES[1]);
  await ann.composer.pressSequentially(SAID.first);
  await expect(bob.page.getByText('Typing…')).toBeVisible();
  await ann.composer.press('Enter');
  await bob.sees(SAID.first);
  await bob.say(SAID.second);
  await expect(bob.message(SAID.second).getByText('Read', { exact: true })).toBeVisible();
  for (const { context } of [ann, bob]) {
    for (const { name, value } of await context.cookies()) {
      await notePass(canaries, { cookieSecret: COOKIE_SECRET, sid, cookie: `${name}=${value}` });
    }
  }
  await plantControl(front.port, place, sid, ann);

  await test.step('what waits to be sent is sealed, and so is a draft', async () => {
    front.refuse(true);
    front.cut();
    await ann.say(SAID.queued);
    await expect(ann.message(SAID.queued)).toBeVisible();
    await ann.composer.fill(SAID.draft);
    await isOnDisk(ann.page, profiles.ann);
    const kept = await keptByPage(ann.page);
    expect(kept.localStorage).toContain(`duologue:outbox:${sid}`);
    expect(kept.sessionStorage).toContain(`duologue:draft:${sid}`);
    for (const { page } of [ann, bob]) {
      const found = await findKept(page, canaries);
      // The link, for reload and Back; the pass, where no script sees it.
      expect(placesOf(found)).toEqual(['cookies', 'fragment']);
      const whats = new Set(found.map(({ what }) => what));
      expect([...whats].toSorted()).toEqual(['a pass', 'the secret of a link']);
    }
    front.refuse(false);
    // By then either of them may wait 15 s for the next try.
    await expect(bob.message(SAID.queued)).toBeVisible({ timeout: 45_000 });
  });

  await ann.page.reload();
  await expect(ann.composer).toHaveValue(SAID.draft);
  await ann.endChat();
  await expect(bob.heading).toHaveText(`${NAMES[0]} ended the chat`);
  await test.step('after the end nothing is kept, before Back and after it', async () => {
    for (const { page } of [ann, bob]) {
      await expect.poll(async () => (await page.context().cookies()).length).toBe(0);
      expect(await findKept(page, canaries)).toEqual([]);
    }
    await ann.page.goBack();
    expect(placesOf(await findKept(ann.page, canaries))).toEqual([]);
  });

  await test.step('the wire had what it should and nothing else', async () => {
    const lookout = createLookout();
    noteBoxes(canaries, heard.streams());
    lookAtWire(lookout, heard.streams(), canaries, control);
    // Chromium, looking for a newer worker by itself, names that worker.
    const own = `${place}/sw.js`;
    for (const { head } of heard.streams().flatMap(messagesOf)) {
      const named = /^referer: (.*)$/im.exec(head)?.[1]?.trim() ?? own;
      if (named !== own) lookout.blame(`a page was named: ${head.split('\r\n', 1)[0]}`);
    }
    const log = Buffer.from(server.output.join('\n'));
    expect(createSearch(canaries.of('sealed', 'passing', 'stored', 'id')).in(log)).toEqual([]);
    expect(log.toString()).toContain('/api/sessions/:id/enter');
    lookout.close();
  });

  await test.step('a search of what is kept sees every place', async () => {
    await plantEverywhere(ann.page);
    const found = await findKept(ann.page, planted());
    expect(placesOf(found)).toEqual([...PLACES].toSorted());
  });
  await front.close();
  await Promise.all([profiles.ann.close(), profiles.bob.close()]);
  await test.step('on the disk there is the link, as in any history, and no more', async () => {
    expect(placesOnDisk(profiles.ann.folder)).toEqual(FOLDERS);
    for (const { folder } of Object.values(profiles)) {
      const found = findOnDisk(folder, canaries).filter(({ what }) => what !== LINK);
      // What was deleted there is so at the next start: the cards of the Ready page.
      expect(found.filter(({ area }) => area !== 'Session Storage')).toEqual([]);
      expect(found.filter(({ what }) => what === 'a text' || !CARD.has(what))).toEqual([]);
    }
  });
});

/** What the browser would restore of the page by now, it has written down. */
async function isOnDisk(page: Page, { folder }: Profile): Promise<void> {
  const word = `mark ${Math.random()}`;
  await page.evaluate((mark) => {
    history.replaceState({ ...(history.state as object | null), mark }, '');
  }, word);
  const mark = createCanaries();
  mark.text('sealed', 'the mark', word);
  const search = createSearch(mark.of('sealed'));
  const isThere = () =>
    [...filesIn(join(folder, 'Default', 'Sessions')).values()].some(
      (bytes) => search.in(bytes).length > 0,
    );
  await expect.poll(isThere, { timeout: 20_000 }).toBe(true);
}

const LINK = 'the secret of a link';
const CARD = new Set(['a name', 'a code', LINK]);

const control = drawControl('the wire');

/** Into the recording, by the way that browsers take. */
async function plantControl(port: number, base: string, sid: string, { context }: Person) {
  const cookies = await context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const who = { slot: 'a', link: '', code: '', proof: '', cookie } as const;
  await plantOnWire(port, control, async (text) => {
    const { client } = await connectRaw(base, sid, who);
    client.send(text);
    await client.closed;
  });
}

/** Everything that is secret about the chat: of what both cards say. */
function note(canaries: Canaries, place: string, { ann, bob }: Cards): Promise<void> {
  const links = { a: ann.link, b: bob.link };
  const { sid } = crypto.parseLink(ann.link);
  return noteKeys(canaries, place, { sid, links, codes: { a: ann.code, b: bob.code } }, 'sealed');
}

function noteBoxes(canaries: Canaries, streams: readonly Stream[]): void {
  for (const { kind, bytes } of streams.flatMap(messagesOf)) {
    const [, box] =
      (kind === 'frame' && /^\{"type":"send".*"box":"([\w-]+)"/.exec(bytes.toString())) || [];
    if (box !== undefined) canaries.box('the box of a message', box);
  }
}

type Kept = Hit & { place: KeptPlace };

async function findKept(page: Page, canaries: Canaries): Promise<Kept[]> {
  const search = createSearch(canaries.of('sealed', 'passing'));
  const kept = Object.entries(await keptByPage(page));
  // as: entries forgets the names
  return kept.flatMap(([place, text]) =>
    search.in(Buffer.from(text)).map((hit) => ({ ...hit, place: place as KeptPlace })),
  );
}

function placesOf(found: readonly Kept[]): KeptPlace[] {
  return [...new Set(found.map(({ place }) => place))].toSorted();
}

/** By the folder or file of the profile. */
function findOnDisk(folder: string, canaries: Canaries): (Hit & { area: string })[] {
  const search = createSearch(canaries.of('sealed', 'passing'));
  return [...filesIn(folder)].flatMap(([path, bytes]) => {
    const area = path.replace(/^Default\//, '').split('/', 1)[0] ?? '';
    return search.in(bytes).map((hit) => ({ ...hit, area }));
  });
}

/** Where Chromium keeps what a page has and does. */
const FOLDERS = [
  ...['History', 'IndexedDB', 'Local Storage', 'Service Worker', 'Session Storage', 'Sessions'],
];

/** Of those, where what was planted is found. */
function placesOnDisk(folder: string): string[] {
  const areas = new Set(findOnDisk(folder, planted()).map(({ area }) => area));
  return FOLDERS.filter((area) => areas.has(area));
}

const PLACES = [
  ...['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookies'],
  ...['history.state', 'title', 'fragment', 'address', 'window.name'],
] as const;

const wordFor = (place: string) => `planted in ${place}, łż`;

function planted(): Canaries {
  const canaries = createCanaries();
  for (const place of PLACES) canaries.text('sealed', wordFor(place), wordFor(place));
  return canaries;
}

/** A word of its own in each place. */
async function plantEverywhere(page: Page): Promise<void> {
  const words = Object.fromEntries(PLACES.map((place) => [place, wordFor(place)]));
  const { origin } = new URL(page.url());
  const value = encodeURIComponent(words['cookies'] ?? '');
  const expires = Date.now() / 1_000 + 3_600;
  await page.context().addCookies([{ name: 'planted', value, url: origin, expires }]);
  await page.evaluate(async (words) => {
    const word = (place: string) => words[place] ?? '';
    localStorage.setItem('planted', word('localStorage'));
    sessionStorage.setItem('planted', word('sessionStorage'));
    await (await caches.open('planted')).put('/planted', new Response(word('caches')));
    const request = indexedDB.open('planted', 1);
    await new Promise((resolve) => {
      request.addEventListener('upgradeneeded', () => request.result.createObjectStore('words'));
      request.addEventListener('success', resolve);
    });
    const writing = request.result.transaction('words', 'readwrite');
    writing.objectStore('words').put(word('indexedDB'), 'word');
    await new Promise((resolve) => writing.addEventListener('complete', resolve));
    request.result.close();
    const address = `?${encodeURIComponent(word('address'))}#${encodeURIComponent(word('fragment'))}`;
    history.pushState(word('history.state'), '', address);
    document.title = word('title');
    window.name = word('window.name');
  }, words);
}
