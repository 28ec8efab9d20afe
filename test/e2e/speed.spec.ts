// What a chat with a thousand messages costs: prints what it measures and judges nothing of it,
// since machines are shared.
import type { Page } from '@playwright/test';
import { connect, createSealedSession, enter } from '../support/independent-client.ts';
import { expect, test } from './support/fixtures.ts';
import { shownAfter, untilPainted, watchShown } from './support/shown.ts';

const SLOWDOWN = 6;
const APPENDS = 30;

test('how soon a thousand messages are seen, and one more of either', async ({
  newPerson,
  serve,
}) => {
  test.setTimeout(180_000);
  const { base } = await serve({ RATE_SEND: 'off' });
  const session = await createSealedSession(base, ['Ann', 'Bob']);
  const bob = await connect(await enter(base, session.b.link, session.b.code));
  const texts = Array.from({ length: 1_000 }, (_, index) => `message ${index + 1}`);
  await Promise.all(texts.map((text) => bob.send(text)));

  const ann = await newPerson(base);
  await watchShown(ann.page);
  await ann.open(session.a.link);
  await ann.typeCode(session.a.code);
  await untilPainted(ann.page, 'message 1000');
  const [history = NaN] = await shownAfter(ann.page, 'press', ['message 1000']);
  tell('1,000 messages after Get in', [history]);

  const cdp = await ann.context.newCDPSession(ann.page);
  for (const rate of [1, SLOWDOWN]) {
    await cdp.send('Emulation.setCPUThrottlingRate', { rate });
    const theirs = Array.from({ length: APPENDS }, (_, index) => `theirs ${rate} ${index}`);
    for (const text of theirs) {
      await bob.send(text);
      await alone(ann.page, text);
    }
    tell(`from the frame to the bubble, ${rate}×`, await shownAfter(ann.page, 'frame', theirs));

    const own = Array.from({ length: APPENDS }, (_, index) => `own ${rate} ${index}`);
    for (const text of own) {
      await ann.say(text);
      await alone(ann.page, text);
    }
    tell(`from Enter to the own bubble, ${rate}×`, await shownAfter(ann.page, 'press', own));
  }
  await bob.close();
});

/** Once it is shown, and all that comes of it is done: people do not write ten a second. */
async function alone(page: Page, text: string): Promise<void> {
  await untilPainted(page, text);
  await page.waitForTimeout(300);
}

function tell(what: string, times: readonly number[]): void {
  expect(times.every(Number.isFinite)).toBe(true);
  const sorted = times.map(Math.round).toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  process.stdout.write(`${what}: ${median} ms, most ${sorted.at(-1)} ms (${sorted.length})\n`);
}
