/**
 * Connections, the leases they hold, what each participant learns about the other; receipts.
 */
import { expect, test, vi } from 'vitest';
import { newHash, newSum, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';

const offline = { type: 'peer', state: 'offline', lastAt: expect.any(Number) as number };
const online = { type: 'peer', state: 'online' };

export function presenceContract(make: MakeNodes): void {
  test('[HS4] connecting answers with all that a welcome needs', async () => {
    const { session, connect, send, enter } = await setUp(make);
    const empty = await connect('a');
    expect(empty).toMatchObject({
      ...{ head: { seq: 0, sum: '' }, from: null, reset: false, idleMs: session.idleMs },
      receipts: { a: { received: 0, read: 0 }, b: { received: 0, read: 0 } },
      ...{ peer: { state: 'never' }, expiresBy: 'link' },
    });
    await enter('b');
    const { seq, sum } = await send('a');
    expect(await connect('a')).toMatchObject({
      ...{ head: { seq, sum }, from: null, reset: false },
      ...{ peer: { state: 'offline' }, expiresBy: 'silence' },
    });
  });

  test('[RS1] [RS2] [RS3] where reading begins depends on what the client holds', async () => {
    const { connect, send } = await setUp(make);
    const first = await send('a');
    await send('a');
    const held = { seq: first.seq, sum: first.sum };
    expect(await connect('a', {}, held)).toMatchObject({ from: held, reset: false });
    const lost = { seq: 2, sum: newSum() };
    expect(await connect('a', {}, lost)).toMatchObject({ from: null, reset: true });
    const ahead = { seq: 3, sum: newSum() };
    expect(await connect('a', {}, ahead)).toMatchObject({ from: null, reset: true });
  });

  test('[HS1] nobody connects without a pass of this slot', async () => {
    const { store, sid, enter } = await setUp(make);
    const passHash = await enter('a');
    const other = { slot: 'b', passHash, connectionId: 'one', device: null } as const;
    expect(await store.connect(sid, other, null)).toEqual({ result: 'pass_gone' });
    const none = { slot: 'a', passHash: newHash(), connectionId: 'one', device: null } as const;
    expect(await store.connect(sid, none, null)).toEqual({ result: 'pass_gone' });
  });

  test('[EP3] the peer hears of entering, connecting and going, and of nothing in between', async () => {
    const { store, sid, enter, connect, frames } = await setUp(make);
    await enter('b');
    const passHash = await enter('a');
    const one = await connect('a', { passHash });
    const two = await connect('a', { passHash });
    await store.renewLease(sid, one.lease);
    await store.disconnect(sid, one.lease);
    await store.disconnect(sid, one.lease);
    await store.disconnect(sid, two.lease);
    const told = [{ type: 'peer', state: 'offline' }, online, offline];
    await vi.waitFor(() => expect(frames('b')).toEqual(told));
    expect(frames('a')).toEqual([{ type: 'peer', state: 'offline' }]);
    expect(await connect('b')).toMatchObject({
      peer: { state: 'offline', lastAt: offline.lastAt },
    });
  });

  test('[HS3] the same page again takes the place of its last connection, and nobody notices', async () => {
    const { store, sid, enter, connect, frames, published } = await setUp(make);
    await enter('b');
    const passHash = await enter('a');
    const others = [
      await connect('a', { passHash, device: 'x' }),
      await connect('a', { passHash }),
    ];
    const before = frames('b').length;
    const pages = ['p', 'q', 'p', 'q', 'p'];
    const connected = [];
    for (const device of pages) connected.push(await connect('a', { passHash, device }));
    const closed = () =>
      published
        .filter(({ to }) => to === '!')
        .map(({ frame }) => JSON.parse(frame) as Record<string, unknown>); // as: compared below
    const former = connected.slice(0, 3).map(({ lease }) => lease.connectionId);
    await vi.waitFor(() =>
      expect(closed()).toEqual(former.map((connection) => ({ close: 4006, connection }))),
    );
    // With four connections, nobody was told that anyone had come or gone.
    expect(frames('b')).toHaveLength(before);
    // What the former say now is about themselves alone.
    for (const { lease } of connected.slice(0, 3)) await store.disconnect(sid, lease);
    for (const { lease } of others) await store.disconnect(sid, lease);
    expect(frames('b')).toHaveLength(before);
  });

  test('[EP3] a lease that nobody renews ends by itself, and the next renewal tells', async () => {
    const { store, sid, connect, frames } = await setUp(make, { leaseMs: 250 });
    const a = await connect('a');
    const b = await connect('b');
    expect(b.peer).toEqual({ state: 'online' });
    const last = { type: 'peer', state: 'offline', lastAt: expect.any(Number) as number };
    await vi.waitFor(async () => {
      await store.renewLease(sid, b.lease);
      expect(frames('b').at(-1)).toEqual(last);
    });
    // b was renewed all the while.
    expect(frames('a').at(-1)).toEqual(online);
    // And comes back when its node does.
    await store.renewLease(sid, a.lease);
    await vi.waitFor(() => expect(frames('b').at(-1)).toEqual(online));
  });

  test('[EP3] whoever connects sees that the other is not there any more', async () => {
    const { connect } = await setUp(make, { leaseMs: 60 });
    await connect('a');
    await vi.waitFor(async () =>
      expect((await connect('b')).peer).toEqual({ state: 'offline', lastAt: offline.lastAt }),
    );
  });

  test('[CL4] the fifth connection of a participant closes the oldest', async () => {
    const { store, sid, enter, connect, frames } = await setUp(make);
    const passHash = await enter('a');
    await connect('b');
    const connections = [];
    for (let i = 0; i < 4; i++) connections.push(await connect('a', { passHash }));
    const [oldest, second] = connections.map(({ lease }) => lease);
    if (!oldest || !second) throw new Error('unreachable');
    // Renewing does not make it younger.
    await store.renewLease(sid, oldest);
    await connect('a', { passHash });
    const closed = { close: 4504, connection: oldest.connectionId };
    await vi.waitFor(() => expect(frames('!')).toEqual([closed]));
    await connect('a', { passHash });
    const closedNext = { close: 4504, connection: second.connectionId };
    await vi.waitFor(() => expect(frames('!')).toEqual([closed, closedNext]));
    // An order that was lost is given again, and nobody else has to go.
    await store.renewLease(sid, oldest);
    await vi.waitFor(() => expect(frames('!')).toEqual([closed, closedNext, closed]));
    expect(frames('b').filter((frame) => frame === offline)).toEqual([]);
  });

  test('connecting again with the same connection is one lease', async () => {
    const { store, sid, connect, frames } = await setUp(make);
    const { lease } = await connect('a');
    for (let i = 0; i < 6; i++) await store.connect(sid, lease, null);
    await store.disconnect(sid, lease);
    await vi.waitFor(() => expect(frames('b').at(-1)).toEqual(offline));
    expect(frames('!')).toEqual([]);
  });

  test('a pass that is revoked takes its leases along', async () => {
    const { store, sid, connect, frames } = await setUp(make);
    const { lease } = await connect('a');
    await store.leave(sid, 'a', lease.passHash);
    await vi.waitFor(() => expect(frames('b').at(-1)).toEqual(offline));
  });

  test('[RS5] renewing a lease answers with the head of the log', async () => {
    const { store, sid, connect, send } = await setUp(make);
    const { lease } = await connect('a');
    const { seq, sum } = await send('b');
    expect(await store.renewLease(sid, lease)).toMatchObject({
      ...{ result: 'renewed', head: { seq, sum }, expiresBy: 'link' },
    });
  });

  test('[EP1] receipts only grow, stay within the log, and are told when they change', async () => {
    const { store, sid, send, connect, frames } = await setUp(make);
    for (let i = 0; i < 4; i++) await send('b');
    const receipts = () =>
      frames('*').filter((frame) => JSON.stringify(frame).includes('"receipt"'));
    await store.receipt(sid, 'a', { received: 2, read: 1 });
    await store.receipt(sid, 'a', { received: 1, read: 0 });
    await store.receipt(sid, 'a', { received: 2, read: 1 });
    await store.receipt(sid, 'a', { received: 1, read: 2 });
    await store.receipt(sid, 'a', { received: 99, read: 98 });
    const receipt = { type: 'receipt', slot: 'a' };
    await vi.waitFor(() =>
      expect(receipts()).toEqual([
        { ...receipt, received: 2, read: 1 },
        { ...receipt, received: 2, read: 2 },
        { ...receipt, received: 4, read: 4 },
      ]),
    );
    expect((await connect('b')).receipts).toEqual({
      a: { received: 4, read: 4 },
      b: { received: 0, read: 0 },
    });
  });
}
