/** Where a participant is told of messages while away: what is kept, and when it is time to tell. */
import { expect, test, vi } from 'vitest';
import type { Slot } from '../../server/protocol/frames.ts';
import { MAX_ENDPOINTS_PER_PARTICIPANT } from '../../server/protocol/limits.ts';
import { newBox, newCid, newHash, newSum, random, setUp } from './fixture.ts';
import type { Fixture, MakeNodes, Settings } from './fixture.ts';

/** A busy machine takes its time. */
const WITHIN = { timeout: 5_000, interval: 20 };
const newEndpoint = () => `https://push.example/${random(100)}`;

/** Both have entered, b wants to be told; the pause between two times is as good as none. */
async function setUpAway(make: MakeNodes, settings: Settings = { pushPauseMs: 1 }) {
  const fixture = await setUp(make, settings);
  const passes = await fixture.meet();
  const endpoint = newEndpoint();
  const put = (slot: Slot, more: { passHash?: string; endpoint?: string } = {}) =>
    fixture.store.putEndpoint(fixture.sid, {
      ...{ slot, passHash: passes[slot], endpoint: newEndpoint() },
      ...more,
    });
  expect(await put('b', { endpoint })).toBe('kept');
  return { ...fixture, passes, endpoint, put };
}

async function endpointsOf({ store, sid }: Pick<Fixture, 'store' | 'sid'>, slot: Slot) {
  const found = await store.find(sid);
  if (found.state !== 'live') throw new Error(found.state);
  return found.session.participants[slot].endpoints;
}

export function endpointsContract(make: MakeNodes): void {
  test('[HT12] who is away is told once, whichever node their peer is on', async () => {
    const { other, sid, session, send, endpoint } = await setUpAway(make);
    const first = await send('a');
    expect(first).toMatchObject({ push: { slot: 'b', endpoints: [endpoint] } });
    const left = first.push?.expiresInMs;
    expect(left).toBeGreaterThan(session.idleMs - 5_000);
    expect(left).toBeLessThanOrEqual(session.idleMs);
    expect(await send('a')).not.toHaveProperty('push');
    const entry = { slot: 'a', cid: newCid(), box: newBox(), sum: newSum(), seen: null } as const;
    expect(await other.append(sid, entry)).toEqual({ result: 'stored', seq: 3 });
  });

  test('[HT12] of many messages at once, one tells', async () => {
    const { store, other, sid } = await setUpAway(make);
    const appended = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? store : other).append(sid, {
          ...{ slot: 'a', cid: newCid(), box: newBox(), sum: newSum(), seen: null },
        }),
      ),
    );
    expect(appended.filter((one) => 'push' in one)).toHaveLength(1);
  });

  test('[HT12] who is here is not told, and is again once they have gone', async () => {
    const { store, sid, send, connect, passes, endpoint } = await setUpAway(make);
    const told = { push: { slot: 'b', endpoints: [endpoint] } };
    const here = await connect('b', { passHash: passes.b });
    expect(await send('a')).not.toHaveProperty('push');
    await store.receipt(sid, 'b', { received: 1, read: 0 });
    expect(await store.disconnect(sid, here.lease)).toBeNull();
    expect(await send('a')).toMatchObject(told);
    expect(await send('a')).not.toHaveProperty('push');
    const again = await connect('b', { passHash: passes.b });
    await store.receipt(sid, 'b', { received: 3, read: 0 });
    await store.disconnect(sid, again.lease);
    await vi.waitFor(async () => expect(await send('a')).toMatchObject(told), WITHIN);
  });

  test('[HT12] what came while a connection only looked alive is told when it goes', async () => {
    const { store, other, sid, send, unsend, connect, passes, endpoint } = await setUpAway(make);
    const go = async ({ lease }: Awaited<ReturnType<typeof connect>>) =>
      other.disconnect(sid, lease);
    const here = () => connect('b', { passHash: passes.b });
    const [one, two] = [await here(), await here()];
    await send('a');
    await send('b');
    expect(await go(one)).toBeNull();
    expect(await go(two)).toMatchObject({ slot: 'b', endpoints: [endpoint] });
    expect(await go(two)).toBeNull();

    const third = await here();
    await store.receipt(sid, 'b', { received: 1, read: 0 });
    expect(await go(third)).toBeNull();
    const fourth = await here();
    const { cid } = await send('a');
    await unsend('a', [cid]);
    await send('b');
    expect(await go(fourth)).toBeNull();
    const fifth = await here();
    await send('a');
    await vi.waitFor(async () => expect(await go(fifth)).toHaveProperty('slot', 'b'), WITHIN);
    expect(await go(await connect('a', { passHash: passes.a }))).toBeNull();
  });

  test('[HT12] a lease that has run out is no connection, even if nobody has dropped it', async () => {
    const settings = { leaseMs: 80, pushPauseMs: 1 };
    const { store, sid, send, connect, passes } = await setUpAway(make, settings);
    expect(await send('a')).toHaveProperty('push');
    const { lease } = await connect('b', { passHash: passes.b });
    await vi.waitFor(async () => expect(await send('a')).toHaveProperty('push'), WITHIN);
    // Nor is one that comes late the same presence as before.
    await store.renewLease(sid, lease);
    await vi.waitFor(async () => expect(await send('a')).toHaveProperty('push'), WITHIN);
  });

  test('[HT12] who comes and goes is told once in a while', async () => {
    const { store, sid, send, connect, passes } = await setUpAway(make, {});
    expect(await send('a')).toHaveProperty('push');
    const { lease } = await connect('b', { passHash: passes.b });
    await store.disconnect(sid, lease);
    expect(await send('a')).not.toHaveProperty('push');
  });

  test('[HT12] nobody is told of their own message, a repeat, an unsend or a renewal', async () => {
    const { store, sid, send, append, unsend, passes, connect } = await setUpAway(make);
    const { lease } = await connect('b', { passHash: passes.b });
    const { cid, box } = await send('a');
    await store.receipt(sid, 'b', { received: 1, read: 0 });
    await store.disconnect(sid, lease);
    expect(await append('a', { cid, box })).toMatchObject({ result: 'repeated' });
    expect(await send('b')).not.toHaveProperty('push');
    expect(await unsend('a', [cid])).not.toHaveProperty('push');
    const link = { proofHash: newHash(), key: newBox(72), codeHash: `$2b$${random(40)}` };
    const entry = { cid: newCid(), box: newBox(), sum: newSum(), seen: null };
    const renewal = { by: 'a', slot: 'a', passHash: passes.a, ...link, ...entry } as const;
    expect(await store.renew(sid, renewal)).toBe('renewed');
    expect(await send('a')).toHaveProperty('push');
  });

  test('[HT12] endpoints are kept once, the last ones, and dropped when asked to', async () => {
    const { store, other, sid, put, endpoint, send } = await setUpAway(make);
    const more = Array.from({ length: MAX_ENDPOINTS_PER_PARTICIPANT - 1 }, newEndpoint);
    for (const one of more) expect(await put('b', { endpoint: one })).toBe('kept');
    expect(await endpointsOf({ store, sid }, 'b')).toEqual([endpoint, ...more]);
    await put('b', { endpoint });
    expect(await endpointsOf({ store: other, sid }, 'b')).toEqual([...more, endpoint]);
    const last = newEndpoint();
    await put('b', { endpoint: last });
    const kept = [...more.slice(1), endpoint, last];
    expect(await endpointsOf({ store, sid }, 'b')).toEqual(kept);
    expect(await endpointsOf({ store, sid }, 'a')).toEqual([]);

    await store.dropEndpoint(sid, 'a', last);
    await store.dropEndpoint(sid, 'b', newEndpoint());
    expect(await endpointsOf({ store, sid }, 'b')).toEqual(kept);
    for (const one of kept) await other.dropEndpoint(sid, 'b', one);
    await store.dropEndpoint(sid, 'b', last);
    expect(await endpointsOf({ store, sid }, 'b')).toEqual([]);
    expect(await send('a')).not.toHaveProperty('push');
  });

  test('[HT12] an endpoint goes with its pass, by leaving and by renewing', async () => {
    const { store, sid, put, passes, enter, endpoint, send } = await setUpAway(make);
    const phone = await enter('b');
    const there = newEndpoint();
    expect(await put('b', { passHash: phone, endpoint: there })).toBe('kept');
    await store.leave(sid, 'b', phone);
    expect(await endpointsOf({ store, sid }, 'b')).toEqual([endpoint]);
    const own = newEndpoint();
    await put('a', { endpoint: own });
    const link = { proofHash: newHash(), key: newBox(72), codeHash: `$2b$${random(40)}` };
    const entry = { cid: newCid(), box: newBox(), sum: newSum(), seen: null };
    await store.renew(sid, { by: 'a', slot: 'b', passHash: passes.a, ...link, ...entry });
    expect(await endpointsOf({ store, sid }, 'b')).toEqual([]);
    expect(await endpointsOf({ store, sid }, 'a')).toEqual([own]);
    expect(await send('a')).not.toHaveProperty('push');
  });

  test('[HT12] it takes a pass of this participant, and a session that lives', async () => {
    const { store, sid, put, passes, endpoint, expiresInMs } = await setUpAway(make);
    const before = await expiresInMs();
    expect(await put('b', { passHash: passes.a })).toBe('pass_gone');
    expect(await put('b', { passHash: newHash() })).toBe('pass_gone');
    expect(await endpointsOf({ store, sid }, 'b')).toEqual([endpoint]);
    expect(await expiresInMs()).toBeLessThanOrEqual(before);
    await store.end(sid, 'a', null);
    expect(await put('b')).toBe('gone');
    await store.dropEndpoint(sid, 'b', endpoint);
    expect(await store.find(sid)).toMatchObject({ state: 'ended' });
  });
}
