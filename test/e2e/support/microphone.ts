/** The microphone of a browser: whether it may be used, and what the page does with it. */
import type { Page } from '@playwright/test';
import { expect, type Person } from './fixtures.ts';

interface Used {
  /** How often it was asked for. */
  asked: number;
  tracks: MediaStreamTrack[];
  /** Of the recording that was begun last. */
  bytes: number;
}

/** Before any page is opened. All that is not allowed is refused, without a question. */
export async function lendMicrophone({ context }: Person, isAllowed = true): Promise<void> {
  await context.grantPermissions(isAllowed ? ['microphone'] : []);
  await context.addInitScript(() => {
    const used: Used = { asked: 0, tracks: [], bytes: 0 };
    // An empty page has none.
    if (!('MediaDevices' in window)) return;
    // oxlint-disable-next-line typescript/unbound-method -- called on the one it belongs to
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = async function (constraints) {
      used.asked += 1;
      const stream = await getUserMedia.call(this, constraints);
      used.tracks.push(...stream.getTracks());
      return stream;
    };
    // oxlint-disable-next-line typescript/unbound-method -- as above
    const { start } = MediaRecorder.prototype;
    MediaRecorder.prototype.start = function (everyMs) {
      used.bytes = 0;
      this.addEventListener('dataavailable', ({ data }) => (used.bytes += data.size));
      start.call(this, everyMs);
    };
    Object.assign(window, { used });
  });
}

/** How often it was asked for, and whether each that was got is still heard. */
export function microphoneUse(page: Page): Promise<{ asked: number; tracks: string[] }> {
  return page.evaluate(() => {
    // as: put there above
    const { asked, tracks } = (window as unknown as { used: Used }).used;
    return { asked, tracks: tracks.map(({ readyState }) => readyState) };
  });
}

export const recordButton = (page: Page) =>
  page.getByRole('button', { name: 'Record a voice message' });

/** Until so many seconds, or more, are shown to be there. */
export async function record(page: Page, seconds: number): Promise<void> {
  await recordButton(page).click();
  const shown = async () => Number((await page.getByRole('timer').innerText()).slice(2));
  // The first time the browser starts a process for it, which a busy machine is slow at.
  await page.getByRole('timer').waitFor({ timeout: 120_000 });
  await expect.poll(shown, { timeout: 30_000 }).toBeGreaterThanOrEqual(seconds);
  await hasHeard(page);
}

/** Something is in the recording: what is timed and what is heard come from two processes. */
export async function hasHeard(page: Page): Promise<void> {
  // as: put there above
  const bytes = () => page.evaluate(() => (window as unknown as { used: Used }).used.bytes);
  await expect.poll(bytes, { timeout: 30_000 }).toBeGreaterThan(0);
}

/** As when the system takes it away. */
export async function takeMicrophone(page: Page): Promise<void> {
  await page.evaluate(() => {
    // as: put there above
    for (const track of (window as unknown as { used: Used }).used.tracks) track.stop();
  });
}
