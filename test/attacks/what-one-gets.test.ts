/**
 * An id of a peer that is the other's cookie: nothing that one participant is ever sent is of use as
 * the other's pass, cookie, code, proof or device. All of it is written down, then tried.
 */
import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { normaliseCode } from '../../server/protocol/code.ts';
import { wrongCode } from '../support/app.ts';
import {
  createRawSession,
  enterRaw,
  postJson,
  RawClient,
  type Answer,
  type RawParticipant,
} from '../support/raw-client.ts';
import { vapidEnv } from '../support/push-service.ts';
import { startServer } from '../support/server-process.ts';

const random = (bytes: number) => randomBytes(bytes).toString('base64url');

/** Every text in it, however deep, and the pieces that separators make of it. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string')
    return [value, ...value.split(/[^\w-]+/), ...value.split(/[;,= ]+/)];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}

it('nothing b is sent is of use as a', { timeout: 120_000 }, async () => {
  const env = { TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'warn', ...vapidEnv() };
  const server = await startServer(env);
  onTestFinished(() => void server.kill());
  const { base } = server;
  const { sid, a, b } = await createRawSession(base);
  const given: string[] = [];
  const note = ({ headers, body }: Answer) => {
    given.push(
      ...[...headers].flatMap(([name, value]) => [name, ...textsIn(value)]),
      ...textsIn(body),
    );
  };
  let addresses = 0;
  const post = (path: string, body: unknown, cookie = '') =>
    postJson(base, `/api/sessions/${sid}/${path}`, body, {
      'x-forwarded-for': `10.0.${++addresses >> 8}.${addresses & 255}`,
      ...(cookie === '' ? {} : { cookie }),
    });
  const connect = async (
    { cookie }: RawParticipant,
    device: string,
    after: object | null = null,
  ) => {
    const client = new RawClient(base, sid, cookie);
    expect(await client.opened()).toBe(101);
    client.send({ type: 'hello', v: 1, after, device });
    await client.next('welcome');
    return client;
  };

  // A whole life, in which a does everything while b is there, away and back.
  note(await post('landing', { proof: b.proof }));
  note(await post('enter', { proof: b.proof, code: wrongCode(b.code) }));
  await enterRaw(base, sid, a);
  await enterRaw(base, sid, b);
  note(await post('enter', { proof: b.proof, code: b.code }, b.cookie));
  note(await post('landing', { proof: b.proof }, b.cookie));
  const endpoint = `https://web.push.apple.com/${random(30)}`;
  for (const [method, status] of [
    ['PUT', 204],
    ['DELETE', 401],
  ] as const) {
    const pushed = await fetch(`${base}/api/sessions/${sid}/push`, {
      method,
      headers: {
        ...{ origin: base, 'content-type': 'application/json' },
        cookie: method === 'PUT' ? a.cookie : b.cookie,
      },
      body: JSON.stringify({ slot: 'a', endpoint }),
    });
    expect(pushed.status).toBe(status);
  }
  const device = random(16);
  const ann = await connect(a, device);
  const bob = await connect(b, random(16));
  const said = { type: 'send', cid: random(16), box: random(296) };
  ann.send(said);
  const { seq, sum } = await bob.next('entry');
  ann.send({ type: 'typing', on: true });
  await bob.next('typing');
  ann.send({ type: 'receipt', received: 1, read: 1 });
  await bob.next('receipt');
  for (let count = 0; count < 5; count += 1) {
    await postJson(base, `/api/sessions/${sid}/enter`, { proof: a.proof, code: wrongCode(a.code) });
  }
  await bob.next('notice');
  ann.send({ type: 'unsend', of: [said.cid], cid: random(16), box: random(296) });
  await bob.next('entry');
  await ann.close();
  await bob.next('peer');
  const again = await connect(a, device);
  await bob.next('peer');
  const back = await connect(b, random(16), { seq, sum });
  await back.next('entries');
  const whole = await connect(b, random(16));
  await whole.next('entries');
  for (const { all } of [bob, back, whole]) given.push(...textsIn(all));

  const tried = [...new Set(given)].filter((text) => text !== '' && !/[^\x21-\x7e]/.test(text));
  expect(tried.length).toBeGreaterThan(100);
  const secrets = [a.cookie.split('=')[1], a.code, normaliseCode(a.code), a.proof, a.link, device];
  secrets.push(endpoint, ...textsIn(endpoint).filter((text) => text.length > 20));
  for (const secret of secrets) expect(tried).not.toContain(secret);

  for (const text of tried) {
    const cookie = `duologue-${sid}=${text}`;
    if (cookie !== b.cookie) expect(await new RawClient(base, sid, cookie).opened()).toBe(401);
    const landed = await post('landing', { proof: text });
    expect([400, 404]).toContain(landed.status);
    const entered = await post('enter', { proof: a.proof, code: text });
    expect([400, 401]).toContain(entered.status);
    if (!/^[\w-]{21}[AQgw]$/.test(text)) continue;
    // As a's device, or as what a said: nothing of a's goes away.
    const thief = new RawClient(base, sid, b.cookie);
    expect(await thief.opened()).toBe(101);
    thief.send({ type: 'hello', v: 1, after: null, device: text });
    await thief.next('welcome');
    await thief.close();
  }
  again.send({ type: 'ping' });
  await again.next('pong');
});
