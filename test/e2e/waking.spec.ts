// Devices sleep, networks go and come and change: what is written meanwhile arrives once, in order,
// and the page says no more of it than there is to say. Ann's bytes pass through a network of ours.
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { expect, meet, test as base, type Person } from './support/fixtures.ts';

/** A dead socket is given three seconds, and a new one may have to be tried for twice. */
const SOON = { timeout: 8_000 };

interface Suffering {
  network: TcpProxy;
  /** Whose bytes pass through it. */
  ann: Person;
}

const test = base.extend<Suffering>({
  network: async ({ places }, use) => {
    const network = await startTcpProxy(() => places.ann.port);
    await use(network);
    await network.close();
  },
  ann: async ({ newPerson, network }, use) =>
    use(await newPerson(`http://localhost:${network.port}`)),
});

const tick = (person: Person, text: string, words: string) =>
  expect(person.message(text).getByText(words, { exact: true })).toBeAttached(SOON);

const bannerOf = ({ page }: Person) => page.locator('.banners');

async function expectSame(people: readonly Person[], texts: readonly string[]): Promise<void> {
  for (const { page } of people) await expect(page.locator('.bubble-text')).toHaveText(texts);
}

/** Wall clocks go on while a page does not; the page's own clocks may stand still. */
function jumpClock({ page }: Person, byMs: number): Promise<unknown> {
  return page.evaluate((ms) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + ms;
  }, byMs);
}

test('a page that was frozen sends and shows what it missed', async ({ ann, bob, network }) => {
  await meet(ann, bob);
  const devtools = await ann.context.newCDPSession(ann.page);
  network.hold('in', 'out');
  await ann.say('before the sleep');
  await tick(ann, 'before the sleep', 'Sending');
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  await bob.say('while Ann slept');
  await tick(bob, 'while Ann slept', 'Sent');
  network.cut();
  network.release();
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await ann.say('awake');
  await bob.sees('awake');
  await expectSame([ann, bob], ['while Ann slept', 'before the sleep', 'awake']);
  await expect(bannerOf(ann)).not.toContainText(/Reconnecting|no connection|offline/);
});

test('a device that has slept finds out by its clock that its socket is dead', async ({
  ann,
  bob,
  network,
}) => {
  await meet(ann, bob);
  network.swallow('in');
  network.swallow('out');
  await bob.say('while Ann slept');
  await tick(bob, 'while Ann slept', 'Sent');
  await ann.say('before the sleep');
  await jumpClock(ann, 3 * 60 * 60_000);
  await ann.say('awake');
  await expect(bob.message('awake')).toBeVisible(SOON);
  await expectSame([ann, bob], ['while Ann slept', 'before the sleep', 'awake']);
});

test('offline is said while it lasts, and nothing is lost to it', async ({ ann, bob }) => {
  await meet(ann, bob);
  await ann.context.setOffline(true);
  await ann.say('from the tunnel');
  await bob.say('into the tunnel');
  const words = 'You are offline. Your messages will be sent when you are back.';
  await expect(bannerOf(ann)).toContainText(words, SOON);
  await ann.say('still in it');
  await tick(ann, 'still in it', 'Sending');
  await ann.context.setOffline(false);
  await expect(bob.message('still in it')).toBeVisible(SOON);
  await expect(bannerOf(ann)).not.toContainText(/offline|Reconnecting|no connection/);
  const texts = await bob.texts();
  await expectSame([ann, bob], texts);
  expect(texts.filter((text) => text.endsWith('it') || text.startsWith('from'))).toEqual([
    'from the tunnel',
    'still in it',
  ]);
  expect(texts.toSorted()).toEqual(['from the tunnel', 'into the tunnel', 'still in it']);
});

test('another network: the old connection is dead and looks open', async ({
  ann,
  bob,
  network,
}) => {
  await meet(ann, bob);
  network.swallow('in');
  network.swallow('out');
  await ann.say('on the way out');
  await ann.page.evaluate(() => {
    dispatchEvent(new Event('offline'));
    dispatchEvent(new Event('online'));
  });
  await ann.say('on the other network');
  await expect(bob.message('on the other network')).toBeVisible(SOON);
  await bob.say('found you');
  await expectSame([ann, bob], ['on the way out', 'on the other network', 'found you']);
  await expect(bannerOf(ann)).not.toContainText(/Reconnecting|no connection|offline/);
});
