/** Memory of a node whose Redis hangs while two hundred connections go on sending. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as pass } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { connectRaw, metRawSession, type RawClient } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { startServer } from '../support/server-process.ts';
import { isReady, newSend } from '../support/store-trouble.ts';

const SESSIONS = 25;
const AT_ONCE = 5;
/** Of each participant: as many as a participant may have. */
const CONNECTIONS = 4;
const HANGS_MS = 7_000;
const SEND_EVERY_MS = 20;
const BOX_BYTES = 16 * 1024;
/** More than this waits in the sender: a client that writes on grows itself, not the node. */
const UNSENT_BYTES = 256 * 1024;
/** What was sent is several hundred; the rest is what a busy process leaves to its next collection. */
const MAY_GROW_MIB = 200;

it('stays bounded, and every connection lives on', { timeout: 90_000 }, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const server = await startServer({
    ...{ REDIS_URL: redis.url, LOG_LEVEL: 'warn', RATE_SEND: 'off' },
    ...{ MAX_CONNECTIONS_PER_IP: '1000', MAX_SESSION_BYTES: '1GiB' },
  });
  onTestFinished(() => void server.kill());
  await isReady(server);
  const clients = await connectAll(server.base);
  onTestFinished(() => clients.forEach(({ socket }) => socket.terminate()));

  const before = await residentMiB(server.pid);
  redis.freeze();
  const nextSend = createSends();
  let offered = 0;
  const sending = setInterval(() => {
    for (const client of clients) {
      if (client.socket.bufferedAmount > UNSENT_BYTES) continue;
      client.send(nextSend());
      offered += 1;
    }
  }, SEND_EVERY_MS);
  let most = before;
  const until = performance.now() + HANGS_MS;
  while (performance.now() < until) {
    await pass(250);
    most = Math.max(most, await residentMiB(server.pid));
  }
  clearInterval(sending);
  redis.thaw();
  await isReady(server);
  const grown = Math.round(most - before);
  const shown = `${offered} sends on ${clients.length} connections: ${before} → ${most} MiB`;
  process.stdout.write(`while Redis hung, ${shown}\n`);
  expect(grown).toBeLessThan(MAY_GROW_MIB);
  expect(clients.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true);
  const nacked = clients.filter(({ all }) => all.some(({ type }) => type === 'nack'));
  expect(nacked.length).toBe(clients.length);
});

async function connectAll(base: string): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < SESSIONS * CONNECTIONS * 2) {
    // Codes are made a few at a time.
    const sessions = await Promise.all(Array.from({ length: AT_ONCE }, () => connectSession(base)));
    clients.push(...sessions.flat());
  }
  return clients;
}

async function connectSession(base: string): Promise<RawClient[]> {
  const { sid, a, b } = await metRawSession(base);
  const everyone = Array.from({ length: CONNECTIONS }, () => [a, b]).flat();
  const connected = await Promise.all(everyone.map((who) => connectRaw(base, sid, who)));
  return connected.map(({ client }) => client);
}

/** Each under a cid of its own; made once, so that the sender is quicker than the node. */
function createSends(): () => string {
  const { box } = newSend(BOX_BYTES);
  return () => JSON.stringify({ ...newSend(1), box });
}

async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Math.round(Number(stdout) / 1024);
}
