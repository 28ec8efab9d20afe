/**
 * Landing and entering: what each answers, every way to be refused, and that nobody learns from
 * it which sessions there are. Long because every refusal has its case.
 */
import { describe, expect, it } from 'vitest';
import { toBase64Url } from '../../server/protocol/encoding.ts';
import { parseConfig } from '../../server/config.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import { createHasher } from '../../server/sessions/hasher.ts';
import {
  createSession,
  enterAs,
  errorOf,
  landAs,
  openBrowser,
  startApp,
  wrongCode,
  type Answer,
} from '../support/app.ts';
import { anyString, matching } from '../support/matchers.ts';

const NOBODY = { sid: 'AAAAAAAAAAA', path: '/api/sessions/AAAAAAAAAAA' };
const WRONG_PROOF = toBase64Url(new Uint8Array(32).fill(9));

/** All of an answer that a caller can tell apart. */
function visible({ status, headers, text }: Answer) {
  const { date: _, ...others } = headers;
  return { status, headers: others, text };
}

describe('landing', () => {
  it('tells what the link leads to, and changes nothing', async () => {
    const { app, clock } = await startApp();
    const { a, b } = await createSession(app);
    clock.now += 1_000;
    const answer = await landAs(openBrowser(app), b);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      slot: 'b',
      key: matching(/^[\w-]{96}$/),
      names: [matching(/^[\w-]{395}$/), matching(/^[\w-]{395}$/)],
      here: null,
      met: false,
      triesLeft: 5,
      retryInMs: 0,
      expiresInMs: 86_399_000,
    });
    expect(answer.setCookies).toEqual([]);
    expect((await landAs(openBrowser(app), a)).json).toMatchObject({ slot: 'a', triesLeft: 5 });
    const again = await landAs(openBrowser(app), b);
    expect(again.json).toEqual(answer.json);
  });

  it('tells as whom this browser is here, by either link, and when both have met', async () => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const [ann, bob] = [openBrowser(app), openBrowser(app)];
    await enterAs(ann, a);
    expect((await landAs(ann, a)).json).toMatchObject({ slot: 'a', here: 'a', met: false });
    expect((await landAs(ann, b)).json).toMatchObject({ slot: 'b', here: 'a', met: false });
    expect((await landAs(bob, b)).json).toMatchObject({ slot: 'b', here: null, met: false });
    await enterAs(bob, b);
    expect((await landAs(bob, b)).json).toMatchObject({ here: 'b', met: true });
  });

  it.each([
    ['/api/sessions/short/landing', { proof: WRONG_PROOF }, 'id'],
    ['/api/sessions/AAAAAAAAAAB/landing', { proof: WRONG_PROOF }, 'id'],
    [`${NOBODY.path}/landing`, { proof: 'x' }, 'proof'],
    [`${NOBODY.path}/landing`, {}, 'proof'],
    [`${NOBODY.path}/landing`, { proof: WRONG_PROOF, code: '' }, 'code'],
    [`${NOBODY.path}/enter`, { proof: WRONG_PROOF }, 'code'],
    [`${NOBODY.path}/enter`, { proof: WRONG_PROOF, code: 7 }, 'code'],
    [`${NOBODY.path}/enter`, { proof: WRONG_PROOF, code: '1234567' }, 'code'],
    [`${NOBODY.path}/enter`, { proof: WRONG_PROOF, code: 'UUUUUUUU' }, 'code'],
  ])('%s with %j is a bad request', async (path, body, field) => {
    const { app } = await startApp();
    const answer = await openBrowser(app).send('POST', path, body);
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'bad_request', field });
  });
});

describe('a session that is not there, or not for you', () => {
  it('answers a wrong proof the same whether it lives, has ended, or never was', async () => {
    const { app } = await startApp();
    const { a: living } = await createSession(app);
    const { a: ended } = await createSession(app);
    const ender = openBrowser(app);
    await enterAs(ender, ended);
    await ender.send('DELETE', ended.path);
    for (const call of ['landing', 'enter']) {
      const body = { proof: WRONG_PROOF, ...(call === 'enter' ? { code: living.code } : {}) };
      const answers = [];
      for (const { path } of [NOBODY, living, ended]) {
        answers.push(visible(await openBrowser(app).send('POST', `${path}/${call}`, body)));
      }
      expect(answers[0]).toMatchObject({ status: 404 });
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
  });

  it('answers a missing or forged pass the same', async () => {
    const { app } = await startApp();
    const { a: living } = await createSession(app);
    const { a: ended } = await createSession(app);
    const ender = openBrowser(app);
    await enterAs(ender, ended);
    await ender.send('DELETE', ended.path);
    for (const [method, suffix] of [
      ['POST', '/leave'],
      ['DELETE', ''],
    ] as const) {
      const answers = [];
      for (const { path } of [NOBODY, living, ended]) {
        answers.push(visible(await openBrowser(app).send(method, path + suffix)));
      }
      expect(answers[0]).toMatchObject({ status: 401 });
      expect(answers[0]!.text).toContain('pass_required');
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
  });

  it('takes no try without the right proof', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    for (let i = 0; i < 10; i += 1) {
      await browser.send('POST', `${a.path}/enter`, { proof: WRONG_PROOF, code: a.code });
    }
    expect((await landAs(browser, a)).json).toMatchObject({ triesLeft: 5 });
  });

  it.each(['silence', 'link', 'ended'])(
    'tells the reason %s to whoever has a link',
    async (reason) => {
      const { app, clock } = await startApp({ env: { IDLE_TTL: '10m' } });
      const { a, b } = await createSession(app);
      const [ann, bob] = [openBrowser(app), openBrowser(app)];
      await enterAs(ann, a);
      if (reason !== 'link') await enterAs(bob, b);
      if (reason === 'ended') await ann.send('DELETE', a.path);
      clock.now += reason === 'link' ? 86_400_000 : 600_000;
      const told = {
        status: 410,
        code: 'ended',
        reason,
        idleMs: 600_000,
        ...(reason === 'ended' ? { by: 'a' } : {}),
      };
      expect(errorOf(await landAs(bob, b))).toEqual(told);
      expect(errorOf(await enterAs(openBrowser(app), a))).toEqual(told);
      clock.now += 3_600_000;
      expect(errorOf(await landAs(bob, b))).toEqual({ status: 404, code: 'not_found' });
    },
  );

  it('keeps a good pass when a damaged link is opened', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const ann = openBrowser(app);
    await enterAs(ann, a);
    const damaged = await ann.send('POST', `${a.path}/landing`, { proof: WRONG_PROOF });
    expect(errorOf(damaged)).toEqual({ status: 404, code: 'not_found' });
    expect(ann.cookies.size).toBe(1);
  });

  it('clears the pass that is of no more use', async () => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const [ann, bob] = [openBrowser(app), openBrowser(app)];
    await enterAs(ann, a);
    await enterAs(bob, b);
    await ann.send('DELETE', a.path);
    expect(ann.cookies.size).toBe(0);
    expect(bob.cookies.size).toBe(1);
    expect((await landAs(bob, b)).status).toBe(410);
    expect(bob.cookies.size).toBe(0);

    const stale = openBrowser(app);
    stale.cookies.set('duologue-AAAAAAAAAAA', 'left over');
    await stale.send('POST', `${NOBODY.path}/landing`, { proof: WRONG_PROOF });
    expect(stale.cookies.size).toBe(0);
  });
});

describe('entering', () => {
  it.each([
    ['as shown', (code: string) => code],
    ['in lower case, with spaces', (code: string) => ` ${code.toLowerCase().replace('-', ' ')} `],
    ['with look-alikes', (code: string) => code.replaceAll('0', 'o').replaceAll('1', 'l')],
  ])('takes the code %s', async (_how, type) => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    const answer = await enterAs(browser, { ...a, code: type(a.code) });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ slot: 'a' });
    expect([...browser.cookies.keys()]).toEqual([`duologue-${a.sid}`]);
  });

  it('needs no code again in the same browser, and keeps the pass', async () => {
    const { app, store } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    await enterAs(browser, a);
    const again = await enterAs(browser, { ...a, code: wrongCode(a.code) });
    expect(again).toMatchObject({ status: 200, json: { slot: 'a' }, setCookies: [] });
    expect(await store.find(a.sid)).toMatchObject({
      session: { participants: { a: { passes: [anyString] } } },
    });
  });

  it('pressed twice at once is a success for both', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    const answers = await Promise.all([enterAs(browser, a), enterAs(browser, a)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await landAs(browser, a)).json).toMatchObject({ here: 'a' });
  });

  it('is refused as the other participant, until the browser leaves', async () => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const browser = openBrowser(app);
    await enterAs(browser, a);
    expect(errorOf(await enterAs(browser, b))).toEqual({ status: 409, code: 'other_participant' });
    expect((await landAs(browser, b)).json).toMatchObject({ here: 'a' });
    expect((await browser.send('POST', `${a.path}/leave`)).status).toBe(204);
    expect((await enterAs(browser, b)).json).toEqual({ slot: 'b' });
    expect((await landAs(browser, a)).json).toMatchObject({ here: 'b' });
  });

  it("does not take the other participant's code", async () => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const answer = await enterAs(openBrowser(app), { ...a, code: b.code });
    expect(errorOf(answer)).toEqual({
      status: 401,
      code: 'wrong_code',
      triesLeft: 4,
      retryInMs: 0,
    });
  });
});

describe('tries', () => {
  it('fall with each wrong code; the sixth waits, longer each time; then one', async () => {
    const { app, clock } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    const wrong = { ...a, code: wrongCode(a.code) };
    for (const triesLeft of [4, 3, 2, 1]) {
      expect(errorOf(await enterAs(browser, wrong))).toEqual({
        status: 401,
        code: 'wrong_code',
        triesLeft,
        retryInMs: 0,
      });
    }
    expect(errorOf(await enterAs(browser, wrong))).toEqual({
      status: 401,
      code: 'wrong_code',
      triesLeft: 0,
      retryInMs: 60_000,
    });
    clock.now += 1_000;
    const sixth = await enterAs(browser, a);
    expect(errorOf(sixth)).toEqual({ status: 429, code: 'too_many_tries', retryInMs: 59_000 });
    expect(sixth.headers['retry-after']).toBe('59');
    expect((await landAs(browser, a)).json).toMatchObject({ triesLeft: 0, retryInMs: 59_000 });
    clock.now += 59_000;
    expect(errorOf(await enterAs(browser, wrong))).toMatchObject({ retryInMs: 300_000 });
    clock.now += 300_000;
    expect((await enterAs(browser, a)).status).toBe(200);
    expect((await landAs(openBrowser(app), a)).json).toMatchObject({ triesLeft: 5, retryInMs: 0 });
  });

  it('are counted for each address and each participant apart; one inside is not locked out', async () => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const inside = openBrowser(app, { address: '198.51.100.1' });
    await enterAs(inside, a);
    const stranger = openBrowser(app, { address: '198.51.100.1' });
    for (let i = 0; i < 5; i += 1) await enterAs(stranger, { ...a, code: wrongCode(a.code) });
    expect((await enterAs(stranger, a)).status).toBe(429);
    expect((await landAs(inside, a)).json).toMatchObject({ here: 'a' });
    expect((await enterAs(inside, a)).status).toBe(200);
    expect((await enterAs(openBrowser(app, { address: '198.51.100.2' }), a)).status).toBe(200);
    expect((await enterAs(openBrowser(app, { address: '198.51.100.1' }), b)).status).toBe(200);
  });

  it('are one budget for a /64, and for IPv4 however it is written', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const wrong = { ...a, code: wrongCode(a.code) };
    for (let i = 1; i <= 5; i += 1) {
      await enterAs(openBrowser(app, { address: `2001:db8:1:2::${i}` }), wrong);
      await enterAs(openBrowser(app, { address: '192.0.2.1' }), wrong);
    }
    for (const [address, status] of [
      ['2001:db8:1:2:ffff::9', 429],
      ['::ffff:192.0.2.1', 429],
      ['2001:db8:1:3::1', 200],
    ] as const) {
      expect((await enterAs(openBrowser(app, { address }), a)).status).toBe(status);
    }
  });

  it('cost nothing for what is no code', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    for (const code of ['', '1234', '123456789', 'ÄÄÄÄ-ÄÄÄÄ', 'U'.repeat(8), 'x'.repeat(20_000)]) {
      expect(errorOf(await enterAs(browser, { ...a, code }))).toEqual({
        status: 400,
        code: 'bad_request',
        field: 'code',
        problem: 'malformed',
      });
    }
    expect((await landAs(browser, a)).json).toMatchObject({ triesLeft: 5 });
  });

  it('that failed are told to both at 5, 20 and 100', async () => {
    const store = createMemoryStore(parseConfig({}));
    const told: unknown[] = [];
    const { app } = await startApp({
      store: {
        ...store,
        async announceTries(...args) {
          told.push(args);
          await store.announceTries(...args);
        },
      },
    });
    const { a } = await createSession(app);
    for (let i = 0; i < 101; i += 1) {
      const browser = openBrowser(app, { address: `10.0.${i >> 2}.1` });
      expect((await enterAs(browser, { ...a, code: wrongCode(a.code) })).status).toBe(401);
    }
    expect(told).toEqual([5, 20, 100].map((count) => [a.sid, 'a', count]));
  });

  it('asked all at once are no more than five', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => enterAs(browser, { ...a, code: wrongCode(a.code) })),
    );
    const counts = answers.map(({ status }) => status);
    expect(counts.filter((status) => status === 401)).toHaveLength(5);
    expect(counts.filter((status) => status === 429)).toHaveLength(35);
  });

  it('are not taken when there is no time to check', async () => {
    const hasher = createHasher(4);
    const { app } = await startApp({ hasher });
    const { a } = await createSession(app);
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const held = Array.from({ length: 64 }, () => hasher.withPlace(() => released));
    const answer = await enterAs(openBrowser(app), a);
    expect(errorOf(answer)).toEqual({ status: 503, code: 'busy' });
    release();
    await Promise.all(held);
    expect((await landAs(openBrowser(app), a)).json).toMatchObject({ triesLeft: 5 });
    expect((await enterAs(openBrowser(app), a)).status).toBe(200);
    await hasher.close();
  });
});

describe('what happens meanwhile', () => {
  const startWith = async (
    change: (store: ReturnType<typeof createMemoryStore>) => object,
  ): ReturnType<typeof startApp> => {
    const store = createMemoryStore(parseConfig({}));
    return startApp({ store: { ...store, ...change(store) } });
  };

  it('an end between the try and the pass is told as such', async () => {
    const { app } = await startWith((store) => ({
      enter: async (sid: string) => {
        await store.end(sid, 'b', null);
        return 'gone';
      },
    }));
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    expect(errorOf(await enterAs(browser, a))).toMatchObject({ status: 410, by: 'b' });
    expect(browser.cookies.size).toBe(0);
  });

  it('a renewed code is to be tried again', async () => {
    const { app } = await startWith(() => ({ enter: async () => 'changed' }));
    const { a } = await createSession(app);
    expect(errorOf(await enterAs(openBrowser(app), a))).toEqual({ status: 503, code: 'busy' });
  });
});
