/** What is in the log at its most talkative, after everything that can be done: no secret. */
import { expect, it } from 'vitest';
import { parseConfig } from '../../server/config.ts';
import { AppError } from '../../server/protocol/errors.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { createSession, enterAs, landAs, openBrowser, request, startApp } from '../support/app.ts';
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
  expect(warned()[0]).toContain('not connected');
  expect(warned()[0]).toContain('unknown command');
  expect(warned()[0]).not.toContain('hunter2');
  clock.now += 10_000;
  await request(app, { url: '/readyz' });
  expect(warned()).toHaveLength(2);
});

it('holds no sid, proof, code, name, pass, fragment, query, host or address', async () => {
  const { app, log } = await startApp({
    webRoot: await webRoot(),
    env: { PUBLIC_URL: 'http://secret-host.example/two', ALLOWED_ORIGINS: 'http://chat.example' },
  });
  const address = '198.51.100.77';
  const { a, b } = await createSession(app, { names: ['Rumpelstiltskin', 'Hildegunst'] });
  const [ann, bob] = [openBrowser(app, { address }), openBrowser(app, { address })];
  await landAs(ann, a);
  await enterAs(ann, a);
  await enterAs(bob, { ...b, code: '0000-0000' });
  await enterAs(bob, { ...b, code: 'hunter2' });
  await enterAs(ann, b);
  await enterAs(bob, b);
  const passes = [...ann.cookies.values(), ...bob.cookies.values()];
  const fragment = a.link.split('#')[1]!;
  for (const url of [
    `/c%23${fragment}`,
    `/two/c%23${fragment}`,
    `/c?x=${fragment}`,
    `/%zz${fragment}`,
    `/${fragment}`,
    `/assets/${fragment}`,
    `/ws/${a.sid}?secret=hunter2`,
    `/two/ws/${a.sid}`,
  ]) {
    await request(app, { url, remoteAddress: address });
    await sendUpgrade(app, url);
  }
  await request(app, {
    method: 'POST',
    url: '/api/sessions',
    payload: `{"names":["hunter2"`,
    headers: { 'content-type': 'application/json', authorization: 'hunter2' },
  });
  await ann.send('POST', `${a.path}/leave`);
  await bob.send('DELETE', b.path, { box: 'B'.repeat(395) });
  await landAs(ann, a);

  const all = log.join('\n');
  expect(log.length).toBeGreaterThan(20);
  const secrets = [a.sid, a.proof, b.proof, a.code, b.code, fragment, address, ...passes];
  const others = ['Rumpelstiltskin', 'Hildegunst', 'hunter2', 'secret-host', '0000', 'BBBB'];
  for (const secret of [...secrets, ...others, a.code.replace('-', ''), 'duologue-']) {
    expect(all).not.toContain(secret);
  }
});
