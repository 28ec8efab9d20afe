import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RedisPlace } from '../../server/store/redis-place.ts';
import { startCluster } from '../support/redis-cluster.ts';
import type { TestCluster } from '../support/redis-cluster.ts';
import { random, type MakeNodes } from './fixture.ts';
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

/** Two of them are certain to fall into it. */
const LOOKS_MS = 4_500;

test('who begins to listen while the nodes are looked at is not told of a loss', async () => {
  const store = await startNode(place, {});
  let interruptions = 0;
  const listener = { published() {}, interrupted: () => (interruptions += 1) };
  for (const over = performance.now() + LOOKS_MS; performance.now() < over;) {
    const fifty = Array.from({ length: 50 }, () => store.subscribe(random(8), listener));
    for (const leave of await Promise.all(fifty)) leave();
  }
  expect(interruptions).toBe(0);
  await store.close();
});

test('a user with no more rights than are needed can do everything', () =>
  expectRightsToSuffice(cluster.admins, clusterAt(`redis://app:p%40ss@${cluster.addresses}`)));
