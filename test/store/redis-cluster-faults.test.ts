/** What a store on a Redis Cluster promises while masters die, hang, lag, and slots move. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Store } from '../../server/store/store.ts';
import { startCluster } from '../support/redis-cluster.ts';
import type { TestCluster } from '../support/redis-cluster.ts';
import { newCid, newSession, random, setUp, wholeLog } from './fixture.ts';
import type { Fixture } from './fixture.ts';
import {
  clusterAt,
  failsWithin,
  isReady,
  isReplicated,
  PROBES,
  sendUntilStored,
  startNode,
} from './redis-nodes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let cluster: TestCluster;

beforeAll(async () => {
  // Long enough that no master is taken for dead only because the machine is busy.
  cluster = await startCluster(['--cluster-node-timeout', '3000']);
});
afterAll(() => cluster.stop());

interface OnCluster extends Fixture {
  /** The node that served the session at first. */
  master: number;
  /** How often subscribers of the session were told that something may be missing. */
  interruptions: () => number;
}

/** A session on a cluster that is whole, and is mended after the test. */
async function setUpCluster(): Promise<OnCluster> {
  onTestFinished(() => cluster.revive());
  const fixture = await setUp(async (settings) => {
    const store = await startNode(clusterAt(cluster.addresses), settings);
    return { store, other: store };
  });
  const master = await cluster.masterOf(fixture.sid);
  const interruptions = await countInterruptions(fixture.store, fixture.sid);
  return { ...fixture, master, interruptions };
}

/** A master and its replica. */
async function pairOf(master: number) {
  return [cluster.admins[master], cluster.admins[await cluster.replicaOf(master)]] as const;
}

async function countInterruptions(store: Store, sid: string): Promise<() => number> {
  let count = 0;
  await store.subscribe(sid, { published: () => {}, interrupted: () => count++ });
  return () => count;
}

/** A session that another master serves. */
async function createElsewhere({ master, store }: OnCluster): Promise<string> {
  for (;;) {
    const session = newSession();
    if ((await cluster.masterOf(session.sid)) === master) continue;
    await store.create(session);
    return session.sid;
  }
}

/** Asks for it again and again until stopped; it must answer every single time, or it fails. */
function neverStops(store: Store, sid: string): () => Promise<void> {
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) {
      expect(await store.find(sid)).toMatchObject({ state: 'live' });
    }
  })();
  asking.catch(() => {});
  return () => {
    over.abort();
    return asking;
  };
}

describe('a master', () => {
  test('dies: its sessions go on at its replica, the others never notice', async () => {
    const fixture = await setUpCluster();
    const { store, master, send, log, published, interruptions } = fixture;
    const elsewhere = await createElsewhere(fixture);
    const interruptedElsewhere = await countInterruptions(store, elsewhere);
    const stop = neverStops(store, elsewhere);
    const { cid: first } = await send('a');
    await isReplicated(...(await pairOf(master)));
    await cluster.kill(master);
    await failsWithin(2_000, store.find(fixture.sid));
    await store.ping();

    const second = newCid();
    await sendUntilStored(fixture, second);
    await vi.waitFor(() => expect(interruptions()).toBeGreaterThan(0), { timeout: 20_000 });
    const { cid: third, seq } = await send('a');
    await vi.waitFor(() => expect(published.at(-1)?.seq).toBe(seq));
    expect((await log()).map(({ cid }) => cid)).toEqual([first, second, third]);
    await stop();
    expect(interruptedElsewhere()).toBe(0);
  });

  test('dies with what its replica had not got: whoever has seen that is told', async () => {
    const fixture = await setUpCluster();
    const { store, sid, master, connect, send, append } = fixture;
    const { lease } = await connect('a');
    const kept = await send('a');
    const admin = cluster.admins[master];
    const replica = await cluster.replicaOf(master);
    await isReplicated(admin, cluster.admins[replica]);
    cluster.nodes[replica]?.freeze();
    await admin?.call('CLIENT', 'KILL', 'TYPE', 'replica');
    const lost = await send('a');
    await cluster.kill(master);
    cluster.nodes[replica]?.thaw();
    await cluster.failedOver(master);

    await vi.waitFor(() => store.find(sid), { timeout: 10_000 });
    expect(await append('a', { seen: lost })).toMatchObject({ result: 'diverged' });
    expect(await store.readLog(sid, lost)).toEqual({ result: 'diverged' });
    const again = await store.connect(sid, lease, lost);
    expect(again).toMatchObject({ reset: true, head: { seq: kept.seq, sum: kept.sum } });
    expect(await store.connect(sid, lease, kept)).toMatchObject({ reset: false });
  });

  test('hangs and is replaced: what failed there is never carried out later', async () => {
    const fixture = await setUpCluster();
    const { store, sid, master, send, append, unsend, log } = fixture;
    const elsewhere = await createElsewhere(fixture);
    const stop = neverStops(store, elsewhere);
    const { cid: first } = await send('a');
    await isReplicated(...(await pairOf(master)));
    cluster.nodes[master]?.freeze();
    await Promise.all([
      failsWithin(2_000, append('a')),
      failsWithin(2_000, store.find(sid)),
      failsWithin(2_000, unsend('a', [first])),
    ]);
    const second = newCid();
    await sendUntilStored(fixture, second);
    await stop();
    cluster.nodes[master]?.thaw();
    await cluster.healed();
    expect((await log()).map(({ cid }) => cid)).toEqual([first, second]);
  });
});

test('a lost reply runs nothing twice', async () => {
  const fixture = await setUpCluster();
  const { master, append, log } = fixture;
  const cids = Array.from({ length: 20 }, () => random(16));
  for (const cid of cids) {
    const sent = append('a', { cid }).catch(() => {});
    await cluster.admins[master]?.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await sent;
    await sendUntilStored(fixture, cid);
  }
  expect((await log()).map(({ cid }) => cid)).toEqual(cids);
});

describe('a slot that moves', () => {
  test('half on its way: what is asked fails in time; then all is there', async () => {
    const fixture = await setUpCluster();
    const { store, sid, append, send, log, published, interruptions } = fixture;
    const { cid: first } = await send('a');
    const move = await cluster.beginMove(sid, await otherMaster(fixture));
    await move.takeKey(`duologue:{${sid}}:log`);
    await failsWithin(2_000, append('a'));
    const second = newCid();
    const waiting = sendUntilStored(fixture, second);
    await move.finish();
    // Once: what was refused has not run.
    expect(await waiting).toBe('stored');
    expect(await store.find(sid)).toMatchObject({ state: 'live' });
    expect((await log()).map(({ cid }) => cid)).toEqual([first, second]);

    await vi.waitFor(() => expect(interruptions()).toBeGreaterThan(0));
    const { seq } = await send('a');
    await vi.waitFor(() => expect(published.at(-1)?.seq).toBe(seq));
  });

  test('there and back, while people write: nothing is lost or doubled, all is heard', async () => {
    const fixture = await setUpCluster();
    const { store, sid, master, append, send, published } = fixture;
    const cids: string[] = [];
    const over = new AbortController();
    const writing = (async () => {
      while (!over.signal.aborted) {
        const cid = newCid();
        cids.push(cid);
        await sendUntilStored({ append }, cid);
      }
    })();
    const target = await otherMaster(fixture);
    for (const to of [target, master, target, master]) {
      await (await cluster.beginMove(sid, to)).finish();
    }
    over.abort();
    await writing;
    expect((await wholeLog(store, sid)).map(({ cid }) => cid)).toEqual(cids);
    const { seq } = await send('a');
    await vi.waitFor(() => expect(published.at(-1)?.seq).toBe(seq), { timeout: 20_000 });
  });

  test('to a master that was not there before', async () => {
    const fixture = await setUpCluster();
    const { master } = fixture;
    const replica = await cluster.replicaOf(master);
    await cluster.admins[replica]?.call('CLUSTER', 'FAILOVER');
    await cluster.failedOver(master);
    await sendUntilStored(fixture, newCid());
    await isReady(fixture.store, PROBES);
  });
});

test('ready is a process that reaches most masters', async () => {
  const { store, master } = await setUpCluster();
  const [other = 0] = (await cluster.masters()).filter((node) => node !== master);
  await cluster.kill(master);
  await store.ping();
  await cluster.kill(other);
  await vi.waitFor(() => expect(store.ping()).rejects.toBeDefined());
  await failsWithin(2_000, store.ping());
});

test('a cluster that serves nothing because a part of it is missing is not ready', async () => {
  const { store, master } = await setUpCluster();
  const cover = async (all: 'yes' | 'no', gone: readonly number[]) => {
    for (const [node, admin] of cluster.admins.entries()) {
      if (!gone.includes(node)) await admin.config('SET', 'cluster-require-full-coverage', all);
    }
  };
  await cover('yes', []);
  const shard = [await cluster.replicaOf(master), master];
  for (const node of shard) await cluster.kill(node);
  await vi.waitFor(() => expect(store.ping()).rejects.toMatchObject(DOWN), { timeout: 20_000 });
  await cover('no', shard);
  await vi.waitFor(() => store.ping(), { timeout: 20_000 });
});

const DOWN = {
  code: 'store_unavailable',
  cause: { cause: { message: expect.stringContaining('CLUSTERDOWN') as unknown } },
};

async function otherMaster({ master }: OnCluster): Promise<number> {
  const [other = 0] = (await cluster.masters()).filter((node) => node !== master);
  return other;
}
