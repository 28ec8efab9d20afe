// What people write can change neither the page nor each other's words, wherever it ends.
import type { Locator } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import { routeSockets } from './support/wire.ts';

test('24 markup is text', async ({ ann, bob, met: _met }) => {
  const markup = '<img src=x onerror="document.title=1"><b>bold</b><script>alert(1)</script>&amp;';
  bob.page.on('dialog', () => bob.problems.push('a script of a message ran'));
  await ann.say(markup);
  await bob.sees(markup);
  const bubble = bob.message(markup);
  await expect(bubble.locator('.bubble-text')).toHaveText(markup);
  await expect(bubble.locator('img, b, script')).toHaveCount(0);
  await expect(bob.page).toHaveTitle('Private chat');
  await expect(bob.page.getByRole('log')).toHaveText(`Ann: ${markup}`);
});

test('24 an address becomes a link that tells nobody where it was found', async ({
  ann,
  bob,
  met: _met,
}) => {
  const text =
    'See https://example.org/a?b=c. Not javascript:alert(1) or \u202Ehttps://evil.example';
  await ann.say(text);
  const links = bob.message(text).getByRole('link');
  await expect(links).toHaveText(['https://example.org/a?b=c', 'https://evil.example']);
  await expect(links.first()).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(links.first()).toHaveAttribute('href', 'https://example.org/a?b=c');
});

test('24 a direction override ends with its message', async ({ ann, bob, met: _met }) => {
  const override = 'photo\u202Egnp.exe';
  await ann.say(override);
  await ann.say('left to right');
  await bob.sees('left to right');
  const bubble = bob.message(override);
  expect(await isLeftToRight(bubble.locator('.bubble-text'), 'photo\u202E'.length)).toBe(false);
  expect(await isLeftToRight(bubble.locator('time'))).toBe(true);
  expect(await isLeftToRight(bob.message('left to right').locator('.bubble-text'))).toBe(true);
  await ann.say('שלום');
  await bob.sees('שלום');
  expect(await isLeftToRight(bob.message('שלום').locator('.bubble-text'))).toBe(false);
  expect(await isLeftToRight(bob.message('שלום').locator('time'))).toBe(true);
});

for (const width of [320, 1280]) {
  test(`24 4,000 unbroken characters stay in the column, ${width} px wide`, async ({
    ann,
    bob,
    met: _met,
  }) => {
    await bob.page.setViewportSize({ width, height: 700 });
    const long = 'W'.repeat(4_000);
    await ann.say(long);
    await bob.sees(long);
    await bob.page.getByRole('button', { name: 'Show all' }).click();
    const list = bob.page.getByRole('region', { name: 'Messages' });
    const [column, bubble] = await Promise.all([
      list.locator('.column').boundingBox(),
      bob.message(long).locator('.bubble').boundingBox(),
    ]);
    expect(bubble!.x).toBeGreaterThanOrEqual(column!.x);
    expect(bubble!.x + bubble!.width).toBeLessThanOrEqual(column!.x + column!.width);
    expect(bubble!.height).toBeGreaterThan(700);
    expect(await list.evaluate((list) => list.scrollWidth - list.clientWidth)).toBe(0);
  });
}

test('42 a line with the day stands between days, and changes at midnight', async ({
  ann,
  bob,
}) => {
  const midnight = new Date();
  midnight.setHours(24, 0, 0, 0);
  // The server's times are for display only: on their way to Ann they become these.
  const times = [-49 * 3600, -120, -60, -30].map((s) => midnight.getTime() + s * 1000);
  await routeSockets(ann.page, (socket) => {
    socket.connectToServer().onMessage((frame) => {
      const at = (text: string) =>
        text.replace(
          /"seq":(\d+)(.*?)"at":\d+/g,
          (_, seq, between) => `"seq":${seq}${between}"at":${times[Number(seq) - 1]}`,
        );
      socket.send(at(frame.toString()));
    });
  });
  await ann.page.clock.install({ time: midnight.getTime() - 20_000 });
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  await bob.enter(cards.bob);
  for (const text of ['two days ago', 'tonight', 'still tonight', 'just now']) await bob.say(text);
  await ann.sees('just now');
  const rows = ann.page.getByRole('list').locator('.day, .bubble-text');
  const day = new Intl.DateTimeFormat('en-US', { weekday: 'long', day: 'numeric', month: 'long' });
  const written = day.format(times[0]);
  await expect(rows).toHaveText([
    written,
    'two days ago',
    'Today',
    'tonight',
    'still tonight',
    'just now',
  ]);
  await ann.page.clock.fastForward(30_000);
  await expect(rows.nth(2)).toHaveText('Yesterday');
  times.push(midnight.getTime() + 5_000);
  await bob.say('a new day');
  await ann.sees('a new day');
  await expect(rows).toHaveText([
    written,
    'two days ago',
    'Yesterday',
    'tonight',
    'still tonight',
    'just now',
    'Today',
    'a new day',
  ]);
});

for (const motion of ['no-preference', 'reduce'] as const) {
  test(`43 motion where it is ${motion === 'reduce' ? 'unwanted: none' : 'welcome: a little'}`, async ({
    newPerson,
    places,
  }) => {
    const [ann, bob] = [
      await newPerson(places.ann.base, { reducedMotion: motion }),
      await newPerson(places.bob.base),
    ];
    const cards = await ann.createChat();
    await ann.enter(cards.ann);
    await bob.enter(cards.bob);
    for (let count = 1; count <= 30; count += 1) await ann.say(`Message ${count}`);
    await bob.sees('Message 30');
    await ann.page.getByRole('region', { name: 'Messages' }).evaluate((list) => {
      list.scrollTop = 0;
    });
    const pill = ann.page.getByRole('button', { name: 'Go to the newest message' });
    await expect(pill).toBeVisible();
    const durations = await ann.page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
        const durations = animationName === 'none' ? [] : [animationDuration];
        return [...durations, ...transitionDuration.split(', ')];
      }),
    );
    const moving = new Set(durations.filter((duration) => parseFloat(duration) > 0));
    expect([...moving].toSorted()).toEqual(motion === 'reduce' ? [] : ['0.12s', '0.2s']);
  });
}

/** Whether the first of its characters, or the one at `first`, stands left of the last. */
function isLeftToRight(text: Locator, first = 0): Promise<boolean> {
  return text.evaluate((element, first) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const node = texts.nextNode();
    const length = node?.textContent?.length ?? 0;
    if (node === null || length < 2) throw new Error('no text');
    const left = (from: number) => {
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, from + 1);
      return range.getBoundingClientRect().left;
    };
    return left(first) < left(length - 1);
  }, first);
}
