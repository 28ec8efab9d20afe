import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RedisPlace } from '../../server/store/redis-connection.ts';
import { startCluster } from '../support/redis-cluster.ts';
import type { TestCluster } from '../support/redis-cluster.ts';
import { setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';
import { watchKeys } from './redis-keys.ts';
import { RIGHTS, clusterAt, startNode } from './redis-nodes.ts';
import { describeStore } from './store-contract.ts';

let cluster: TestCluster;
let place: RedisPlace;

beforeAll(async () => {
  cluster = await startCluster();
  place = clusterAt(cluster.addresses);
});
afterAll(() => cluster.stop());

/** Every operation is followed by a look at all keys: see redis-keys.ts. */
const make: MakeNodes = async (settings) => {
  await cluster.flush();
  const [store, other] = await Promise.all([
    startNode(place, settings),
    startNode(place, settings),
  ]);
  const serving = await cluster.masters();
  const masters = cluster.admins.filter((_, node) => serving.includes(node));
  return { store: watchKeys(store, masters), other: watchKeys(other, masters) };
};

describeStore('the store in a Redis Cluster', make);

test('a user with no more rights than are needed can do everything', async () => {
  const { admins, addresses } = cluster;
  await Promise.all(
    admins.map((admin) => admin.call('ACL', 'SETUSER', 'app', 'on', '>p@ss', ...RIGHTS)),
  );
  const place = clusterAt(`redis://app:p%40ss@${addresses}`);
  const fixture = await setUp(async (settings) => {
    const store = await startNode(place, settings);
    return { store, other: store };
  });
  const { store, sid, connect, send, unsend, published } = fixture;
  await store.takeTry(sid, 'b', 'here');
  const { lease } = await connect('a');
  await store.renewLease(sid, lease);
  const { cid } = await send('a');
  await unsend('a', [cid]);
  await store.receipt(sid, 'b', { received: 1, read: 1 });
  await store.sharedSecret();
  await vi.waitFor(() => expect(published.map(({ seq }) => seq)).toContain(2));
  await store.leave(sid, 'a', lease.passHash);
  expect(await store.end(sid, 'a', null)).toBe('ended');
  for (const admin of admins) expect(await admin.call('ACL', 'LOG')).toEqual([]);
});
