import { afterAll, beforeAll, test } from 'vitest';
import type { RedisPlace } from '../../server/store/redis-place.ts';
import { startSentinels } from '../support/redis-sentinels.ts';
import type { TestSentinels } from '../support/redis-sentinels.ts';
import type { MakeNodes } from './fixture.ts';
import { watchKeys } from './redis-keys.ts';
import { expectRightsToSuffice, sentinelsAt, startNode } from './redis-nodes.ts';
import { describeStore } from './store-contract.ts';

let sentinels: TestSentinels;
let place: RedisPlace;

beforeAll(async () => {
  sentinels = await startSentinels();
  place = sentinelsAt(sentinels);
});
afterAll(() => sentinels.stop());

/** Every operation is followed by a look at all keys: see redis-keys.ts. */
const make: MakeNodes = async (settings) => {
  await sentinels.flush();
  const [store, other] = await Promise.all([
    startNode(place, settings),
    startNode(place, settings),
  ]);
  const master = sentinels.admins.slice(0, 1);
  return { store: watchKeys(store, master), other: watchKeys(other, master) };
};

describeStore('the store in a Redis that sentinels watch', make);

test('a user with no more rights than are needed can do everything', () => {
  const { admins, addresses, name } = sentinels;
  const place = sentinelsAt({ addresses, name: `redis://app:p%40ss@${name}` });
  return expectRightsToSuffice(admins, place);
});
