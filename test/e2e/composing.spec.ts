// The list of messages and the field they are written in: where the list stays, and which keys
// send.
import type { CDPSession, Locator } from '@playwright/test';
import { connect, createSealedSession, enter } from '../support/independent-client.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';

/** Each shorter than what is folded. */
const TALL = [1, 2, 3, 4, 5].map((part) =>
  Array.from({ length: 10 }, (_, line) => `line ${part}.${line + 1}`).join('\n'),
);

const listOf = ({ page }: Person): Locator => page.getByRole('region', { name: 'Messages' });

/** How many pixels are below what is on screen. */
function below(person: Person): Promise<number> {
  return listOf(person).evaluate((list) =>
    Math.round(list.scrollHeight - list.scrollTop - list.clientHeight),
  );
}

/** So far above the bottom, as if with a wheel; resolves when the page knows of it. */
async function scrollUp(person: Person, pixels: number): Promise<void> {
  await listOf(person).evaluate(
    (list, pixels) =>
      new Promise<void>((resolve) => {
        list.addEventListener('scroll', () => resolve(), { once: true });
        list.scrollTop = list.scrollHeight - list.clientHeight - pixels;
      }),
    pixels,
  );
  expect(await below(person)).toBe(pixels);
}

/** The first message on screen, and how far below the top of the list. */
function placeInView(person: Person): Promise<{ cid: string; at: number }> {
  return listOf(person).evaluate((list) => {
    const { top } = list.getBoundingClientRect();
    const isInView = (box: Element) => box.getBoundingClientRect().bottom > top;
    const run = [...list.querySelectorAll('[role=list] > *')].find(isInView);
    const row = [...(run?.querySelectorAll('[data-cid]') ?? [])].find(isInView);
    const at = Math.round((row?.getBoundingClientRect().top ?? NaN) - top);
    return { cid: row?.getAttribute('data-cid') ?? '', at };
  });
}

/** How far below the top of the list that message is. */
function placeOf(person: Person, cid: string): Promise<number> {
  return listOf(person).evaluate((list, cid) => {
    const row = list.querySelector(`[data-cid="${cid}"]`)?.getBoundingClientRect();
    return Math.round((row?.top ?? NaN) - list.getBoundingClientRect().top);
  }, cid);
}

/** Ann before messages of very different length. */
async function meetLongHistory(
  count: number,
  newPerson: (base: string) => Promise<Person>,
  serve: (env: Record<string, string>) => Promise<{ base: string }>,
) {
  const { base } = await serve({ RATE_SEND: 'off' });
  const session = await createSealedSession(base, ['Ann', 'Bob']);
  const writer = await connect(await enter(base, session.b.link, session.b.code));
  const textAt = (index: number) =>
    index % 3 === 0 ? `${index}\n`.repeat(1 + (index % 40) / 4) : `word ${index}`;
  await Promise.all(Array.from({ length: count }, (_, index) => writer.send(textAt(index))));
  await writer.send('the last');
  const ann = await newPerson(base);
  await ann.enter(session.a);
  await ann.sees('the last');
  return { ann, writer };
}

/** The two, with more in the chat than fits on the screen. */
async function meetWithHistory(ann: Person, bob: Person): Promise<void> {
  await meet(ann, bob);
  for (const text of TALL) await ann.say(text);
  await expect(bob.page.locator('.bubble-text')).toHaveCount(TALL.length);
  await bob.say('a word before');
  await ann.sees('a word before');
  await expect.poll(() => below(bob)).toBe(0);
}

test('19 scrolled up, nothing moves, and a pill counts what came', async ({ ann, bob }) => {
  await meetWithHistory(ann, bob);
  await scrollUp(bob, 300);
  const newest = bob.page.getByRole('button', { name: 'Go to the newest message' });
  await expect(newest).toBeVisible();
  const place = () => listOf(bob).evaluate((list) => list.scrollTop);
  const before = await place();
  const pill = bob.page.getByRole('button', { name: /new messages?$/ });

  await ann.say('one');
  await expect(pill).toHaveText('1 new message');
  await ann.say('two');
  await ann.say('three');
  await expect(pill).toHaveText('3 new messages');
  expect(await place()).toBe(before);
  // Not on the screen, not read.
  await expect(ann.message('three').getByText('Delivered', { exact: true })).toBeVisible();

  await pill.click();
  await expect.poll(() => below(bob)).toBe(0);
  await expect(pill).toHaveCount(0);
  await expect(newest).toHaveCount(0);
  await expect(bob.composer).toBeFocused();
  await expect(ann.message('three').getByText('Read', { exact: true })).toBeVisible();
});

test('19 whoever reads further up is not moved by what becomes of messages above', async ({
  ann,
  bob,
}) => {
  await meetWithHistory(ann, bob);
  await scrollUp(bob, 100);
  const length = () => listOf(bob).evaluate((list) => list.scrollHeight);
  const [longer, place] = [await length(), await placeInView(bob)];
  await ann.act(TALL[0]?.replaceAll('\n', ' ') ?? '', 'Remove for both');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Remove for both' }).click();
  await expect(listOf(bob).getByText('line 1.10')).toHaveCount(0);
  await expect.poll(length).toBeLessThan(longer - 100);
  await expect.poll(() => placeInView(bob)).toEqual(place);
});

test('19 nor by what becomes of one that is half above', async ({ ann, bob }) => {
  await meetWithHistory(ann, bob);
  await scrollUp(bob, 100);
  const length = () => listOf(bob).evaluate((list) => list.scrollHeight);
  const longer = await length();
  const { cid, at } = await placeInView(bob);
  expect(at).toBeLessThan(0);
  const [cut, next] = await listOf(bob).evaluate((list, cid) => {
    const rows = [...list.querySelectorAll('[data-cid]')];
    const place = rows.findIndex((row) => row.getAttribute('data-cid') === cid);
    const text = rows[place]?.querySelector('.bubble-text')?.textContent ?? '';
    return [text.replaceAll('\n', ' '), rows[place + 1]?.getAttribute('data-cid') ?? ''];
  }, cid);
  const before = await placeOf(bob, next);
  await ann.act(cut, 'Remove for both');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Remove for both' }).click();
  await expect.poll(length).toBeLessThan(longer - 100);
  await expect.poll(async () => Math.abs((await placeOf(bob, next)) - before)).toBeLessThan(1.5);
});

test('19 a long history goes by exactly as far as it is scrolled', async ({ newPerson, serve }) => {
  const { ann, writer } = await meetLongHistory(400, newPerson, serve);
  await listOf(ann).hover();
  for (let step = 0; step < 12; step += 1) {
    const { cid, at } = await placeInView(ann);
    await ann.page.mouse.wheel(0, -700);
    const wrongBy = async () => Math.abs((await placeOf(ann, cid)) - at - 700);
    await expect.poll(wrongBy).toBeLessThanOrEqual(1);
  }
  await writer.close();
});

test('19 earlier messages come above what is read', async ({ newPerson, serve }) => {
  const { ann, writer } = await meetLongHistory(900, newPerson, serve);
  const earlier = ann.page.getByRole('button', { name: 'Show earlier' });
  await expect.poll(() => ann.page.getByRole('listitem').count()).toBeGreaterThan(500);
  await listOf(ann).evaluate((list) => list.scrollTo(0, 0));
  await expect(ann.page.getByRole('button', { name: 'Go to the newest message' })).toBeVisible();
  await expect(earlier).toBeInViewport();
  const { cid, at } = await placeInView(ann);
  await earlier.click();
  await expect(ann.page.getByText('word 1', { exact: true })).toBeAttached();
  const wrongBy = async () => Math.abs((await placeOf(ann, cid)) - at);
  await expect.poll(wrongBy).toBeLessThanOrEqual(1);
  await writer.close();
});

test('20 at the bottom the list stays there; within 50 px counts, more does not', async ({
  ann,
  bob,
}) => {
  await meetWithHistory(ann, bob);
  await ann.say('seen at once');
  await bob.sees('seen at once');
  await expect.poll(() => below(bob)).toBe(0);
  await expect(bob.message('seen at once')).toBeInViewport({ ratio: 1 });

  await scrollUp(bob, 45);
  await ann.say('nearly at the bottom');
  await bob.sees('nearly at the bottom');
  await expect.poll(() => below(bob)).toBe(0);

  await scrollUp(bob, 60);
  await ann.say('too far up');
  await expect(bob.page.getByRole('button', { name: '1 new message' })).toBeVisible();
  expect(await below(bob)).toBeGreaterThan(60);
});

test('20 at the bottom it stays there when the room for it shrinks', async ({ ann, bob }) => {
  await meetWithHistory(ann, bob);
  const { page } = bob;
  const { width, height } = page.viewportSize()!;
  await page.setViewportSize({ width, height: height - 250 });
  await expect(bob.message('a word before')).toBeInViewport({ ratio: 1 });
  await expect.poll(() => below(bob)).toBe(0);
  await bob.composer.fill('several\nlines\nof\na\ndraft');
  await expect(bob.message('a word before')).toBeInViewport({ ratio: 1 });
  await expect.poll(() => below(bob)).toBe(0);
});

test('20 a scroll told only after the room has shrunk does not lead away from the bottom', async ({
  ann,
  bob,
}) => {
  await meetWithHistory(ann, bob);
  await listOf(bob).evaluate((list) => {
    list.style.maxHeight = `${list.clientHeight - 250}px`;
    list.dispatchEvent(new Event('scroll'));
  });
  await expect.poll(() => below(bob)).toBe(0);
  await expect(bob.message('a word before')).toBeInViewport({ ratio: 1 });
});

test('20 a turned phone, whose layout comes in two steps, stays at the bottom', async ({
  ann,
  bob,
}) => {
  await meetWithHistory(ann, bob);
  await ann.say('a long line '.repeat(60));
  await bob.sees('a long line '.repeat(60).trim());
  await expect.poll(() => below(bob)).toBe(0);
  await listOf(bob).evaluate((list) => {
    const { style } = list;
    style.fontSize = '50%';
    const moved = list.scrollTop;
    style.maxHeight = `${list.clientHeight - 250}px`;
    if (list.scrollHeight - moved - list.clientHeight < 200) throw new Error('one step only');
  });
  await expect.poll(() => below(bob)).toBe(0);
  await expect(bob.page.getByRole('button', { name: 'Go to the newest message' })).toHaveCount(0);
});

test('20 whoever goes up in the moment the room shrinks is not held back', async ({ ann, bob }) => {
  await meetWithHistory(ann, bob);
  await listOf(bob).evaluate((list) => {
    list.style.maxHeight = `${list.clientHeight - 50}px`;
    list.scrollTop -= 400;
  });
  await expect(bob.page.getByRole('button', { name: 'Go to the newest message' })).toBeVisible();
  expect(await below(bob)).toBeGreaterThan(400);
});

test('20 an own message always goes down', async ({ ann, bob }) => {
  await meetWithHistory(ann, bob);
  await scrollUp(bob, 400);
  await bob.say('mine');
  await expect(bob.message('mine')).toBeInViewport({ ratio: 1 });
  await expect.poll(() => below(bob)).toBe(0);
  await expect(bob.composer).toBeFocused();
});

test('21 Enter sends, Shift+Enter breaks the line', async ({ ann, bob, met: _met }) => {
  const { keyboard } = ann.page;
  await ann.composer.focus();
  await keyboard.press('Enter');
  await keyboard.insertText('first line');
  await keyboard.press('Shift+Enter');
  await keyboard.insertText('  second line');
  await expect(ann.composer).toHaveValue('first line\n  second line');
  expect(await ann.texts()).toEqual([]);
  await keyboard.press('Enter');
  await expect(ann.composer).toHaveValue('');
  await expect(ann.composer).toBeFocused();
  await expect(bob.page.locator('.bubble-text')).toHaveCount(1);
  // Breaks and blanks are kept on the screen, not only in the text.
  expect(await bob.texts()).toEqual(['first line\n  second line']);

  await keyboard.insertText('by the button');
  await ann.page.getByRole('button', { name: 'Send' }).click();
  await bob.sees('by the button');
  await expect(ann.composer).toBeFocused();
});

test('21 an input method keeps its Enter', async ({ ann, bob, met: _met }) => {
  const input = await ann.context.newCDPSession(ann.page);
  await ann.composer.focus();
  const presses = await ann.composer.evaluateHandle((field: HTMLTextAreaElement) => {
    const seen: { isComposing: boolean; keyCode: number }[] = [];
    // keyCode: what Safari tells a composition by.
    field.addEventListener('keydown', ({ isComposing, keyCode }) =>
      seen.push({ isComposing, keyCode }),
    );
    return seen;
  });
  const seen = async () => (await presses.jsonValue()).at(-1);

  await input.send('Input.imeSetComposition', {
    text: 'にほん',
    selectionStart: 3,
    selectionEnd: 3,
  });
  await expect(ann.composer).toHaveValue('にほん');
  await pressEnter(input, 13);
  expect(await seen()).toEqual({ isComposing: true, keyCode: 13 });
  await pressEnter(input, 229);
  expect(await seen()).toEqual({ isComposing: true, keyCode: 229 });
  await input.send('Input.insertText', { text: '日本' });
  // The Enter that ended it, as Safari tells it: after the composition.
  await pressEnter(input, 229);
  expect(await seen()).toEqual({ isComposing: false, keyCode: 229 });
  await expect(ann.composer).toHaveValue('日本');
  await expect(ann.page.locator('.bubble-text')).toHaveCount(0);

  await ann.page.keyboard.press('Enter');
  expect(await seen()).toEqual({ isComposing: false, keyCode: 13 });
  await bob.sees('日本');
  expect(await bob.texts()).toEqual(['日本']);
});

/** The press alone: what an input method takes never becomes a character. */
async function pressEnter(input: CDPSession, keyCode: number): Promise<void> {
  const press = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: keyCode };
  await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...press });
  await input.send('Input.dispatchKeyEvent', { type: 'keyUp', ...press });
}
