// That each message arrives once and in order, whatever becomes of the connection meanwhile:
// the sockets of one of the two are in the hands of the test.
import { expect, meet, test, type Person } from './support/fixtures.ts';
import { tapWire, type Wire } from './support/wire.ts';

/** A page that nobody wakes comes back after a pause of up to 15 s. */
const BACK = { timeout: 20_000 };

/** Ann's connection is the one that suffers. */
async function meetOverWire(ann: Person, bob: Person): Promise<Wire> {
  const wire = await tapWire(ann.context);
  await meet(ann, bob);
  return wire;
}

const tick = (person: Person, text: string, words: string) =>
  expect(person.message(text).getByText(words, { exact: true })).toBeAttached();

/** Both have exactly these, and nothing is under way: Ann's messages arrive in her order. */
async function expectSame(ann: Person, bob: Person, texts: readonly string[]): Promise<void> {
  await ann.say('nothing after this');
  await bob.sees('nothing after this');
  expect(await bob.texts()).toEqual([...texts, 'nothing after this']);
  await tick(ann, 'nothing after this', 'Read');
  expect(await ann.texts()).toEqual([...texts, 'nothing after this']);
}

test('14 a lost connection is said, and what was written meanwhile is sent', async ({
  ann,
  bob,
}) => {
  const wire = await meetOverWire(ann, bob);
  wire.isUp = false;
  await wire.cut();
  await ann.say('first');
  await ann.say('second');
  // The service itself answers: only its connections do not hold.
  const words = 'The service lets no connection through right now. Your messages will be sent.';
  const banner = ann.page.locator('.banners').getByText(words);
  await expect(banner).toHaveText(/ Trying again in \d:\d\d\.$/);
  await expect(ann.page.getByRole('status').getByText(words)).toBeAttached();
  await tick(ann, 'second', 'Sending');
  await bob.say('meanwhile');
  await tick(bob, 'meanwhile', 'Sent');

  wire.isUp = true;
  await expect(bob.message('second')).toBeVisible(BACK);
  await tick(ann, 'second', 'Read');
  await expect(banner).toBeHidden();
  await expect(ann.page.getByRole('status').getByText('Connected again.')).toBeAttached();
  await expectSame(ann, bob, ['meanwhile', 'first', 'second']);
});

test('15 what was queued when the page is reloaded is sent once, in order', async ({
  ann,
  bob,
}) => {
  const wire = await meetOverWire(ann, bob);
  wire.isUp = false;
  await wire.cut();
  const queued = ['first', 'second', 'third'];
  for (const text of queued) await ann.say(text);
  await tick(ann, 'third', 'Sending');
  const kept = await ann.page.evaluate(() => JSON.stringify(localStorage));
  expect(kept).toContain('duologue:outbox:');
  for (const text of queued) expect(kept).not.toContain(text);

  await ann.page.reload();
  await tick(ann, 'third', 'Sending');
  expect(await ann.texts()).toEqual(queued);
  // Once more, since what was adopted has to be kept as well.
  await ann.page.reload();
  await tick(ann, 'third', 'Sending');
  expect(await bob.texts()).toEqual([]);

  wire.isUp = true;
  await expect(bob.message('third')).toBeVisible(BACK);
  await expectSame(ann, bob, queued);
  await expect
    .poll(() => ann.page.evaluate(() => JSON.stringify(localStorage)))
    .not.toContain('duologue:outbox:');
});

test('15 what was queued when the tab is closed is sent by the next one', async ({ ann, bob }) => {
  const wire = await tapWire(ann.context);
  const cards = await meet(ann, bob);
  wire.isUp = false;
  await wire.cut();
  await ann.say('from the tab that was closed');
  await tick(ann, 'from the tab that was closed', 'Sending');
  await ann.page.close();

  wire.isUp = true;
  await ann.openTab();
  await ann.open(cards.ann.link);
  await expect(bob.message('from the tab that was closed')).toBeVisible(BACK);
  await expectSame(ann, bob, ['from the tab that was closed']);
});

test('16 a socket killed before the echo leaves one copy', async ({ ann, bob }) => {
  const wire = await meetOverWire(ann, bob);
  let swallowed = 0;
  wire.toPage = (frame) => {
    if (frame.type !== 'entry' || frame.slot !== 'a') return true;
    swallowed += 1;
    wire.toPage = () => true;
    void wire.cut();
    return false;
  };
  await ann.say('once');
  await tick(ann, 'once', 'Read');
  expect(swallowed).toBe(1);
  await expectSame(ann, bob, ['once']);
});

test('16 a socket killed before the message left loses nothing', async ({ ann, bob }) => {
  const wire = await meetOverWire(ann, bob);
  const lost: string[] = [];
  wire.toServer = (frame) => {
    if (frame.type !== 'send') return true;
    lost.push(frame.cid);
    if (lost.length === 2) {
      wire.toServer = () => true;
      void wire.cut();
    }
    return false;
  };
  await ann.say('first');
  await ann.say('second');
  await bob.sees('second');
  expect(lost).toHaveLength(2);
  await expectSame(ann, bob, ['first', 'second']);
});

test('16 a page reloaded before the echo leaves one copy', async ({ ann, bob }) => {
  const wire = await meetOverWire(ann, bob);
  wire.toPage = (frame) => frame.type !== 'entry';
  await ann.say('once');
  await bob.sees('once');
  await tick(ann, 'once', 'Sending');
  wire.toPage = () => true;
  await ann.page.reload();
  await tick(ann, 'once', 'Read');
  await expectSame(ann, bob, ['once']);
});

test('17 an open socket that went silent is replaced within six seconds of waking', async ({
  ann,
  bob,
}) => {
  const wire = await meetOverWire(ann, bob);
  wire.silence();
  await bob.say('while Ann slept');
  await tick(bob, 'while Ann slept', 'Sent');
  expect(wire.attempts).toBe(1);

  // What a browser tells when a phone is unlocked.
  await ann.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await ann.say('awake');
  await expect(bob.message('awake')).toBeVisible({ timeout: 6_000 });
  await ann.sees('while Ann slept');
  expect(wire.attempts).toBe(2);
  await expectSame(ann, bob, ['while Ann slept', 'awake']);
});

test('18 what was refused says why, and can be tried again or deleted', async ({ ann, bob }) => {
  const wire = await meetOverWire(ann, bob);
  // A full chat stays full, so the refusal is made up.
  wire.toServer = (frame) => {
    if (frame.type !== 'send') return true;
    wire.tellPage({ type: 'nack', cid: frame.cid, error: 'session_full' });
    return false;
  };
  await ann.say('again');
  await expect(ann.message('again')).toContainText('Not sent. This chat is full.');
  await ann.say('better not');
  await expect(ann.message('better not')).toContainText('Not sent.');
  await ann.message('better not').getByRole('button', { name: 'Delete' }).click();
  await expect(ann.message('better not')).toHaveCount(0);
  await expect(ann.composer).toBeFocused();

  wire.toServer = () => true;
  await ann.message('again').getByRole('button', { name: 'Try again' }).click();
  await bob.sees('again');
  await expect(ann.composer).toBeFocused();
  await tick(ann, 'again', 'Read');
  await expect(ann.message('again')).not.toContainText('Not sent');
  await expectSame(ann, bob, ['again']);
});

test('23 pressing Create twice makes one chat', async ({ ann }) => {
  const { page } = ann;
  await page.goto(`${ann.base}/`);
  await page.getByLabel('Your name').fill('Ann');
  await page.getByLabel('Their name').fill('Bob');
  let created = 0;
  let answer = () => {};
  const isAllowed = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/sessions', async (route) => {
    created += 1;
    await isAllowed;
    await route.continue();
  });
  await page.getByRole('button', { name: 'Create chat' }).dblclick();
  await page.getByLabel('Their name').press('Enter');
  await expect(page.getByRole('button', { name: 'Creating…' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Creating…' })).toBeEnabled();
  answer();
  await expect(ann.heading).toHaveText('Your chat is ready');
  expect(created).toBe(1);
});

test('23 twenty messages as fast as one can press arrive in order', async ({
  ann,
  bob,
  met: _met,
}) => {
  const texts = Array.from({ length: 20 }, (_, index) => `quick ${index + 1}`);
  await ann.composer.focus();
  for (const text of texts) {
    await ann.page.keyboard.insertText(text);
    await ann.page.keyboard.press('Enter');
  }
  await bob.sees('quick 20');
  await expectSame(ann, bob, texts);
});
