/** What the log says of requests and of failures, and what it never does. */
import { expect, it } from 'vitest';
import { parseConfig } from '../../server/config.ts';
import { AppError } from '../../server/protocol/errors.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { request, startApp } from '../support/app.ts';
import { sendUpgrade } from '../support/raw-http.ts';
import { webRoot } from '../support/web-root.ts';

it('says method, route, status and duration of each request', async () => {
  const { app, log } = await startApp();
  await request(app, { url: '/healthz?token=hunter2' });
  await request(app, { method: 'POST', url: '/api/sessions/AAAAAAAAAAA/leave' });
  await request(app, { url: '/hunter2' });
  const answered = log
    .map((line) => JSON.parse(line) as Record<string, unknown>) // as: pino writes objects
    .filter(({ msg }) => msg === 'answered');
  expect(answered).toMatchObject([
    { level: 30, req: { method: 'GET', route: '/healthz' }, res: { statusCode: 200 } },
    { req: { method: 'POST', route: '/api/sessions/:id/leave' }, res: { statusCode: 401 } },
    { req: { method: 'GET', route: 'none' }, res: { statusCode: 404 } },
  ]);
  expect(answered[0]).toHaveProperty('durationMs');
  expect(answered.map(({ reqId }) => reqId)).toEqual(['req-1', 'req-2', 'req-3']);
});

it('says why it answers 503, now and then', async () => {
  const store = createMemoryStore(parseConfig({}));
  const { app, log, clock } = await startApp({
    store: {
      ...store,
      ping: async () => {
        const cause = new Error("ERR unknown command 'x', with args beginning with: 'hunter2' 'a'");
        throw new AppError('store_unavailable', { message: 'not connected', cause });
      },
    },
  });
  const warned = () => log.filter((line) => line.includes('"level":40'));
  for (let i = 0; i < 5; i += 1) {
    const { text } = await request(app, { url: '/readyz' });
    expect(text).toContain('The store does not answer: try again.');
    expect(text).not.toContain('not connected');
  }
  expect(warned()).toHaveLength(1);
  expect(warned()[0]).toContain('"reqId":"req-1"');
  expect(warned()[0]).toContain('not connected');
  expect(warned()[0]).toContain('unknown command');
  expect(warned()[0]).not.toContain('hunter2');
  clock.now += 10_000;
  await request(app, { url: '/readyz' });
  expect(warned()).toHaveLength(2);
});

it('says that something could not be parsed, not what', async () => {
  const { app, log } = await startApp();
  for (const text of ['hunter2', 'a longer text in which hunter2 stands somewhere, as JSON']) {
    try {
      JSON.parse(text);
    } catch (cause) {
      app.log.error({ err: new Error('of ours', { cause }) }, 'failed');
    }
  }
  const failed = log.filter((line) => line.includes('"msg":"failed"'));
  expect(failed).toHaveLength(2);
  for (const line of failed) {
    expect(line).toContain('SyntaxError');
    expect(line).toContain('at JSON.parse');
    expect(line).not.toContain('hunter2');
  }
});

// What else is never in it, with a whole product at trace: test/attacks/canaries.ts.
it('holds nothing of an address under a sub-path', async () => {
  const { app, log } = await startApp({
    webRoot: await webRoot(),
    env: { PUBLIC_URL: 'http://secret-host.example/two' },
  });
  const secret = 'AAAAAAAAAAAhunter2';
  for (const url of [
    `/two/c%23${secret}`,
    `/two/c?x=${secret}`,
    `/two/%zz${secret}`,
    `/two/assets/${secret}`,
    `/two/ws/AAAAAAAAAAA?secret=${secret}`,
  ]) {
    await request(app, { url });
    await sendUpgrade(app, url);
  }
  expect(log.length).toBeGreaterThan(9);
  for (const word of ['AAAAAAAAAAA', 'hunter2', 'secret-host']) {
    expect(log.join('\n')).not.toContain(word);
  }
});
