// What a chat with thousands of messages costs a page: prints how long it takes and judges nothing
// of that, since machines are shared.
import type { CDPSession, Page } from '@playwright/test';
import { connect, createSealedSession, enter } from '../support/independent-client.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { expect, test } from './support/fixtures.ts';
import { shownAfter, untilPainted, watchShown } from './support/shown.ts';

const SLOWDOWN = 6;
const APPENDS = 30;
/** Somebody far away, with a phone of some years. */
const ROUND_TRIP_MS = 150;
const PHONE_SLOWDOWN = 4;
/** Of somebody who talks all the time: as many as a session holds. */
const HOUR = 5_000;

test('how soon a thousand messages are seen, and one more of either', async ({
  newPerson,
  serve,
}) => {
  test.setTimeout(180_000);
  const { base } = await serve({ RATE_SEND: 'off' });
  const { session, bob } = await talkedAbout(base, 1_000);
  const ann = await newPerson(base);
  await watchShown(ann.page);
  await ann.open(session.a.link);
  await ann.typeCode(session.a.code);
  await untilPainted(ann.page, 'message 1000');
  const [history = NaN] = await shownAfter(ann.page, 'press', ['message 1000']);
  tell('1,000 messages after Get in', [history]);

  const cdp = await ann.context.newCDPSession(ann.page);
  for (const rate of [1, SLOWDOWN]) {
    await slowDown(cdp, rate);
    const theirs = Array.from({ length: APPENDS }, (_, index) => `theirs ${rate} ${index}`);
    for (const text of theirs) {
      await bob.send(text);
      await alone(ann.page, text);
    }
    tell(`from the frame to the bubble, ${rate}×`, await shownAfter(ann.page, 'frame', theirs));

    const own = Array.from({ length: APPENDS }, (_, index) => `own ${rate} ${index}`);
    for (const text of own) {
      await ann.composer.fill(text);
      // Nobody presses Enter in the millisecond of the last letter, before it is seen.
      await ann.page.waitForTimeout(300);
      await ann.composer.press('Enter');
      await alone(ann.page, text);
    }
    tell(`from Enter to the own bubble, ${rate}×`, await shownAfter(ann.page, 'press', own));
  }
  await bob.close();
});

test('how soon somebody far away is in, with a thousand messages', async ({ newPerson, serve }) => {
  const server = await serve({ RATE_SEND: 'off' });
  const { session, bob } = await talkedAbout(server.base, 1_000);
  const proxy = await startTcpProxy(() => server.port);
  proxy.delay(ROUND_TRIP_MS / 2);
  const ann = await newPerson(`http://localhost:${proxy.port}`);
  await watchShown(ann.page);
  await slowDown(await ann.context.newCDPSession(ann.page), PHONE_SLOWDOWN);
  await ann.open(session.a.link);
  await ann.page.getByLabel('Secret code').fill(session.a.code);
  const asked = await ann.page.evaluate(() => {
    const [entry] = performance.getEntriesByName('first-contentful-paint');
    return entry?.startTime ?? NaN;
  });
  tell('the code is asked for, after the link was opened', [asked]);
  await ann.page.getByLabel('Secret code').press('Enter');
  await untilPainted(ann.page, 'message 1000');
  await expect(ann.composer).toBeEditable();
  const times = await shownAfter(ann.page, 'press', ['message 1000']);
  tell(`in, at ${PHONE_SLOWDOWN}× and ${ROUND_TRIP_MS} ms, after Get in`, times);
  await bob.close();
  await proxy.close();
});

test('what an hour of talking costs a page, and how soon a letter stands there', async ({
  newPerson,
  serve,
}) => {
  test.setTimeout(180_000);
  const { base } = await serve({ RATE_SEND: 'off' });
  const { session, bob } = await talkedAbout(base, 500);
  const ann = await newPerson(base);
  await watchShown(ann.page);
  await ann.enter(session.a);
  await untilPainted(ann.page, 'message 500');
  const cdp = await ann.context.newCDPSession(ann.page);
  const before = await held(cdp);
  for (let said = 500; said < HOUR; said += 100) {
    // As they come: a hundred at once, never more than a page has time to show.
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => bob.send(`message ${said + index + 1}`)),
    );
    await untilPainted(ann.page, `message ${said + 100}`);
  }
  const after = await held(cdp);
  tellOf(`held with 500 and with ${HOUR} messages, MB`, [before.bytes / 1e6, after.bytes / 1e6]);
  tellOf('nodes in the page', [before.nodes, after.nodes]);
  // Some hundred messages are shown; what is out of sight is let go.
  expect(after.nodes).toBeLessThan(2 * before.nodes);

  await slowDown(cdp, PHONE_SLOWDOWN);
  await ann.page.evaluate(() => {
    window.typed = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.name === 'keydown') window.typed.push(entry.duration);
      }
      // as: the compiler's list of what may be said lacks it
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  await ann.composer.pressSequentially('a sentence of some length', { delay: 120 });
  const typed = await ann.page.evaluate(() => window.typed);
  // What takes less than 16 ms is not told.
  tell(`from a key to its letter at ${PHONE_SLOWDOWN}×, with ${HOUR} messages`, [16, ...typed]);
  await bob.close();
});

declare global {
  interface Window {
    /** Of each key: ms until what came of it was painted. */
    typed: number[];
  }
}

/** A session in which Bob, who stays connected, has said so many things. */
async function talkedAbout(base: string, count: number) {
  const session = await createSealedSession(base, ['Ann', 'Bob']);
  const bob = await connect(await enter(base, session.b.link, session.b.code));
  const texts = Array.from({ length: count }, (_, index) => `message ${index + 1}`);
  await Promise.all(texts.map((text) => bob.send(text)));
  return { session, bob };
}

const slowDown = (cdp: CDPSession, rate: number) =>
  cdp.send('Emulation.setCPUThrottlingRate', { rate });

/** Once what nobody needs any more is gone. */
async function held(cdp: CDPSession): Promise<{ bytes: number; nodes: number }> {
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  await cdp.send('HeapProfiler.disable');
  const { nodes } = await cdp.send('Memory.getDOMCounters');
  return { bytes: usedSize, nodes };
}

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

function tellOf(what: string, figures: readonly number[]): void {
  expect(figures.every(Number.isFinite)).toBe(true);
  process.stdout.write(`${what}: ${figures.map((one) => +one.toFixed(1)).join(', ')}\n`);
}
