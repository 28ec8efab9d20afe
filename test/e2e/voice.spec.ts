// Voice messages: recorded with a microphone that beeps, listened to, sent, deleted, played.
import type { Locator, Page } from '@playwright/test';
import { barriersOf } from './support/barriers.ts';
import { expect, meet, test, type Person } from './support/fixtures.ts';
import { sidewaysOf } from './support/measures.ts';
import {
  hasHeard,
  lendMicrophone,
  microphoneUse,
  record,
  recordButton,
  takeMicrophone,
} from './support/microphone.ts';

// Sound takes its time, and so does axe: a busy machine may need minutes.
test.describe.configure({ timeout: 300_000 });

test.beforeEach(({ ann }) => lendMicrophone(ann));

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tray = ({ page }: Person) => page.getByRole('region', { name: 'Files to send' });
const voices = ({ page }: Person) => page.locator('.bubble audio');

/** At least two seconds are said, and the browser's own player finds what is said. */
async function isAsLongAsSaid(player: Locator): Promise<void> {
  const said = /^Voice message, 0:(\d\d)$/;
  await expect(player).toHaveAttribute('aria-label', said);
  const seconds = Number(said.exec((await player.getAttribute('aria-label')) ?? '')?.[1]);
  expect(seconds).toBeGreaterThanOrEqual(2);
  // It comes to know by looking for the end, and goes back from there.
  const read = (audio: HTMLAudioElement) => (audio.currentTime > 0 ? NaN : audio.duration);
  await expect.poll(() => player.evaluate(read)).toBeLessThan(60);
  const heard = await player.evaluate(read);
  expect(Math.abs(heard - seconds)).toBeLessThan(1.5);
}

test('34 a voice message is recorded, sent and played, on other devices and after a reload too', async ({
  ann,
  bob,
  newPerson,
}) => {
  const cards = await meet(ann, bob);
  const { page } = ann;
  await expect(recordButton(page)).toBeVisible();
  expect(await microphoneUse(page)).toEqual({ asked: 0, tracks: [] });
  await ann.composer.fill('half a word');
  await record(page, 2);
  await expect(ann.composer).toBeHidden();
  await expect(button(page, 'Send voice message')).toBeFocused();
  expect(await microphoneUse(page)).toEqual({ asked: 1, tracks: ['live'] });
  await page.keyboard.press('Enter');
  expect(await microphoneUse(page)).toEqual({ asked: 1, tracks: ['ended'] });

  await expect(voices(bob)).toHaveCount(1);
  await isAsLongAsSaid(voices(bob));
  await voices(bob).evaluate((audio: HTMLAudioElement) => audio.play());
  await expect
    .poll(() => voices(bob).evaluate((audio: HTMLAudioElement) => audio.ended))
    .toBe(true);
  // What was being written is not sent along.
  await expect(ann.composer).toHaveValue('half a word');
  await expect(ann.composer).toBeFocused();
  await expect(tray(ann)).toHaveCount(0);
  expect(await bob.texts()).toEqual([]);

  const phone = await newPerson(ann.base);
  await phone.enter(cards.ann);
  await isAsLongAsSaid(voices(phone));
  await page.reload();
  await isAsLongAsSaid(voices(ann));
  expect(await microphoneUse(page)).toEqual({ asked: 0, tracks: [] });
});

test('a recording can be listened to first, and goes with words, or not at all', async ({
  ann,
  bob,
  met: _met,
}) => {
  const { page } = ann;
  await record(page, 2);
  await button(page, 'Stop and listen first').click();
  expect(await microphoneUse(page)).toEqual({ asked: 1, tracks: ['ended'] });
  await expect(tray(ann).getByText(/^Voice message, 0:0\d$/)).toBeVisible();
  await expect(
    page.getByText('Recording stopped. It is not sent yet.', { exact: true }),
  ).toBeAttached();
  await isAsLongAsSaid(tray(ann).locator('audio'));
  await expect(ann.composer).toBeFocused();

  await record(page, 1);
  await button(page, 'Delete recording').click();
  await expect(page.getByText('Recording deleted.')).toBeAttached();
  expect(await microphoneUse(page)).toEqual({ asked: 2, tracks: ['ended', 'ended'] });
  await expect(tray(ann).getByRole('listitem')).toHaveCount(1);

  await ann.composer.fill('with words');
  await ann.composer.press('Enter');
  await bob.sees('with words');
  await expect(voices(bob)).toHaveCount(1);

  await record(page, 1);
  await button(page, 'Stop and listen first').click();
  await tray(ann)
    .getByRole('button', { name: /^Remove Voice message/ })
    .click();
  await ann.say('the last words');
  await bob.sees('the last words');
  await expect(voices(bob)).toHaveCount(1);
});

test('38 a voice message can be an answer', async ({ ann, bob, met: _met }) => {
  await bob.say('How does it sound?');
  await ann.act('How does it sound?', 'Reply');
  await expect(ann.page.getByText('Reply to Bob')).toBeVisible();
  await record(ann.page, 1);
  await button(ann.page, 'Send voice message').click();
  await expect(voices(bob)).toHaveCount(1);
  await expect(
    bob.page.getByRole('button', { name: 'Answers you: How does it sound?' }),
  ).toBeVisible();
  await expect(ann.page.getByText('Reply to Bob')).toHaveCount(0);
});

test('Esc deletes what is no longer than a slip, and keeps what is', async ({ ann, met: _met }) => {
  const { page } = ann;
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1_000);
  await record(page, 0);
  await page.keyboard.press('Escape');
  await expect(page.getByText('Recording deleted.')).toBeAttached();
  await expect(ann.composer).toBeFocused();
  await expect(tray(ann)).toHaveCount(0);
  await recordButton(page).click();
  await expect(page.getByRole('timer')).toHaveText('0:00');
  await page.clock.runFor(3_500);
  await expect(page.getByRole('timer')).toHaveText('0:03');
  await hasHeard(page);
  await page.keyboard.press('Escape');
  await expect(tray(ann).locator('audio')).toHaveAttribute('aria-label', 'Voice message, 0:03');
});

test('after five minutes a recording stops, and waits', async ({ ann, bob, met: _met }) => {
  const { page } = ann;
  await page.clock.install();
  await record(page, 0);
  await page.clock.fastForward('05:00');
  const said = 'Recording stopped after 5 minutes. It is not sent yet.';
  await expect(tray(ann).getByText(said)).toBeVisible();
  await expect(page.getByRole('status').getByText(said)).toBeAttached();
  expect(await microphoneUse(page)).toEqual({ asked: 1, tracks: ['ended'] });
  await button(page, 'Send').click();
  await expect(voices(bob)).toHaveAttribute('aria-label', /^Voice message, 5:0\d$/);
});

test('a microphone that is taken away ends a recording, and what was said stays', async ({
  ann,
  met: _met,
}) => {
  const { page } = ann;
  await record(page, 1);
  await takeMicrophone(page);
  const said = 'Recording stopped: the microphone was taken away. It is not sent yet.';
  await expect(tray(ann).getByText(said)).toBeVisible();
  await expect(tray(ann).locator('audio')).toBeVisible();
  await expect(ann.composer).toBeVisible();
});

test('where no file fits a recording says so, and before the other has come it waits', async ({
  newPerson,
  serve,
}) => {
  const { base } = await serve({ MAX_FILE_BYTES: '48000' });
  const [ann, bob] = [await newPerson(base), await newPerson(base)];
  await lendMicrophone(ann);
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  await recordButton(ann.page).click();
  await expect(
    tray(ann).getByText('Recording stopped: no larger file can be sent. It is not sent yet.'),
  ).toBeVisible({ timeout: 30_000 });
  await tray(ann)
    .getByRole('button', { name: /^Remove/ })
    .click();
  await record(ann.page, 0);
  await button(ann.page, 'Send voice message').click();
  await expect(tray(ann).getByText('Files can be sent once Bob is here.')).toBeVisible();
  await bob.enter(cards.bob);
  await button(ann.page, 'Send').click();
  await expect(voices(bob)).toHaveCount(1);
});

test('a refused microphone says what to do, and all else stays', async ({ newPerson, places }) => {
  const ann = await newPerson(places.ann.base);
  await lendMicrophone(ann, false);
  const cards = await ann.createChat();
  await ann.enter(cards.ann);
  await ann.composer.fill('half a word');
  await recordButton(ann.page).click();
  const said = ann.page.getByRole('alert').filter({ hasText: 'The microphone is blocked' });
  await expect(said).toBeVisible();
  await expect(ann.composer).toHaveValue('half a word');
  expect(await barriersOf(ann.page)).toEqual([]);
  await ann.composer.press('Enter');
  await ann.sees('half a word');
  await expect(said).toHaveCount(0);
});

test('who hides, or is in a chat that ends, lets go of the microphone at once', async ({
  ann,
  bob,
  met,
}) => {
  const { page } = ann;
  await record(page, 1);
  await page.evaluate(() => {
    // oxlint-disable-next-line typescript/unbound-method -- called on the one it belongs to
    const { stop } = MediaStreamTrack.prototype;
    MediaStreamTrack.prototype.stop = function () {
      stop.call(this);
      // The only thing that the next page can know of this one.
      localStorage.setItem('track', this.readyState);
    };
  });
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: /^Hide now/ }).click();
  await expect(page).toHaveURL('about:blank');
  await ann.open(met.ann.link);
  await expect(ann.composer).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem('track'))).toBe('ended');

  await record(page, 1);
  await bob.endChat();
  await expect(ann.heading).toHaveText('Bob ended the chat');
  expect(await microphoneUse(page)).toEqual({ asked: 1, tracks: ['ended'] });
});

for (const [where, size] of [
  ['a phone', { width: 320, height: 568 }],
  ['a desktop', { width: 1280, height: 800 }],
] as const) {
  test(`26 27 no barrier while recording, on ${where}`, async ({ ann, met: _met }) => {
    await ann.page.setViewportSize(size);
    await ann.page.emulateMedia({ reducedMotion: 'reduce' });
    await record(ann.page, 1);
    expect(await barriersOf(ann.page)).toEqual([]);
    expect(await sidewaysOf(ann.page)).toEqual([]);
    const dot = ann.page.locator('.recording-dot');
    await expect(dot).toHaveCSS('animation-name', 'none');
    await button(ann.page, 'Stop and listen first').click();
    await expect(tray(ann).locator('audio')).toBeVisible();
    expect(await barriersOf(ann.page)).toEqual([]);
    expect(await sidewaysOf(ann.page)).toEqual([]);
  });
}
