// How much a browser has to fetch for each screen: compressed bytes of what it really asked for.
import { get } from 'node:http';
import type { Page } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';

/** Bytes, after gzip. */
const BUDGET = { entry: 30_000, chat: 45_000, qr: 12_000, css: 8_000 };

test('41 budgets of the start page, of joining and of a chat', async ({ newPerson, places }) => {
  const [ann, bob] = [await newPerson(places.ann.base), await newPerson(places.bob.base)];
  const annFetches = fetchesOf(ann.page);
  await ann.page.goto(`${ann.base}/`);
  await expect(ann.page.getByLabel('Your name')).toBeVisible();
  const start = await annFetches.weigh('.js');
  expect(start.bytes, start.told).toBeGreaterThan(10_000);
  expect(start.bytes, start.told).toBeLessThanOrEqual(BUDGET.entry);
  const styles = await annFetches.weigh('.css');
  expect(styles.bytes, styles.told).toBeLessThanOrEqual(BUDGET.css);

  const isQr = (url: string) => /\/qr-[^/]*\.js$/.test(url);
  await ann.page.getByLabel('Your name').focus();
  expect(annFetches.urls().filter(isQr)).toEqual([]);
  const cards = await ann.createChat();
  await expect(ann.page.getByRole('img', { name: /^QR code/ })).toHaveCount(2);
  const qr = await annFetches.weigh(isQr);
  expect(qr.bytes, qr.told).toBeGreaterThan(1_000);
  expect(qr.bytes, qr.told).toBeLessThanOrEqual(BUDGET.qr);

  const bobFetches = fetchesOf(bob.page);
  await bob.open(cards.bob.link);
  await expect(bob.page.getByLabel('Secret code')).toBeVisible();
  // What is fetched while the code is being typed belongs to the chat.
  const join = await bobFetches.weigh((url) => url.endsWith('.js') && !url.includes('/chat-'));
  expect(join.bytes, join.told).toBeLessThanOrEqual(BUDGET.entry);
  await bob.typeCode(cards.bob.code);
  await expect(bob.composer).toBeVisible();
  const chat = await bobFetches.weigh('.js');
  expect(chat.bytes, chat.told).toBeGreaterThan(join.bytes);
  expect(chat.bytes, chat.told).toBeLessThanOrEqual(BUDGET.chat);
  expect(bobFetches.urls().filter(isQr)).toEqual([]);
  const reported = { start, join, chat, qr, styles };
  for (const [type, { told }] of Object.entries(reported)) {
    test.info().annotations.push({ type, description: told });
  }
});

test('the first screen is fetched beside the script, and once', async ({ newPerson, places }) => {
  const { page } = await newPerson(places.ann.base);
  const fetches: string[] = [];
  page.on('request', (request) => fetches.push(request.url()));
  await page.goto(`${places.ann.base}/`);
  await expect(page.getByLabel('Your name')).toBeVisible();
  expect(fetches.filter((url) => url.includes('/assets/Start-'))).toHaveLength(1);
  const [asked, script] = await page.evaluate(() => {
    const entries = performance.getEntriesByType('resource');
    // as: the entries of resources are these
    const of = (name: string) =>
      entries.find((entry) => entry.name.includes(name)) as PerformanceResourceTiming;
    return [of('/assets/Start-').startTime, of('/assets/index-').responseStart];
  });
  expect(asked).toBeLessThan(script);
});

/** What a page has fetched so far. */
function fetchesOf(page: Page) {
  const urls = new Set<string>();
  page.on('request', (request) => urls.add(request.url()));
  return {
    urls: () => [...urls],
    async weigh(which: string | ((url: string) => boolean)) {
      const fits = typeof which === 'string' ? (url: string) => url.endsWith(which) : which;
      const all = [...urls].filter(fits);
      const sizes = await Promise.all(all.map(compressedSize));
      const told = all.map((url, index) => `${new URL(url).pathname} ${sizes[index]}`).join(', ');
      return { bytes: sizes.reduce((sum, size) => sum + size, 0), told };
    },
  };
}

/** As the server sends it to a browser that takes gzip; Chromium itself would take brotli. */
function compressedSize(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
      const { statusCode, headers } = response;
      if (statusCode !== 200 || headers['content-encoding'] !== 'gzip') {
        reject(new Error(`${url}: ${statusCode}, ${headers['content-encoding']}`));
      }
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}
