/**
 * What a node does while its store is in trouble, seen from outside: asked over HTTP and by
 * people who are connected.
 */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { connectRaw, metRawSession, postJson, type RawClient } from './raw-client.ts';
import { startServer, type Server } from './server-process.ts';

/** A refusal comes within this, whatever the store does. */
const NACK_WITHIN_MS = 2_000;
/** A machine that was busy elsewhere is given another chance; a node that is slow is slow thrice. */
const TRIES = 3;
const WITHIN = { timeout: 20_000, interval: 50 };

export interface People {
  a: RawClient;
  b: RawClient;
}

/** A node with a chat in which both are connected and one message was sent. */
export async function startWithPeople(
  env: Record<string, string>,
): Promise<{ server: Server; people: People }> {
  const server = await startServer({ LOG_LEVEL: 'warn', RATE_CREATE: '1000/1m', ...env });
  onTestFinished(() => void server.kill());
  await isReady(server);
  const { sid, ...who } = await metRawSession(server.base);
  const [{ client: a }, { client: b }] = await Promise.all([
    connectRaw(server.base, sid, who.a),
    connectRaw(server.base, sid, who.b),
  ]);
  const people = { a, b };
  onTestFinished(async () => {
    await Promise.all([a.close(), b.close()]);
  });
  await expectDelivered(people);
  return { server, people };
}

export function newSend(boxBytes = 296) {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url');
  return { type: 'send', cid: random(16), box: random(boxBytes) };
}

/** One message is stored and reaches both; asked again as a client does. */
export async function expectDelivered({ a, b }: People, frame = newSend()): Promise<void> {
  for (;;) {
    a.send(frame);
    const answer = await a.next('entry', 'entries', 'nack');
    if (answer.type !== 'nack') break;
  }
  const got = () =>
    b.all.flatMap((one) => (one.type === 'entry' ? [one] : one.type === 'entries' ? one.list : []));
  await expect.poll(() => got().map(({ cid }) => cid), WITHIN).toContain(frame.cid);
}

export async function isReady({ base }: Server): Promise<void> {
  await expect.poll(() => statusOf(base), WITHIN).toBe(200);
}

export async function isNotReady({ base }: Server): Promise<void> {
  await expect.poll(() => statusOf(base), WITHIN).toBe(503);
}

async function statusOf(base: string): Promise<number> {
  const response = await fetch(`${base}/readyz`);
  const body: unknown = await response.json();
  if (response.status === 503) expect(body).toMatchObject(UNAVAILABLE);
  return response.status;
}

const UNAVAILABLE = { error: { code: 'store_unavailable' } };

/** Creating is refused as JSON that a client understands, and the process is alive. */
export async function expectNoCreation({ base }: Server): Promise<void> {
  const { status, body } = await postJson(base, '/api/sessions', { names: ['Ann', 'Bob'] });
  expect({ status, body }).toMatchObject({ status: 503, body: UNAVAILABLE });
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
}

export async function expectCreation({ base }: Server): Promise<void> {
  const create = () => postJson(base, '/api/sessions', { names: ['Ann', 'Bob'] });
  await expect.poll(async () => (await create()).status, WITHIN).toBe(201);
}

/** A send is refused in time; returns the frame, to be sent again. */
export async function expectRefusedSend({ a }: People) {
  const frame = newSend();
  let quickestMs = Infinity;
  for (let attempt = 0; attempt < TRIES && quickestMs > NACK_WITHIN_MS; attempt++) {
    const started = performance.now();
    a.send(frame);
    const { cid, error } = await a.next('nack');
    expect({ cid, error }).toEqual({ cid: frame.cid, error: 'store_unavailable' });
    quickestMs = Math.min(quickestMs, performance.now() - started);
  }
  expect(quickestMs).toBeLessThanOrEqual(NACK_WITHIN_MS);
  return frame;
}
