/**
 * A short trouble between a node and Redis must not reach those who are connected to the node.
 */
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { createRedisStore } from '../../server/store/redis-store.ts';
import { listenApp } from '../support/listening-app.ts';
import { connectRaw, metRawSession, type RawClient } from '../support/raw-client.ts';
import { startRedis } from '../support/redis.ts';

const send = () => ({
  type: 'send',
  cid: randomBytes(16).toString('base64url'),
  box: randomBytes(296).toString('base64url'),
});

/** Sends until it is stored: what fails meanwhile is refused, and may be sent again. */
async function sendUntilStored(client: RawClient, frame = send()): Promise<void> {
  for (;;) {
    client.send(frame);
    const answer = await client.next('entry', 'entries', 'nack');
    if (answer.type !== 'nack') return;
  }
}

it('[LG3] all connections to Redis cut: sockets stay, and messages go on', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const admin = new Redis(redis.url);
  onTestFinished(() => admin.disconnect());
  const stores: { close: () => Promise<void> }[] = [];
  const { base } = await listenApp({
    store: (options) => {
      const store = createRedisStore({ place: { kind: 'single', url: redis.url }, options });
      stores.push(store);
      return store;
    },
  });
  onTestFinished(() => Promise.all(stores.map((store) => store.close())).then(() => {}));
  const { session, a, b } = await connectBoth(base);

  for (let round = 0; round < 5; round++) {
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await sendUntilStored(a);
  }
  b.send({ type: 'ping' });
  await b.next('pong');
  const { welcome } = await connectRaw(base, session.sid, session.a);
  expect(welcome.head).toBe(5);
  const seen = () =>
    b.all.flatMap((frame) =>
      frame.type === 'entry'
        ? [frame.seq]
        : frame.type === 'entries'
          ? frame.list.map(({ seq }) => seq)
          : [],
    );
  await expect.poll(seen, { timeout: 10_000 }).toEqual([1, 2, 3, 4, 5]);
});

async function connectBoth(base: string) {
  // The node is up before its connections to Redis are.
  const session = await eventually(() => metRawSession(base));
  const { client: a } = await eventually(() => connectRaw(base, session.sid, session.a));
  const { client: b } = await eventually(() => connectRaw(base, session.sid, session.b));
  return { session, a, b };
}

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
