/** Passes: what they say, that nothing else says it, and what their cookies look like. */
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  createPasses,
  hasPassCookie,
  newPass,
  type CookieChange,
  type CookieJar,
} from '../../server/sessions/passes.ts';
import { createSession, enterAs, landAs, openBrowser, startApp } from '../support/app.ts';

const [OLD, NEW] = ['o'.repeat(32), 'n'.repeat(32)];
const SID = 'AAAAAAAAAAA';

const jar = (cookies: Record<string, string> = {}, secure = false): CookieJar => ({
  cookies: new Map(Object.entries(cookies).map(([name, value]) => [name, [value]])),
  secure,
});

function apply(cookies: Record<string, string>, changes: readonly CookieChange[]) {
  const changed = new Map(Object.entries(cookies));
  for (const { name, value } of changes) {
    if (value === null) changed.delete(name);
    else changed.set(name, value);
  }
  return Object.fromEntries(changed);
}

async function issued(secrets: readonly string[], secure = false) {
  const passes = createPasses(secrets, () => 1);
  const { id, passHash } = newPass();
  const changes = await passes.issue(jar({}, secure), { sid: SID, slot: 'b', id });
  return { passes, passHash, cookies: apply({}, changes) };
}

describe('reading', () => {
  it('gives back slot and hash, and nothing of it can be read in the cookie', async () => {
    const { passes, passHash, cookies } = await issued([NEW]);
    expect(await passes.read(jar(cookies), SID)).toEqual([{ slot: 'b', passHash }]);
    expect(cookies[`duologue-${SID}`]).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(Buffer.from(cookies[`duologue-${SID}`]!, 'base64url').toString()).not.toContain('slot');
  });

  it('is another pass each time', () => {
    expect(newPass()).not.toEqual(newPass());
  });

  it('holds with an older secret, and no longer when that is gone', async () => {
    const { passHash, cookies } = await issued([OLD]);
    const rotated = createPasses([NEW, OLD], () => 1);
    expect(await rotated.read(jar(cookies), SID)).toEqual([{ slot: 'b', passHash }]);
    expect(await createPasses([NEW], () => 1).read(jar(cookies), SID)).toEqual([]);
    const { cookies: fresh } = await issued([NEW, OLD]);
    expect(await createPasses([NEW], () => 1).read(jar(fresh), SID)).toHaveLength(1);
  });

  it('refuses every change of a character', async () => {
    const { passes, cookies } = await issued([NEW]);
    const value = cookies[`duologue-${SID}`]!;
    for (let at = 0; at < value.length; at += 1) {
      const flipped = value.slice(0, at) + (value[at] === 'A' ? 'Q' : 'A') + value.slice(at + 1);
      expect(await passes.read(jar({ [`duologue-${SID}`]: flipped }), SID), flipped).toEqual([]);
    }
  });

  it.each(['', 'x', '....', '..', 'a'.repeat(4000), 'null', '%00'])('refuses %j', async (value) => {
    const { passes } = await issued([NEW]);
    expect(await passes.read(jar({ [`duologue-${SID}`]: value }), SID)).toEqual([]);
  });

  it('refuses the pass of another session, and the name of the other scheme', async () => {
    const { passes, cookies } = await issued([NEW]);
    const value = cookies[`duologue-${SID}`]!;
    expect(await passes.read(jar({ 'duologue-BBBBBBBBBBA': value }), 'BBBBBBBBBBA')).toEqual([]);
    expect(await passes.read(jar(cookies, true), SID)).toEqual([]);
    const secure = await issued([NEW], true);
    expect(Object.keys(secure.cookies)).toEqual([`__Host-duologue-${SID}`]);
    expect(await secure.passes.read(jar(secure.cookies, true), SID)).toHaveLength(1);
    expect(await secure.passes.read(jar(secure.cookies, false), SID)).toEqual([]);
  });

  it('takes all of one name, and keeps the right one beside a stranger', async () => {
    const { passes, passHash, cookies } = await issued([NEW]);
    const right = cookies[`duologue-${SID}`]!;
    const mixed = { cookies: new Map([[`duologue-${SID}`, ['x', right, 'y']]]), secure: false };
    expect(await passes.read(mixed, SID)).toEqual([{ slot: 'b', passHash }]);
    const other = { sid: 'BBBBBBBBBBA', slot: 'a' as const, id: newPass().id };
    expect(await passes.issue(mixed, other)).toHaveLength(1);
  });

  it('refuses what another algorithm made', async () => {
    const { passes } = await issued([NEW]);
    const payload = new TextEncoder().encode(
      JSON.stringify({ sid: SID, slot: 'a', id: 'x', at: 1 }),
    );
    const value = await new CompactEncrypt(payload)
      .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM' })
      .encrypt(new TextEncoder().encode(NEW));
    expect(await passes.read(jar({ [`duologue-${SID}`]: value }), SID)).toEqual([]);
  });
});

describe('issuing', () => {
  it('keeps no more than 20, the newest, and drops what cannot be read', async () => {
    let now = 0;
    const passes = createPasses([NEW], () => ++now);
    const sidOf = (index: number) => `${String(index).padStart(10, 'x')}A`;
    let cookies: Record<string, string> = { 'duologue-forged': 'x', other: 'stays' };
    for (let index = 0; index < 25; index += 1) {
      const pass = { sid: sidOf(index), slot: 'a' as const, id: newPass().id };
      cookies = apply(cookies, await passes.issue(jar(cookies), pass));
    }
    expect(Object.keys(cookies).toSorted()).toEqual(
      ['other', ...Array.from({ length: 20 }, (_, i) => `duologue-${sidOf(i + 5)}`)].toSorted(),
    );
  });

  it('replaces the one of the same session', async () => {
    const { passes, cookies } = await issued([NEW]);
    const { id, passHash } = newPass();
    const changes = await passes.issue(jar(cookies), { sid: SID, slot: 'a', id });
    expect(changes).toHaveLength(1);
    expect(await passes.read(jar(apply(cookies, changes)), SID)).toEqual([{ slot: 'a', passHash }]);
  });
});

it('knows a pass cookie by its name alone', () => {
  expect(hasPassCookie('a=b; duologue-AAAAAAAAAAA=x')).toBe(true);
  expect(hasPassCookie('__Host-duologue-AAAAAAAAAAA=x')).toBe(true);
  expect(hasPassCookie('x=duologue-1; yduologue-=2')).toBe(false);
  expect(hasPassCookie(undefined)).toBe(false);
});

describe('the cookie', () => {
  const enter = async (env: Record<string, string>, options = {}) => {
    const { app } = await startApp({ env });
    const { a } = await createSession(app);
    const browser = openBrowser(app, options);
    const { setCookies } = await enterAs(browser, a);
    return { a, setCookies };
  };

  it('on plain http', async () => {
    const { a, setCookies } = await enter({});
    expect(setCookies).toEqual([
      expect.stringMatching(
        new RegExp(`^duologue-${a.sid}=[\\w.-]+; Path=/; HttpOnly; SameSite=Strict$`),
      ),
    ]);
  });

  it.each([
    ['PUBLIC_URL', { PUBLIC_URL: 'https://chat.example/two' }, { origin: 'https://chat.example' }],
    [
      'a trusted proxy',
      { TRUST_PROXY: '203.0.113.7' },
      { origin: 'https://chat.example', headers: { 'x-forwarded-proto': 'https' } },
    ],
  ])('on https, by %s', async (_how, env, options) => {
    const { a, setCookies } = await enter(env, options);
    expect(setCookies).toEqual([
      expect.stringMatching(
        new RegExp(
          `^__Host-duologue-${a.sid}=[\\w.-]+; Path=/; HttpOnly; Secure; SameSite=Strict$`,
        ),
      ),
    ]);
  });

  it('is removed with the attributes it was set with', async () => {
    const { app } = await startApp({ env: { PUBLIC_URL: 'https://chat.example' } });
    const { a } = await createSession(app);
    const browser = openBrowser(app, { origin: 'https://chat.example' });
    await enterAs(browser, a);
    const { setCookies } = await browser.send('POST', `${a.path}/leave`);
    expect(setCookies).toEqual([
      `__Host-duologue-${a.sid}=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Strict`,
    ]);
  });

  it('survives a restart with a newer secret in front', async () => {
    const first = await startApp({ env: { COOKIE_SECRET: OLD } });
    const { a } = await createSession(first.app);
    const before = openBrowser(first.app);
    await enterAs(before, a);
    for (const [secret, here] of [
      [`${NEW},${OLD}`, 'a'],
      [NEW, null],
    ]) {
      const second = await startApp({ store: first.store, env: { COOKIE_SECRET: secret! } });
      const after = openBrowser(second.app);
      for (const [name, value] of before.cookies) after.cookies.set(name, value);
      expect((await landAs(after, a)).json).toMatchObject({ here });
    }
  });

  it('is cut to twenty by entering a twenty-first session', async () => {
    const { app, clock } = await startApp();
    const browser = openBrowser(app);
    let first = '';
    for (let index = 0; index < 21; index += 1) {
      const { a } = await createSession(app);
      first ||= a.sid;
      clock.now += 1;
      await enterAs(browser, a);
    }
    expect(browser.cookies.size).toBe(20);
    expect(browser.cookies.has(`duologue-${first}`)).toBe(false);
  });
});
