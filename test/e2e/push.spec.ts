// Alerts while the page is closed: from the choice in the settings to what the worker shows, by
// a push service of our own that Firefox speaks to as to Mozilla's. In Chromium, which speaks to
// Google's alone, what can be had without it.
import type { BrowserContextOptions, Page as ChromiumPage } from '@playwright/test';
import type { Page } from 'puppeteer-core';
import type { Server } from '../support/server-process.ts';
import { startPushService, vapidEnv, type PushService } from '../support/push-service.ts';
import {
  firefox,
  FIREFOX_TIMEOUT_MS,
  openFirefox,
  press,
  problemsOf,
  type,
} from './support/firefox.ts';
import { startFirefoxPush, type FirefoxPush } from './support/firefox-push.ts';
import { attention } from './support/attention.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';

const CHOICE = 'Alerts while this page is closed';

test.describe('in Firefox', () => {
  test.skip(firefox === null, 'Firefox is not installed');
  test.setTimeout(FIREFOX_TIMEOUT_MS);

  let service: PushService;
  let browserPush: FirefoxPush;
  test.beforeEach(async () => {
    service = await startPushService();
    browserPush = await startFirefoxPush(service);
  });
  test.afterEach(async () => {
    browserPush.close();
    await service.close();
  });

  test('who closed the page is told that something came, without a word of it, until they turn it off', async ({
    newPerson,
    serve,
  }) => {
    const server = await serve(service.env);
    const { base } = server;
    const ann = await newPerson(base);
    const cards = await ann.createChat();
    await ann.enter(cards.ann);
    const browser = await openFirefox(browserPush.preferences);
    try {
      const bob = await browser.newPage();
      const problems = problemsOf([bob]);
      const enter = async (page: Page) => {
        await page.goto(cards.bob.link);
        await page.waitForSelector('::-p-text(Online)');
      };
      await bob.goto(cards.bob.link);
      await type(bob, 'Secret code', cards.bob.code);
      await bob.keyboard.press('Enter');
      await bob.waitForSelector('::-p-text(Online)');
      await ann.say('while you look');
      await setPush(bob);
      await expect.poll(() => browserPush.endpoints()).toHaveLength(1);
      const shown = { title: 'Private chat', body: 'New message. Open your link to read it.' };
      const kept = await bob.evaluate(async () => {
        const folder = new URL('./', location.href).href;
        const words = await caches.match(folder, { cacheName: `duologue-alerts ${folder}` });
        return (await words?.json()) as unknown; // as: compared below
      });
      expect(kept).toEqual(shown);
      expect(service.requests).toEqual([]);
      // From the settings, and from the chat.
      await answered(server, 'PUT', 2);

      await bob.goto('about:blank');
      await expect(ann.page.getByText(/^Last here/)).toBeVisible();
      await ann.say('a secret of ours');
      await expect.poll(() => service.requests.length).toBe(1);
      expect(service.requests[0]?.body).toBe('');

      await expect.poll(() => browserPush.delivered()).toBe(1);
      const elsewhere = await browser.newPage();
      await elsewhere.goto(`${base}/`);
      await expect.poll(() => alertsOf(elsewhere)).toEqual([shown]);

      // Seen in the chat, it goes.
      await enter(bob);
      await bob.waitForSelector('.message ::-p-text(a secret of ours)');
      await bob.bringToFront();
      await expect.poll(() => alertsOf(elsewhere)).toEqual([]);

      // A browser that keeps it, for whatever reason: the choice says that it is still on.
      await bob.evaluate(() => {
        PushSubscription.prototype.unsubscribe = () => Promise.resolve(false);
      });
      const { box, isOn } = await pushChoice(bob);
      expect(await isOn()).toBe(true);
      await box.click();
      await expect.poll(isOn).toBe(true);
      expect(browserPush.endpoints()).toHaveLength(1);
      await answered(server, 'PUT', 3);
      await bob.reload();
      await answered(server, 'PUT', 4);

      await setPush(bob);
      await expect.poll(() => browserPush.endpoints()).toEqual([]);
      await answered(server, 'DELETE', 1);
      await bob.goto('about:blank');
      await expect(ann.page.getByText(/^Last here/)).toBeVisible();
      await ann.say('nobody is told');
      await elsewhere.goto(cards.bob.link);
      await elsewhere.waitForSelector('.message ::-p-text(nobody is told)');
      expect(service.requests).toHaveLength(1);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test('hidden, the chat is not told of on this device any more', async ({ newPerson, serve }) => {
    const server = await serve(service.env);
    const { base } = server;
    const ann = await newPerson(base);
    const cards = await ann.createChat();
    await ann.enter(cards.ann);
    const browser = await openFirefox(browserPush.preferences);
    try {
      const bob = await browser.newPage();
      await bob.goto(cards.bob.link);
      await type(bob, 'Secret code', cards.bob.code);
      await bob.keyboard.press('Enter');
      await bob.waitForSelector('::-p-text(Online)');
      await setPush(bob);
      await answered(server, 'PUT', 2);
      await hide(bob);
      await answered(server, 'DELETE', 1);
      await expect(ann.page.getByText(/^Last here/)).toBeVisible();
      await ann.say('not now');
      const bobAgain = await browser.newPage();
      await bobAgain.goto(cards.bob.link);
      await bobAgain.waitForSelector('.message ::-p-text(not now)');
      expect(service.requests).toEqual([]);
      // Back in the chat, it is what was chosen again.
      await answered(server, 'PUT', 3);
      await bobAgain.goto('about:blank');
      await expect(ann.page.getByText(/^Last here/)).toBeVisible();
      await ann.say('now');
      await expect.poll(() => service.requests.length).toBe(1);

      // Also before the page has told the server anew where to wake this browser.
      const hasty = await browser.newPage();
      await hasty.evaluateOnNewDocument(holdKey);
      await hasty.goto(cards.bob.link);
      await hasty.waitForFunction('isKeyAsked');
      await hide(hasty);
      await answered(server, 'DELETE', 2);
    } finally {
      await browser.close();
    }
  });
});

test.describe('in Chromium', () => {
  const settingsOf = async ({ page }: Person) => {
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    await expect(page.getByRole('checkbox', { name: /^Sound/ })).toBeVisible();
    return page.getByRole('checkbox', { name: CHOICE });
  };
  const arrive = async (base: string, newPerson: NewPerson) => {
    const person = await newPerson(base, { serviceWorkers: 'allow' });
    await person.context.grantPermissions(['notifications']);
    return person;
  };

  test('it is not offered where the server asks no push service', async ({ newPerson, places }) => {
    const [ann, bob] = [await arrive(places.ann.base, newPerson), await newPerson(places.bob.base)];
    await meet(ann, bob);
    const asked = ann.page.waitForResponse(/\/api\/push$/);
    const choice = await settingsOf(ann);
    expect((await asked).status()).toBe(404);
    await expect(choice).toHaveCount(0);
  });

  test('where the browser has no push service it says so, and stays off', async ({
    newPerson,
    serve,
  }) => {
    const { base } = await serve(vapidEnv());
    const [ann, bob] = [await arrive(base, newPerson), await newPerson(base)];
    await meet(ann, bob);
    const choice = await settingsOf(ann);
    await choice.click();
    await expect(ann.page.getByText('It could not be turned on here.')).toBeVisible();
    await expect(choice).not.toBeChecked();
    // Chromium says why, to whoever looks there.
    expect(ann.problems).toEqual([expect.stringContaining('in incognito mode')]);
    ann.problems.length = 0;
  });

  test('34 the worker tells in few words, those that the page has left for it', async ({
    newPerson,
    places,
  }) => {
    const { base } = places.ann;
    const ann = await arrive(base, newPerson);
    const { page } = ann;
    await page.goto(`${base}/`);
    await page.evaluate(() => navigator.serviceWorker.ready);
    const { push, displayed } = await pusherOf(ann);
    // Also while somebody looks: it may be at another chat.
    await push();
    await expect.poll(displayed).toBe(1);
    const shown = { title: 'Private chat', body: 'New message. Open your link to read it.' };
    await expect.poll(() => shownTo(page)).toEqual([{ ...shown, silent: true }]);
    await page.evaluate(async () => {
      const folder = new URL('./', location.href).href;
      const cache = await caches.open(`duologue-alerts ${folder}`);
      await cache.put(folder, new Response('{"title":"Privater Chat","body":"Neue Nachricht."}'));
    });
    await push();
    await expect.poll(displayed).toBe(2);
    // In place of the one before.
    await expect
      .poll(() => shownTo(page))
      .toEqual([{ title: 'Privater Chat', body: 'Neue Nachricht.', silent: true }]);
  });

  test('34 where a page may not alert, as on phones, its worker does, and takes it back', async ({
    newPerson,
    places,
  }) => {
    const [ann, bob] = [await arrive(places.ann.base, newPerson), await newPerson(places.bob.base)];
    await ann.context.addInitScript(() => {
      if (!('Notification' in window)) return;
      class Forbidden {
        static permission = 'granted';
        static requestPermission = async () => 'granted';
        constructor() {
          throw new TypeError('Illegal constructor');
        }
      }
      Object.assign(window, { Notification: Forbidden });
    });
    await meet(ann, bob);
    await ann.say('my first');
    const turnOn = ann.page.getByRole('button', { name: 'Turn on alerts' });
    await turnOn.click();
    await expect(turnOn).toHaveCount(0);
    await ann.page.evaluate(() => navigator.serviceWorker.ready);
    const { displayed } = await pusherOf(ann);
    const { lookAway, lookAgain } = await attention(ann);
    await lookAway();
    await bob.say('a secret of ours');
    await expect.poll(displayed).toBe(1);
    const shown = [{ title: 'Private chat', body: 'New message. Open to read.', silent: true }];
    await expect.poll(() => shownTo(ann.page)).toEqual(shown);
    await bob.say('another');
    await expect.poll(displayed).toBe(2);
    await expect(ann.page).toHaveTitle('(2) Private chat');
    await expect.poll(() => shownTo(ann.page)).toEqual(shown);
    // The page that is here by then takes it back as well.
    await ann.page.reload();
    await lookAgain();
    await ann.sees('another');
    await expect.poll(() => shownTo(ann.page)).toEqual([]);
  });
});

type NewPerson = (base: string, options: BrowserContextOptions) => Promise<Person>;

const shownTo = (page: ChromiumPage) =>
  page.evaluate(async () => {
    const alerts = await (await navigator.serviceWorker.ready).getNotifications();
    return alerts.map(({ title, body, silent }) => ({ title, body, silent }));
  });

/**
 * Wakes the worker as a push service does, with nothing in it, and counts what was shown. Only
 * then may one ask what is: Chromium forgets what it finds not to be on the screen yet.
 */
async function pusherOf({ context, page, base }: Person) {
  const session = await context.newCDPSession(page);
  let displayed = 0;
  session.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent }) => {
    if (backgroundServiceEvent.eventName === 'Notification displayed') displayed += 1;
  });
  await session.send('BackgroundService.startObserving', { service: 'notifications' });
  await session.send('BackgroundService.setRecording', {
    service: 'notifications',
    shouldRecord: true,
  });
  const registered = new Promise<string>((resolve) =>
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [registration] = registrations;
      if (registration) resolve(registration.registrationId);
    }),
  );
  await session.send('ServiceWorker.enable');
  const message = { origin: new URL(base).origin, registrationId: await registered, data: '' };
  return {
    push: () => session.send('ServiceWorker.deliverPushMessage', message),
    displayed: () => displayed,
  };
}

/** In the settings, which it opens. */
async function pushChoice(page: Page) {
  await press(page, 'Menu');
  await page.waitForSelector('::-p-text(Settings)').then((found) => found?.click());
  const box = await page.waitForSelector(`::-p-aria([name="${CHOICE}"][role="checkbox"])`);
  if (!box) throw new Error('there is no such choice');
  // as: see above
  return { box, isOn: () => box.evaluate((input) => (input as HTMLInputElement).checked) };
}

/** Puts the choice the other way, and sees that it is. */
async function setPush(page: Page): Promise<void> {
  const { box, isOn } = await pushChoice(page);
  const before = await isOn();
  await box.click();
  await expect.poll(isOn).toBe(!before);
  await press(page, 'Done');
}

async function hide(page: Page): Promise<void> {
  await press(page, 'Menu');
  await page.waitForSelector('::-p-text(Hide now)').then((found) => found?.click());
}

/** In the page: what key to subscribe with is asked for, and never told. */
function holdKey(): void {
  const fetch = window.fetch.bind(window);
  Object.assign(window, {
    isKeyAsked: false,
    fetch: (address: string, options: RequestInit) => {
      if (!address.endsWith('/api/push')) return fetch(address, options);
      Object.assign(window, { isKeyAsked: true });
      return new Promise(() => {});
    },
  });
}

/** Until the server has so often been told where a browser is woken, or is not any more. */
async function answered({ output }: Server, method: 'PUT' | 'DELETE', times: number) {
  const line = `"method":"${method}","route":"/api/sessions/:id/push"`;
  await expect.poll(() => output.filter((one) => one.includes(line)).length).toBe(times);
}

const alertsOf = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const alerts = (await registration?.getNotifications()) ?? [];
    return alerts.map(({ title, body }) => ({ title, body }));
  });
