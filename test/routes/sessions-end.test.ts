/** Leaving and ending, each with the pass that it takes. */
import { describe, expect, it } from 'vitest';
import { createSession, enterAs, errorOf, landAs, openBrowser, startApp } from '../support/app.ts';

describe('leaving', () => {
  it("revokes this browser's pass only, and clears it", async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const [phone, laptop] = [openBrowser(app), openBrowser(app)];
    await enterAs(phone, a);
    await enterAs(laptop, a);
    const stolen = new Map(phone.cookies);
    const answer = await phone.send('POST', `${a.path}/leave`);
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(phone.cookies.size).toBe(0);
    expect((await landAs(laptop, a)).json).toMatchObject({ here: 'a' });

    for (const [name, value] of stolen) phone.cookies.set(name, value);
    expect((await landAs(phone, a)).json).toMatchObject({ here: null });
    expect(errorOf(await phone.send('DELETE', a.path))).toEqual({
      status: 401,
      code: 'pass_required',
    });
  });

  it('may be repeated, also when the session is gone', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    await enterAs(browser, a);
    const pass = new Map(browser.cookies);
    const other = openBrowser(app);
    await enterAs(other, a);
    for (const during of ['living', 'left', 'ended']) {
      if (during === 'ended') await other.send('DELETE', a.path);
      for (const [name, value] of pass) browser.cookies.set(name, value);
      const answer = await browser.send('POST', `${a.path}/leave`);
      expect(answer.status, during).toBe(204);
      expect(browser.cookies.size).toBe(0);
    }
  });

  it('takes a pass', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const answer = await openBrowser(app).send('POST', `${a.path}/leave`);
    expect(errorOf(answer)).toEqual({ status: 401, code: 'pass_required' });
  });
});

describe('ending', () => {
  const BOX = 'A'.repeat(395);

  it.each([
    ['without a body', undefined, {}],
    ['with an empty one', {}, {}],
    ['with a box', { box: BOX }, { box: BOX }],
  ])('%s is told to both', async (_how, body, told) => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const bob = openBrowser(app);
    await enterAs(bob, b);
    expect((await bob.send('DELETE', b.path, body)).status).toBe(204);
    for (const one of [a, b]) {
      expect(errorOf(await landAs(openBrowser(app), one))).toEqual({
        status: 410,
        code: 'ended',
        reason: 'ended',
        by: 'b',
        idleMs: 1_800_000,
        ...told,
      });
    }
  });

  it.each([
    [{ box: 'x' }, 'box'],
    [{ box: `${'A'.repeat(395)}=` }, 'box'],
    [{ box: 'A'.repeat(30_000) }, 'box'],
    [{ box: 7 }, 'box'],
    [{ reason: 'x' }, 'reason'],
  ])('refuses %j', async (body, field) => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    await enterAs(browser, a);
    const answer = await browser.send('DELETE', a.path, body);
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'bad_request', field });
    expect((await landAs(browser, a)).status).toBe(200);
  });

  it("takes a pass of this session, and not another's", async () => {
    const { app } = await startApp();
    const [one, other] = [await createSession(app), await createSession(app)];
    const browser = openBrowser(app);
    await enterAs(browser, one.a);
    expect((await browser.send('DELETE', other.a.path)).status).toBe(401);
    const [pass = ''] = browser.cookies.values();
    browser.cookies.set(`duologue-${other.a.sid}`, pass);
    expect((await browser.send('DELETE', other.a.path)).status).toBe(401);
    expect((await landAs(browser, other.a)).json).toMatchObject({ here: null });
  });
});
