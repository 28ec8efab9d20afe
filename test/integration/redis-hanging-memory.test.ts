/** Memory of a node whose Redis hangs while two hundred connections go on sending. */
import { setTimeout as pass } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { connectRaw, metRawSession, type RawClient } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';
import { residentMiB } from '../support/resident.ts';
import { startServer } from '../support/server-process.ts';
import { isReady, newSend } from '../support/store-trouble.ts';

const SESSIONS = 25;
const AT_ONCE = 5;
/** Of each participant: as many as a participant may have. */
const CONNECTIONS = 4;
const SEND_EVERY_MS = 20;
/**
 * So many refusals in, the process is as large as this traffic makes it: by what it holds, and by
 * the garbage between two collections, which differs from one Node to the next. Whatever comes
 * after, some 800 MiB of boxes, may not make it much larger.
 */
const WARM_REFUSALS = 20_000;
const REFUSALS = 70_000;
const MAY_GROW_MIB = 100;
/** 64 are enough; were each connection's sends bounded by number alone, they would not fit. */
const HEAP_MIB = 96;
const BOX_BYTES = 16 * 1024;
/** More than this waits in the sender: a client that writes on grows itself, not the node. */
const UNSENT_BYTES = 256 * 1024;

it('stays bounded, and every connection lives on', { timeout: 300_000 }, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const server = await startServer({
    ...{ REDIS_URL: redis.url, LOG_LEVEL: 'warn', RATE_SEND: 'off' },
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    ...{ MAX_CONNECTIONS_PER_IP: '1000', MAX_SESSION_BYTES: '1GiB' },
  });
  onTestFinished(() => void server.kill());
  await isReady(server);
  const clients = await connectAll(server.base);
  onTestFinished(() => clients.forEach(({ socket }) => socket.terminate()));

  redis.freeze();
  const nextSend = createSends();
  const sending = setInterval(() => {
    for (const client of clients) {
      if (client.socket.bufferedAmount <= UNSENT_BYTES) client.send(nextSend());
    }
  }, SEND_EVERY_MS);
  const refused = () => clients.reduce((sum, client) => sum + refusalsOf(client), 0);
  const mostUntil = async (refusals: number) => {
    let most = 0;
    while (refused() < refusals) {
      await pass(100);
      most = Math.max(most, await residentMiB(server.pid));
    }
    return most;
  };
  const warm = await mostUntil(WARM_REFUSALS);
  const most = await mostUntil(REFUSALS);
  clearInterval(sending);
  redis.thaw();
  await isReady(server);
  process.stdout.write(`while Redis hung: ${warm} MiB, then ${most} MiB at most\n`);
  expect(most - warm).toBeLessThan(MAY_GROW_MIB);
  expect(clients.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true);
  expect(Math.min(...clients.map(refusalsOf))).toBeGreaterThan(0);
});

const refusalsOf = ({ all }: RawClient) => all.filter(({ type }) => type === 'nack').length;

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
