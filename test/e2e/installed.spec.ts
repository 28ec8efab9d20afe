// The page as an app: what a browser needs to install it, and its worker, which opens it without a
// network, takes a new version at once, and keeps nothing of any chat.
import type { Page } from '@playwright/test';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { expect, meet, test as base, type Person } from './support/fixtures.ts';
import { keptByPage } from './support/kept.ts';
import { startNextVersion } from './support/next-version.ts';

// Each with the page's worker, which comes when the page has been at rest for some seconds.
const test = base.extend({
  ann: async ({ newPerson, places }, use) =>
    use(await newPerson(places.ann.base, { serviceWorkers: 'allow' })),
  bob: async ({ newPerson, places }, use) =>
    use(await newPerson(places.bob.base, { serviceWorkers: 'allow' })),
});

/** The worker is in place, and the page's files are kept. */
const isReady = (page: Page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller === null) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
      );
    }
    return active?.scriptURL;
  });

async function openStart({ page, base }: Person): Promise<void> {
  await page.goto(`${base}/`);
  expect(await isReady(page)).toBe(`${base}/sw.js`);
}

/** The address of everything that any cache holds. */
const keysOf = (page: Page) =>
  page.evaluate(async () => {
    const caching = (await caches.keys()).map((name) => caches.open(name));
    const all = await Promise.all((await Promise.all(caching)).map((cache) => cache.keys()));
    return all.flat().map(({ url }) => url);
  });

const START = 'A private chat for two';

test('the browser finds nothing that keeps it from installing the page', async ({ ann }) => {
  await openStart(ann);
  const session = await ann.context.newCDPSession(ann.page);
  const { errors, url, data } = await session.send('Page.getAppManifest');
  expect({ errors, url }).toEqual({ errors: [], url: `${ann.base}/manifest.webmanifest` });
  const manifest = JSON.parse(data ?? '') as { icons: { src: string; sizes: string }[] }; // as: read below
  expect(manifest).toMatchObject({ name: 'Duologue', start_url: './', scope: './' });
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(['192x192', '512x512', '512x512']);
  const shown = await ann.page.evaluate(async (icons) => {
    const sizeOf = async ({ src }: { src: string }) => {
      const image = new Image();
      image.src = src;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    };
    const touch = document.querySelector<HTMLLinkElement>('link[rel="apple-touch-icon"]');
    return Promise.all([...icons, { src: touch?.href ?? '' }].map(sizeOf));
  }, manifest.icons);
  expect(shown).toEqual(['192x192', '512x512', '512x512', '180x180']);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // Tests have a browser that forgets, from which nothing can be installed.
  const why = installabilityErrors.map(({ errorId }) => errorId);
  expect(why.filter((id) => id !== 'in-incognito')).toEqual([]);
});

test('without a network there is the start page, and a link says that one is offline', async ({
  ann,
  bob,
}) => {
  const cards = await ann.createChat();
  await openStart(bob);
  await bob.context.setOffline(true);
  await bob.page.reload();
  await expect(bob.heading).toHaveText(START);
  await bob.open(cards.bob.link);
  await expect(
    bob.page.getByText('You are offline. Your chat opens when you are back.'),
  ).toBeVisible();
  // As some mail programs write it.
  await bob.page.goto(`${bob.base}/`);
  const [, fragment = ''] = cards.bob.link.split('#');
  await bob.page.goto(`${bob.base}/c%23${fragment}`);
  await expect(
    bob.page.getByText('You are offline. Your chat opens when you are back.'),
  ).toBeVisible();
  await expect(bob.page).toHaveURL(`${bob.base}/c#${fragment}`);
  await bob.context.setOffline(false);
  await bob.typeCode(cards.bob.code);
  await expect(bob.composer).toBeVisible();
});

test('where the network takes everything and answers nothing there is the start page too', async ({
  newPerson,
  places,
}) => {
  const front = await startTcpProxy(() => Number(new URL(places.ann.base).port));
  const ann = await newPerson(`http://localhost:${front.port}`, { serviceWorkers: 'allow' });
  await openStart(ann);
  front.hold('out');
  await ann.page.reload();
  await expect(ann.heading).toHaveText(START);
  await ann.context.close();
  await front.close();
});

test('under a path of its own the worker keeps to that path, and opens the page from there', async ({
  newPerson,
  serve,
}) => {
  let port = 0;
  const front = await startTcpProxy(() => port);
  const address = `http://localhost:${front.port}/two`;
  ({ port } = await serve({ PUBLIC_URL: address }));
  const ann = await newPerson(address, { serviceWorkers: 'allow' });
  await openStart(ann);
  const scope = () => ann.page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
  expect(await scope()).toBe(`${address}/`);
  const keys = await keysOf(ann.page);
  expect(keys.filter((key) => !key.startsWith(`${address}/`))).toEqual([]);
  await ann.context.setOffline(true);
  await ann.page.reload();
  await expect(ann.heading).toHaveText(START);
  await ann.context.setOffline(false);
  const cards = await ann.createChat();
  await ann.page.goto(cards.ann.link);
  await ann.typeCode(cards.ann.code);
  await ann.say('from below');
  await front.close();
});

test('a chat that is opened anew without a network says so, and goes on with one', async ({
  ann,
  bob,
}) => {
  await meet(ann, bob);
  await bob.say('before the tunnel');
  await isReady(bob.page);
  await bob.context.setOffline(true);
  // Fetched only now, though none of it was ever asked for.
  await bob.page.getByRole('button', { name: 'Menu' }).click();
  await expect(bob.page.getByRole('button', { name: 'Settings' })).toBeVisible();
  await bob.page.reload();
  await expect(
    bob.page.getByText('You are offline. Your chat opens when you are back.'),
  ).toBeVisible();
  await bob.context.setOffline(false);
  await bob.sees('before the tunnel');
});

test('only what everybody gets is kept: no link, no answer, nothing that was said', async ({
  ann,
  bob,
}) => {
  const cards = await meet(ann, bob);
  await Promise.all([isReady(ann.page), isReady(bob.page)]);
  await bob.page.reload();
  await bob.composer.waitFor();
  await bob.say('not to be kept');
  await ann.sees('not to be kept');
  await ann.page.reload();
  await ann.sees('not to be kept');
  const keys = await keysOf(bob.page);
  expect(keys).toContain(`${bob.base}/`);
  expect(keys.length).toBeGreaterThan(20);
  const own = /^\/$|^\/assets\/[\w-]+\.(js|css)$|^\/[\w-]+\.(svg|png|webmanifest)$/;
  expect(keys.filter((key) => !own.test(key.slice(bob.base.length)))).toEqual([]);
  const fragments = [cards.ann, cards.bob].map(({ link }) => link.slice(link.indexOf('#') + 1));
  const expectNothingOfIt = async (page: Page) => {
    const { caches } = await keptByPage(page);
    for (const secret of [...fragments, fragments[0]!.slice(0, 10), 'not to be kept', 'Bob']) {
      expect(caches.includes(secret), secret).toBe(false);
    }
  };
  await expectNothingOfIt(bob.page);
  await bob.endChat();
  await expect(ann.heading).toHaveText('Bob ended the chat');
  for (const { page } of [ann, bob]) await expectNothingOfIt(page);
});

test('the worker takes no address but its own', async ({ ann }) => {
  await openStart(ann);
  const tried = await ann.page.evaluate(async () => {
    const register = (address: string) =>
      navigator.serviceWorker.register(address).then(
        () => 'taken',
        () => 'refused',
      );
    return register('./assets/other.js');
  });
  expect(tried).toBe('refused');
  const blocked = 'require-trusted-types-for trusted-types-sink';
  await expect.poll(() => ann.violations).toEqual([blocked]);
  ann.takeViolations();
});

test('a new version is taken at the next load, and the page of the old one keeps its parts', async ({
  serve,
  newPerson,
}) => {
  test.setTimeout(180_000);
  const old = await serve({});
  let port = old.port;
  const front = await startTcpProxy(() => port);
  const next = await startNextVersion();
  const ann = await newPerson(`http://localhost:${front.port}`, { serviceWorkers: 'allow' });
  await openStart(ann);
  await expect(ann.heading).toHaveText(START);

  await test.step('a page that is open gets the parts that the server has no more', async () => {
    port = next.server.port;
    front.cut();
    await ann.createChat();
  });

  await test.step('another takes the new version, and without a network a whole one', async () => {
    const before = ann.page;
    const page = await ann.openTab();
    await page.goto(`${ann.base}/`);
    await expect(ann.heading).toHaveText(next.heading);
    // All of it, not only its beginning.
    const isWhole = () =>
      page.evaluate(async () => (await navigator.serviceWorker.ready).waiting !== null);
    await expect.poll(isWhole).toBe(true);
    expect(await page.evaluate(() => caches.keys())).toHaveLength(2);
    await ann.context.setOffline(true);
    await page.reload();
    await expect(page.getByRole('button', { name: 'Create chat' })).toBeVisible();
    await ann.context.setOffline(false);
    await Promise.all([before.close(), page.close()]);
  });

  await test.step('once the old pages are closed nothing of their version is kept', async () => {
    const kept = async () => {
      const page = await ann.openTab();
      await page.goto(`${ann.base}/`);
      await expect(ann.heading).toHaveText(next.heading);
      const names = await page.evaluate(() => caches.keys());
      await page.close();
      return names;
    };
    await expect.poll(kept).toHaveLength(1);
    const page = await ann.openTab();
    await ann.context.setOffline(true);
    await page.goto(`${ann.base}/`);
    await expect(ann.heading).toHaveText(next.heading);
  });
  await next.remove();
  await front.close();
});
