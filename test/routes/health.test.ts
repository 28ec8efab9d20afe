/** What platforms ask. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../server/protocol/errors.ts';
import { parseConfig } from '../../server/config.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { errorOf, openBrowser, request, startApp } from '../support/app.ts';

describe('health', () => {
  it('is well', async () => {
    const { app } = await startApp();
    for (const url of ['/healthz', '/readyz']) {
      expect(await request(app, { url })).toMatchObject({ status: 200, json: { ok: true } });
    }
  });

  it('is alive but not ready without its store, and says so to everyone', async () => {
    const store = createMemoryStore(parseConfig({}));
    const unreachable = async () => {
      throw new AppError('store_unavailable');
    };
    const { app } = await startApp({
      store: { ...store, ping: unreachable, find: unreachable, create: unreachable },
    });
    expect((await request(app, { url: '/healthz' })).status).toBe(200);
    const told = { status: 503, code: 'store_unavailable' };
    expect(errorOf(await request(app, { url: '/readyz' }))).toEqual(told);
    const browser = openBrowser(app);
    const landing = await browser.send('POST', '/api/sessions/AAAAAAAAAAA/landing', {
      proof: 'A'.repeat(43),
    });
    expect(errorOf(landing)).toEqual(told);
    const names = ['Ann', 'Bob'];
    expect(errorOf(await browser.send('POST', '/api/sessions', { names }))).toEqual(told);
  });
});

it('asks the store once for however many who ask whether it is ready', async () => {
  const store = createMemoryStore(parseConfig({}));
  let asked = 0;
  const { app } = await startApp({ store: { ...store, ping: async () => void (asked += 1) } });
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => request(app, { url: '/readyz' })),
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  // A slow machine may take longer than it is asked for.
  expect(asked).toBeLessThan(20);
});
