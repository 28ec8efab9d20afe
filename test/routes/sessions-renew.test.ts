/** Renewing: a new link and code for one of the two, with the pass that it takes. */
import { describe, expect, it } from 'vitest';
import { newCid } from '../../server/protocol/envelope/entry-box.ts';
import { deriveLinkKeys, hashProof } from '../../server/protocol/envelope/keys.ts';
import { toBase64Url } from '../../server/protocol/encoding.ts';
import type { Slot } from '../../server/protocol/frames.ts';
import { newLinkSecret } from '../../server/protocol/link.ts';
import {
  createSession,
  enterAs,
  errorOf,
  landAs,
  openBrowser,
  startApp,
  type Browser,
  type Invitation,
} from '../support/app.ts';

const KEY = 'A'.repeat(96);
const BOX = 'A'.repeat(395);

/** A link that the asker makes, and the body that puts it in force. */
function draw({ sid, path }: Invitation, slot: Slot) {
  const { proof } = deriveLinkKeys(newLinkSecret(sid), sid);
  const body = { slot, proofHash: hashProof(proof), key: KEY, cid: newCid(), box: BOX };
  return { body, link: { sid, path, proof: toBase64Url(proof) } };
}

async function renew(browser: Browser, invitation: Invitation, slot: Slot) {
  const { body, link } = draw(invitation, slot);
  const { status, json } = await browser.send('POST', `${invitation.path}/renew`, body);
  expect(status).toBe(200);
  const { code } = json as { code: string }; // as: checked where it is used
  return { ...link, code, link: '' };
}

const RENEWED = { status: 410, code: 'ended', reason: 'renewed' };

describe('[HT11] renewing', () => {
  it("puts a new link and code in place of the other's", async () => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const [ann, bob, again] = [openBrowser(app), openBrowser(app), openBrowser(app)];
    await enterAs(ann, a);
    await enterAs(bob, b);
    const fresh = await renew(ann, a, 'b');
    expect(fresh.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);

    expect(errorOf(await landAs(openBrowser(app), b))).toEqual(RENEWED);
    expect(errorOf(await enterAs(openBrowser(app), b))).toEqual(RENEWED);
    expect((await bob.send('DELETE', b.path)).status).toBe(401);
    expect(errorOf(await landAs(bob, b))).toEqual(RENEWED);
    expect(bob.cookies.size).toBe(0);
    expect((await landAs(again, fresh)).json).toMatchObject({ slot: 'b', key: KEY, here: null });
    expect(errorOf(await enterAs(again, { ...fresh, code: b.code }))).toMatchObject({
      ...{ status: 401, code: 'wrong_code', triesLeft: 4 },
    });
    expect((await enterAs(again, fresh)).json).toEqual({ slot: 'b' });
    expect((await landAs(ann, a)).json).toMatchObject({ slot: 'a', here: 'a', met: true });
  });

  it("of one's own leaves this browser in, and no other", async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const [phone, laptop] = [openBrowser(app), openBrowser(app)];
    await enterAs(phone, a);
    await enterAs(laptop, a);
    const fresh = await renew(phone, a, 'a');
    expect((await landAs(phone, fresh)).json).toMatchObject({ slot: 'a', here: 'a' });
    expect((await landAs(laptop, fresh)).json).toMatchObject({ slot: 'a', here: null });
    expect(errorOf(await landAs(phone, a))).toEqual(RENEWED);
    // What the old link is told takes no pass away that holds.
    expect((await landAs(phone, fresh)).json).toMatchObject({ here: 'a' });
  });

  it('may be repeated, and then its last code holds', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const ann = openBrowser(app);
    await enterAs(ann, a);
    const { body, link } = draw(a, 'b');
    const ask = async () => {
      const { json } = await ann.send('POST', `${a.path}/renew`, body);
      return { ...link, link: '', ...(json as { code: string }) }; // as: else entering fails
    };
    const [first, last] = [await ask(), await ask()];
    expect((await enterAs(openBrowser(app), first)).status).toBe(401);
    expect((await enterAs(openBrowser(app), last)).status).toBe(200);
    expect(errorOf(await ann.send('POST', `${a.path}/renew`, body))).toEqual({
      ...{ status: 409, code: 'id_taken' },
    });
    expect((await enterAs(openBrowser(app), last)).status).toBe(200);
  });

  it('is told by the old link after the end too, and by no other', async () => {
    const { app } = await startApp();
    const { a, b } = await createSession(app);
    const ann = openBrowser(app);
    await enterAs(ann, a);
    const fresh = await renew(ann, a, 'b');
    await ann.send('DELETE', a.path);
    const anyone = openBrowser(app);
    expect(errorOf(await landAs(anyone, b))).toEqual(RENEWED);
    for (const one of [a, fresh]) {
      expect(errorOf(await landAs(anyone, one))).toMatchObject({ status: 410, reason: 'ended' });
    }
    expect((await landAs(anyone, { ...b, proof: 'B'.repeat(42) + 'A' })).status).toBe(404);
  });

  it('takes a pass of this session', async () => {
    const { app } = await startApp();
    const [one, other] = [await createSession(app), await createSession(app)];
    const browser = openBrowser(app);
    const { body } = draw(one.a, 'a');
    for (const { path } of [one.a, { path: '/api/sessions/AAAAAAAAAAA' }]) {
      expect(errorOf(await browser.send('POST', `${path}/renew`, body))).toEqual({
        ...{ status: 401, code: 'pass_required' },
      });
      await enterAs(browser, other.a);
    }
  });

  it('is refused of a proof that is a link of the session already', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const ann = openBrowser(app);
    await enterAs(ann, a);
    const first = draw(a, 'a');
    await ann.send('POST', `${a.path}/renew`, first.body);
    const again = { ...draw(a, 'b').body, proofHash: first.body.proofHash };
    expect(errorOf(await ann.send('POST', `${a.path}/renew`, again))).toEqual({
      ...{ status: 409, code: 'id_taken' },
    });
  });

  it.each([
    [{ slot: 'c' }, 'slot'],
    [{ proofHash: 'x' }, 'proofHash'],
    [{ key: 'A'.repeat(95) }, 'key'],
    [{ cid: 'A'.repeat(23) }, 'cid'],
    [{ box: 'x' }, 'box'],
    [{ box: undefined }, 'box'],
    [{ box: 'A'.repeat(30_000) }, 'box'],
    [{ code: '7K3M-Q9TX' }, 'code'],
  ])('refuses %j', async (change, field) => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const browser = openBrowser(app);
    await enterAs(browser, a);
    const body = { ...draw(a, 'b').body, ...change };
    const answer = await browser.send('POST', `${a.path}/renew`, body);
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'bad_request', field });
    expect((await landAs(browser, a)).status).toBe(200);
  });

  it('is refused where the log is not the one it was sealed for, and tried again later', async () => {
    const { app } = await startApp();
    const { a } = await createSession(app);
    const ann = openBrowser(app);
    await enterAs(ann, a);
    const body = { ...draw(a, 'b').body, after: { seq: 1, sum: 'A'.repeat(11) } };
    expect(errorOf(await ann.send('POST', `${a.path}/renew`, body))).toMatchObject({
      ...{ status: 503, code: 'store_unavailable' },
    });
  });
});
