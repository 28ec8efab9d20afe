import { afterAll, beforeAll, test } from 'vitest';
import type { RedisPlace } from '../../server/store/redis-connection.ts';
import { startCluster } from '../support/redis-cluster.ts';
import type { TestCluster } from '../support/redis-cluster.ts';
import type { MakeNodes } from './fixture.ts';
import { watchKeys } from './redis-keys.ts';
import { clusterAt, expectRightsToSuffice, startNode } from './redis-nodes.ts';
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

test('a user with no more rights than are needed can do everything', () =>
  expectRightsToSuffice(cluster.admins, clusterAt(`redis://app:p%40ss@${cluster.addresses}`)));
