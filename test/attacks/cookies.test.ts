/**
 * Cookie tossing: another host of the same domain can put cookies of any name beside ours, before
 * or behind them. Over a real server, with Cookie headers as browsers then send them.
 */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { invitationsOf } from '../support/app.ts';
import { anyNumber } from '../support/matchers.ts';
import { askRaw, UPGRADE, type RawAnswer } from '../support/raw-http.ts';
import {
  metRawSession,
  createRawSession,
  RawClient,
  type RawParticipant,
  type RawSession,
} from '../support/raw-client.ts';
import { startServer, type Server } from '../support/server-process.ts';

// Many requests each: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let server: Server;
let session: RawSession;
/** Of somebody's own session on the same server. */
let foreign: RawSession;

beforeAll(async () => {
  server = await startServer();
  session = await metRawSession(server.base);
  foreign = await metRawSession(server.base);
  return () => server.kill();
});

function post(path: string, cookie: string, body?: object): Promise<RawAnswer> {
  return askRaw(server.port, {
    method: 'POST',
    path: `/api/sessions/${path}`,
    headers: { origin: server.base, cookie, 'content-type': 'application/json' },
    body: body === undefined ? '' : JSON.stringify(body),
  });
}

async function here({ proof }: RawParticipant, cookie: string): Promise<unknown> {
  const { body } = await post(`${session.sid}/landing`, cookie, { proof });
  return (JSON.parse(body) as { here: unknown }).here; // as: the answer to a landing
}

/** As whom a socket opens, if it does; `meant` as the page says it. */
async function upgraded(cookie: string, meant = ''): Promise<unknown> {
  const client = new RawClient(server.base, `${session.sid}${meant}`, cookie);
  const status = await client.opened();
  if (status !== 101) return status;
  client.send({ type: 'hello', v: 1, after: null });
  const { slot } = await client.next('welcome');
  await client.close();
  return slot;
}

const value = ({ cookie }: RawParticipant) => cookie.split('=')[1] ?? '';
const named = (what: string) => `duologue-${session.sid}=${what}`;
const sealed = () => value(foreign.a);

describe('a tossed cookie of the same name', () => {
  it.each([
    ['nothing', () => ''],
    ['junk', () => 'x'],
    ['what looks like a pass', () => `${'A'.repeat(30)}..${'A'.repeat(16)}.AAAA.${'A'.repeat(22)}`],
    ['a pass of another session', sealed],
    ['half of the right one', () => value(session.a).slice(0, 80)],
    ['the right one with more behind it', () => `${value(session.a)}A`],
    ['4,000 characters', () => 'A'.repeat(4_000)],
  ])(
    'with %s in it gets nobody in, and puts the right one out on neither side',
    async (_, toss) => {
      const tossed = named(toss());
      expect(await here(session.a, tossed)).toBeNull();
      expect(await upgraded(tossed)).toBe(401);
      const right = session.a.cookie;
      for (const cookie of [
        `${tossed}; ${right}`,
        `${right}; ${tossed}`,
        `${tossed}; ${right}; ${tossed}`,
      ]) {
        expect(await here(session.a, cookie)).toBe('a');
        expect(await here(session.b, cookie)).toBe('a');
        expect(await upgraded(cookie)).toBe('a');
        const entered = await post(`${session.sid}/enter`, cookie, {
          proof: session.a.proof,
          code: '0000-0000',
        });
        expect([entered.status, entered.headers['set-cookie']]).toEqual([200, undefined]);
      }
    },
  );

  it("with the other participant's own pass makes nobody that one beside the right pass", async () => {
    const [a, b] = [session.a.cookie, session.b.cookie];
    for (const cookie of [`${a}; ${b}`, `${b}; ${a}`]) {
      expect(await here(session.a, cookie)).toBe('a');
      expect(await upgraded(cookie, '?slot=a')).toBe('a');
      const { status } = await post(`${session.sid}/enter`, cookie, {
        proof: session.a.proof,
        code: '0000-0000',
      });
      expect(status).toBe(200);
    }
    // The word alone makes nobody another.
    expect(await upgraded(a, '?slot=b')).toBe('a');
    expect(await upgraded(a, '?slot=b&slot=a')).toBe('a');
  });

  it('is not what leaving leaves behind: the right pass is revoked whichever stands first', async () => {
    for (const first of [true, false]) {
      const { sid, a } = await metRawSession(server.base);
      const tossed = `duologue-${sid}=x`;
      const cookie = first ? `${tossed}; ${a.cookie}` : `${a.cookie}; ${tossed}`;
      expect((await post(`${sid}/leave`, cookie)).status).toBe(204);
      expect(await new RawClient(server.base, sid, a.cookie).opened()).toBe(401);
    }
  });

  it('takes no other chat from a browser that enters one more', async () => {
    const next = await createRawSession(server.base);
    const { status, headers } = await post(
      `${next.sid}/enter`,
      `${named('x')}; ${session.a.cookie}; ${named('y')}`,
      { proof: next.a.proof, code: next.a.code },
    );
    expect(status).toBe(200);
    expect(headers['set-cookie']).toMatch(new RegExp(`^duologue-${next.sid}=[^\\n]+$`));
  });
});

describe('sixty tossed cookies', () => {
  it.each([
    [
      'of one name, before the right one',
      () => [...Array.from({ length: 60 }, () => named('x')), session.a.cookie],
    ],
    [
      'of one name, behind it',
      () => [session.a.cookie, ...Array.from({ length: 60 }, () => named('x'))],
    ],
    [
      'that are passes elsewhere, under its name',
      () => [...Array.from({ length: 60 }, () => named(sealed())), session.a.cookie],
    ],
    [
      'of other names',
      () => [
        ...Array.from({ length: 60 }, (_, i) => `tossed-${i}=${'x'.repeat(80)}`),
        session.a.cookie,
      ],
    ],
    [
      'of names like ours',
      () => [
        ...Array.from({ length: 60 }, (_, i) => `duologue-${String(i).padStart(10, '0')}A=x`),
        session.a.cookie,
      ],
    ],
  ])('%s put nobody out', async (_, cookies) => {
    const cookie = cookies().join('; ');
    expect(cookie.length).toBeLessThan(16 * 1024);
    expect(await here(session.a, cookie)).toBe('a');
    expect(await upgraded(cookie)).toBe('a');
  });

  it('that no server could read are refused as too much, and the process stays', async () => {
    const cookie = Array.from({ length: 60 }, () => named('x'.repeat(4_000))).join('; ');
    const { status } = await askRaw(server.port, { path: '/healthz', headers: { cookie } });
    // 0: it was cut off before it could read the answer.
    expect([431, 0]).toContain(status);
    expect(await here(session.a, session.a.cookie)).toBe('a');
  });
});

it('on https a cookie without the prefix that only this very host can set says nothing', async () => {
  const secure = await startServer({ PUBLIC_URL: 'https://chat.example' });
  const headers = { origin: 'https://chat.example', 'content-type': 'application/json' };
  const send = (path: string, body: object, cookie = '') =>
    askRaw(secure.port, {
      method: 'POST',
      path: `/api/sessions${path}`,
      headers: { ...headers, ...(cookie === '' ? {} : { cookie }) },
      body: JSON.stringify(body),
    });
  const made = await send('', { names: ['Ann', 'Bob'] });
  const { a, b } = invitationsOf(JSON.parse(made.body));
  const { sid } = a;
  const entered = async ({ proof, code }: { proof: string; code: string }) => {
    const { headers } = await send(`/${sid}/enter`, { proof, code });
    return headers['set-cookie']?.split(';')[0] ?? '';
  };
  const [own, others] = [await entered(a), await entered(b)];
  expect(own).toMatch(/^__Host-duologue-/);
  const tossed = others.replace('__Host-', '');
  for (const [cookie, expected] of [
    [tossed, null],
    [`${tossed}; ${own}`, 'a'],
    [`${own}; ${tossed}`, 'a'],
    [tossed.replace('duologue', '__host-duologue'), null],
    [tossed.replace('duologue', ' __Secure-duologue'), null],
  ] as const) {
    const { body } = await send(`/${sid}/landing`, { proof: a.proof }, cookie);
    expect(JSON.parse(body)).toMatchObject({ here: expected, expiresInMs: anyNumber });
    if (expected !== null) continue;
    const upgrade = await askRaw(secure.port, {
      path: `/ws/${sid}`,
      headers: { ...UPGRADE, origin: headers.origin, cookie },
    });
    expect(upgrade.status).toBe(401);
  }
  await secure.stop();
});
