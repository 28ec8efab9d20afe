/** What a store behind sentinels promises while its master dies, lags, or is replaced alive. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectToMaster, leave } from '../../server/store/redis-connection.ts';
import { startSentinels } from '../support/redis-sentinels.ts';
import type { TestSentinels } from '../support/redis-sentinels.ts';
import { newCid, setUp } from './fixture.ts';
import {
  failsWithin,
  isReplicated,
  sendUntilStored,
  sentinelsAt,
  startNode,
} from './redis-nodes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let sentinels: TestSentinels;

beforeAll(async () => {
  sentinels = await startSentinels();
});
afterAll(() => sentinels.stop());

async function setUpSession() {
  const fixture = await setUp(async (settings) => {
    const store = await startNode(sentinelsAt(sentinels), settings);
    return { store, other: store };
  });
  let count = 0;
  const counting = { published: () => {}, interrupted: () => void count++ };
  await fixture.store.subscribe(fixture.sid, counting);
  const master = await sentinels.master();
  const replica = master === 0 ? 1 : 0;
  return { ...fixture, master, replica, interruptions: () => count } as const;
}

describe('the master', () => {
  test('dies: all goes on at its replica within seconds, and everyone is told', async () => {
    const fixture = await setUpSession();
    const { store, sid, master, replica, send, log, published, interruptions } = fixture;
    const { cid: first } = await send('a');
    await isReplicated(sentinels.admins[master], sentinels.admins[replica]);
    await sentinels.kill(master);
    onTestFinished(() => revive(master));
    await failsWithin(2_000, store.find(sid));

    const second = newCid();
    await sendUntilStored(fixture, second);
    await vi.waitFor(() => expect(interruptions()).toBeGreaterThan(0), { timeout: 20_000 });
    const { cid: third, seq } = await send('a');
    await vi.waitFor(() => expect(published.at(-1)?.seq).toBe(seq));
    expect((await log()).map(({ cid }) => cid)).toEqual([first, second, third]);
  });

  test('dies with what its replica had not got: whoever has seen that is told', async () => {
    const { store, sid, master, replica, connect, send, append } = await setUpSession();
    const { lease } = await connect('a');
    const kept = await send('a');
    await isReplicated(sentinels.admins[master], sentinels.admins[replica]);
    sentinels.nodes[replica].freeze();
    await sentinels.admins[master].call('CLIENT', 'KILL', 'TYPE', 'replica');
    const lost = await send('a');
    await sentinels.kill(master);
    onTestFinished(() => revive(master));
    sentinels.nodes[replica].thaw();
    await sentinels.failedOver(master);

    await vi.waitFor(() => store.find(sid), { timeout: 20_000 });
    expect(await append('a', { seen: lost })).toMatchObject({ result: 'diverged' });
    const again = await store.connect(sid, lease, lost);
    expect(again).toMatchObject({ reset: true, head: { seq: kept.seq, sum: kept.sum } });
  });

  test('is replaced while it lives: nothing more is written to it', async () => {
    const fixture = await setUpSession();
    const { sid, master, replica, send, published, interruptions } = fixture;
    const { cid: first } = await send('a');
    await isReplicated(sentinels.admins[master], sentinels.admins[replica]);
    await sentinels.swap();

    const key = `duologue:{${sid}}:log`;
    const second = newCid();
    await vi.waitFor(
      async () => {
        await sendUntilStored(fixture, second);
        const entries = await sentinels.admins[replica].lrange(key, 0, -1);
        expect(entries.map((json) => cidOf(json))).toEqual([first, second]);
      },
      // At worst until the old one is made a replica: a sentinel may be late to hear of the swap.
      { timeout: 30_000 },
    );
    await vi.waitFor(() => expect(interruptions()).toBeGreaterThan(0), { timeout: 30_000 });
    const { seq } = await send('a');
    await vi.waitFor(() => expect(published.at(-1)?.seq).toBe(seq));
  });
});

test('a failover heard of just while it asks for the master does not end a connection', async () => {
  const place = sentinelsAt(sentinels);
  if (place.kind !== 'sentinels') throw new Error('no sentinels');
  const client = connectToMaster(place.sentinels, place.master);
  onTestFinished(() => leave(client));
  const isReady = () => vi.waitFor(() => expect(client.status).toBe('ready'), { timeout: 10_000 });
  await isReady();
  for (let round = 0; round < 3; round++) {
    client.disconnect(true);
    await once(client, 'connecting');
    // What ioredis does when a sentinel says +switch-master.
    const { connector } = client as unknown as { connector: { disconnect: () => void } }; // as: private
    connector.disconnect();
    await isReady();
  }
});

async function revive(node: 0 | 1): Promise<void> {
  await sentinels.start(node);
  await sentinels.healed();
}

function cidOf(json: string): unknown {
  return (JSON.parse(json) as { cid: unknown }).cid; // as: an entry of our own
}
