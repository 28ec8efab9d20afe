import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RedisPlace } from '../../server/store/redis-connection.ts';
import { startSentinels } from '../support/redis-sentinels.ts';
import type { TestSentinels } from '../support/redis-sentinels.ts';
import { setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';
import { watchKeys } from './redis-keys.ts';
import { RIGHTS, sentinelsAt, startNode } from './redis-nodes.ts';
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

test('a user with no more rights than are needed can do everything', async () => {
  const { admins, addresses, name } = sentinels;
  await Promise.all(
    admins.map((admin) => admin.call('ACL', 'SETUSER', 'app', 'on', '>p@ss', ...RIGHTS)),
  );
  const place = sentinelsAt({ addresses, name: `redis://app:p%40ss@${name}` });
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
