// Who gets in and who does not: too many tries, previews of a link, the other's link, links that
// arrived damaged.
import type { APIRequestContext } from '@playwright/test';
import { proofOf } from '../../web/core/entering.ts';
import { parsePastedLink } from '../../web/core/session-link.ts';
import { expect, meet, test } from './support/fixtures.ts';
import { wrongCode } from './support/person.ts';
import { MOVABLE_CLOCK } from '../support/server-process.ts';

test('6 five wrong codes lock for a minute, and nobody who is inside', async ({
  newPerson,
  serve,
}) => {
  const server = await serve(MOVABLE_CLOCK);
  const [ann, bob, stranger] = [
    await newPerson(server.base),
    await newPerson(server.base),
    await newPerson(server.base),
  ];
  const cards = await meet(ann, bob);
  const { page } = stranger;
  const field = page.getByLabel('Secret code');
  /** Seconds; fails unless it is locked. */
  async function lockedFor(): Promise<number> {
    await expect(field).toHaveAccessibleDescription(
      /Too many tries\. Try again in (1 minute|\d+ seconds)\.$/,
    );
    const words = await page.getByText(/Too many tries\. Try again in \d:\d\d\./).innerText();
    const [, minutes, seconds] = /(\d):(\d\d)/.exec(words) ?? [];
    return Number(minutes) * 60 + Number(seconds);
  }
  let asked = 0;
  page.on('request', (request) => (asked += Number(request.url().endsWith('/enter'))));

  await page.clock.install();
  await stranger.open(cards.bob.link);
  for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
    await stranger.typeCode(wrongCode(cards.bob.code));
    await expect(field).toHaveAccessibleDescription(new RegExp(`${left} left`));
  }
  await stranger.typeCode(wrongCode(cards.bob.code));
  const atFirst = await lockedFor();
  expect(atFirst).toBeGreaterThan(30);
  expect(atFirst).toBeLessThanOrEqual(60);
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toBeFocused();

  await test.step('who is inside is told, and not kept out', async () => {
    await expect(
      bob.page.getByText('Someone tried 5 wrong codes for your link.').first(),
    ).toBeVisible();
    await expect(
      ann.page.getByText("Someone tried 5 wrong codes for Bob's link.").first(),
    ).toBeVisible();
    await bob.page.getByRole('button', { name: 'Dismiss' }).click();
    await expect(bob.composer).toBeFocused();
    await bob.page.reload();
    await bob.say('I am still in');
    await ann.sees('I am still in');
  });

  await test.step('it counts down, and asks nothing meanwhile', async () => {
    await page.clock.fastForward(30_000);
    await expect.poll(lockedFor).toBeLessThanOrEqual(atFirst - 30);
    await stranger.typeCode(cards.bob.code);
    await lockedFor();
    expect(asked).toBe(5);
  });

  await test.step('a reload does not shorten it', async () => {
    const here = await lockedFor();
    await page.reload();
    expect(await lockedFor()).toBeGreaterThan(here);
  });

  await test.step('it unlocks itself', async () => {
    await page.clock.fastForward(60_000);
    await expect(field).toHaveAttribute('aria-invalid', 'false');
    await expect(page.getByText('You can try again now.')).toBeAttached();
    // The clock of this page was ahead of the server's, whose word counts.
    await stranger.typeCode(cards.bob.code);
    await lockedFor();
    await server.aMinuteLater();
    await page.clock.fastForward(60_000);
    await expect(field).toHaveAttribute('aria-invalid', 'false');
    await stranger.typeCode(cards.bob.code);
    await expect(stranger.heading).toHaveText('Ann');
    await stranger.sees('I am still in');
  });
});

const BOTS = [
  'WhatsApp/2.23.20.0',
  'TelegramBot (like TwitterBot)',
  'Twitterbot/1.0',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
  'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
  'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) SafeLinks',
];

test('7 ten previews of a link change nothing', async ({ ann, bob, newPerson, playwright }) => {
  const { bob: card } = await ann.createChat();
  const api = await playwright.request.newContext();
  const before = await landing(api, card.link);
  expect(before).toMatchObject({ slot: 'b', here: null, met: false, triesLeft: 5, retryInMs: 0 });

  const bodies = new Set<string>();
  for (const userAgent of BOTS) {
    const preview = await playwright.request.newContext({ userAgent });
    for (const address of [card.link, card.link.replace('#', '%23')]) {
      const answer = await preview.get(address);
      expect(answer.status()).toBe(200);
      bodies.add(await answer.text());
    }
    expect((await preview.storageState()).cookies).toEqual([]);
    await preview.dispose();
  }
  expect(bodies.size, 'the same bytes for everyone').toBe(1);

  await test.step('nor does one that runs the page', async () => {
    const scanner = await newPerson(ann.base, { userAgent: BOTS.at(-1)! });
    await scanner.open(card.link);
    await expect(scanner.heading).toHaveText('Hello Bob');
    const { cookies, origins } = await scanner.context.storageState();
    expect({ cookies, origins }).toEqual({ cookies: [], origins: [] });
  });

  expect(await landing(api, card.link)).toEqual(before);
  await api.dispose();
  await bob.enter(card);
});

/** What the server says to who opens the link, but for the time that passes. */
async function landing(api: APIRequestContext, link: string): Promise<object> {
  const parts = parsePastedLink(link);
  if (parts === null) throw new Error('not a link');
  const address = `${new URL(link).origin}/api/sessions/${parts.sid}/landing`;
  const answer = await api.post(address, { data: { proof: proofOf(parts) } });
  const { expiresInMs, ...rest } = (await answer.json()) as Record<string, unknown>; // as: an object
  expect(typeof expiresInMs).toBe('number');
  return rest;
}

test("10 with one's own pass the other's link leads to one's own chat", async ({ ann, met }) => {
  await ann.say('mine');
  await ann.sees('mine');
  await ann.open(met.bob.link);
  await expect(ann.heading).toHaveText('Bob');
  await expect(ann.page.getByText('You are already in this chat as Ann.').first()).toBeVisible();
  await ann.say('still Ann');
  await expect(ann.page.locator('.message-mine .bubble-text')).toHaveText(['mine', 'still Ann']);

  await ann.page.getByRole('button', { name: 'Leave and enter as Bob' }).click();
  await expect(ann.heading).toHaveText('Hello Bob');
  await ann.typeCode(met.ann.code);
  await expect(ann.page.getByText('That code is not right.')).toBeVisible();
  await ann.typeCode(met.bob.code);
  await expect(ann.heading).toHaveText('Ann');
  await ann.sees('still Ann');
  await expect(ann.page.getByText('You are already in this chat')).toHaveCount(0);
  await expect(ann.page.locator('.message-mine')).toHaveCount(0);
  await ann.page.reload();
  await expect(ann.heading).toHaveText('Ann');
});

test("10 the other's code, when one has come in meanwhile, changes nothing", async ({ ann }) => {
  const cards = await ann.createChat();
  const other = await ann.context.newPage();
  await other.goto(cards.bob.link);
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Hello Bob');
  await ann.enter(cards.ann);

  await other.getByLabel('Secret code').fill(cards.bob.code);
  await other.getByRole('button', { name: 'Get in' }).click();
  await expect(other.getByText('You are already in this chat as Ann.').first()).toBeVisible();
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Bob');
});

test('12 a link without its key says so before any code, and can be mended', async ({
  ann,
  bob,
}) => {
  const { bob: card } = await ann.createChat();
  const asked: string[] = [];
  bob.page.on('request', (request) => asked.push(request.url()));

  for (const cut of [/#.*$/, /.{9}$/]) {
    await bob.open(card.link.replace(cut, ''));
    await expect(bob.heading).toHaveText('This link is incomplete');
    await expect(bob.page.getByText('The part after # is missing.')).toBeVisible();
    await expect(bob.page.getByLabel('Secret code')).toHaveCount(0);
  }
  expect(asked.filter((url) => url.includes('/api/'))).toEqual([]);

  const field = bob.page.getByLabel('Paste the full link');
  const open = bob.page.getByRole('button', { name: 'Open' });
  await open.click();
  await expect(field).toHaveAccessibleDescription('Nothing was pasted yet.');
  const damaged = card.link.slice(0, -1);
  await field.fill(damaged);
  await open.click();
  await expect(field).toHaveAccessibleDescription(/not a whole link/);
  await expect(field).toHaveValue(damaged);
  await expect(field).toBeFocused();

  // With what a messenger adds.
  await field.fill(` ${card.link} `);
  await open.click();
  await expect(bob.heading).toHaveText('Hello Bob');
  expect(new URL(bob.page.url()).hash).toBe(new URL(card.link).hash);
  await bob.typeCode(card.code);
  await expect(bob.heading).toHaveText('Ann');
});

test('13 a link with %23 for # works, and is mended in the address bar', async ({
  ann,
  bob,
  places,
}) => {
  const { bob: card } = await ann.createChat();
  const { hash } = new URL(card.link);
  await bob.page.goto(`${bob.base}/c%23${hash.slice(1)}`);
  await expect(bob.heading).toHaveText('Hello Bob');
  await expect(bob.page).toHaveURL(`${bob.base}/c${hash}`);
  await bob.typeCode(card.code);
  await expect(bob.heading).toHaveText('Ann');
  await bob.page.reload();
  await expect(bob.heading).toHaveText('Ann');
  const log = places.bob.output.join('\n');
  expect(log).toContain('"route":"/c"');
  expect(log).not.toContain(hash.slice(1));
});
