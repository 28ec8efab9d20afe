/** What is told, to whom, in which order. */
import { expect, test, vi } from 'vitest';
import type { Publication } from '../../server/store/store.ts';
import { newBox, newSession, open, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';

const ignore = { published: () => {}, interrupted: () => {} };

export function publicationContract(make: MakeNodes): void {
  test('[ST2] an entry is told to everyone with its seq, byte for byte as it is stored', async () => {
    const { store, sid, send, unsend, published } = await setUp(make);
    const { cid } = await send('a');
    await send('b', { box: newBox(12_000) });
    await unsend('a', [cid]);
    await vi.waitFor(() => expect(published).toHaveLength(3));
    const page = await store.readLog(sid, null);
    const [, second, third] = page.result === 'page' ? page.entries : [];
    expect(published.map(({ to, seq }) => `${to}${seq}`)).toEqual(['*1', '*2', '*3']);
    const sums = published.map(({ frame }) => /"sum":"([^"]*)"/.exec(frame)?.[1]);
    expect(published.map(({ before }) => before)).toEqual(['', ...sums.slice(0, 2)]);
    expect(published[1]?.frame).toBe(`{"type":"entry",${second?.slice(1)}`);
    expect(published[2]?.frame).toBe(`{"type":"entry",${third?.slice(1)}`);
  });

  test('[LG3] entries are told in the order of the log, also from several nodes', async () => {
    const { store, other, sid, append, published } = await setUp(make);
    const also: Publication[] = [];
    await store.subscribe(sid, { ...ignore, published: (one) => also.push(one) });
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const { cid } = await append(i % 2 ? 'a' : 'b');
        await other.append(sid, { slot: 'a', cid: `${cid}x`, box: newBox(), sum: 's', seen: null });
      }),
    );
    const seqs = Array.from({ length: 200 }, (_, i) => i + 1);
    await vi.waitFor(() => expect(published.map(({ seq }) => seq)).toEqual(seqs));
    await vi.waitFor(() => expect(also.map(({ seq }) => seq)).toEqual(seqs));
  });

  test('what is not stored is not told', async () => {
    const { send, append, published } = await setUp(make, { options: { maxEntries: 1 } });
    const { cid } = await send('a');
    await append('a', { cid });
    await append('b', { cid });
    await append('a');
    await append('a', { seen: { seq: 9, sum: 'nine' } });
    await vi.waitFor(() => expect(published).toHaveLength(1));
  });

  test('[EP2] typing is told to the other alone', async () => {
    const { store, sid, published } = await setUp(make);
    await store.typing(sid, 'a', true);
    await store.typing(sid, 'b', false);
    await vi.waitFor(() =>
      expect(published).toEqual([
        { to: 'b', seq: 0, frame: '{"type":"typing","slot":"a","on":true}' },
        { to: 'a', seq: 0, frame: '{"type":"typing","slot":"b","on":false}' },
      ]),
    );
  });

  test('[EP4] failed tries are told to both', async () => {
    const { store, sid, frames } = await setUp(make);
    await store.announceTries(sid, 'b', 20);
    const notice = { type: 'notice', kind: 'tries', slot: 'b', count: 20 };
    await vi.waitFor(() => expect(frames('*')).toEqual([notice]));
  });

  test('[LF5] the end is told to both, then connections are closed, then nothing follows', async () => {
    const { store, sid, meet, append, published } = await setUp(make);
    await meet();
    const before = published.length;
    const box = newBox();
    await store.end(sid, 'b', box);
    await append('a');
    await store.typing(sid, 'a', true);
    await vi.waitFor(() =>
      expect(published.slice(before)).toEqual([
        {
          to: '*',
          seq: 0,
          frame: JSON.stringify({ type: 'ended', reason: 'ended', by: 'b', box }),
        },
        { to: '!', seq: 0, frame: '{"close":4503}' },
      ]),
    );
  });

  test('[LF5] an end without a box is told without one', async () => {
    const { store, sid, frames } = await setUp(make);
    await store.end(sid, 'a', null);
    await vi.waitFor(() =>
      expect(frames('*')).toEqual([{ type: 'ended', reason: 'ended', by: 'a' }]),
    );
  });

  test('an entry comes before the deadline that it moved', async () => {
    const { sid, store, meet, send, published } = await setUp(make, {}, { idleMs: 20_000 });
    await meet();
    await vi.waitFor(
      async () =>
        expect(await store.find(sid)).toHaveProperty('session.expiresInMs', below(18_900)),
      { timeout: 5_000 },
    );
    const before = published.length;
    await send('a');
    await vi.waitFor(() => expect(published).toHaveLength(before + 2));
    expect(published.slice(before).map(({ seq }) => seq)).toEqual([1, 0]);
  });

  test('everything published once subscribe has resolved arrives, until it is given back', async () => {
    const { store, sid, send } = await setUp(make);
    for (let round = 0; round < 20; round++) {
      const seqs: number[] = [];
      const unsubscribe = await store.subscribe(sid, {
        ...ignore,
        published: ({ seq }) => seqs.push(seq),
      });
      const { seq } = await send('a');
      await vi.waitFor(() => expect(seqs).toEqual([seq]));
      unsubscribe();
      unsubscribe();
      await send('a');
      expect(seqs).toEqual([seq]);
    }
  });

  test('one that leaves does not take the others along', async () => {
    const { store, sid, send } = await setUp(make);
    const heard: string[] = [];
    const hear = (who: string) => ({ ...ignore, published: () => heard.push(who) });
    const same = hear('same');
    const leave = await store.subscribe(sid, hear('leaver'));
    const leaveToo = await store.subscribe(sid, same);
    await store.subscribe(sid, same);
    await store.subscribe(sid, hear('stayer'));
    leave();
    leaveToo();
    await send('a');
    await vi.waitFor(() => expect(heard.toSorted()).toEqual(['same', 'stayer']));
  });

  test('subscribing while another leaves loses nothing', async () => {
    const { store, sid, send } = await setUp(make);
    let leave = await store.subscribe(sid, ignore);
    for (let round = 0; round < 30; round++) {
      let heard = 0;
      const next = store.subscribe(sid, { ...ignore, published: () => heard++ });
      leave();
      leave = await next;
      await send('a');
      await vi.waitFor(() => expect(heard).toBe(1));
      leave();
      leave = await store.subscribe(sid, ignore);
    }
  });

  test('[I8] nothing of another session is heard', async () => {
    const { store, published, send } = await setUp(make);
    const other = newSession();
    await store.create(other);
    await store.append(other.sid, { slot: 'a', cid: 'c', box: newBox(), sum: 's', seen: null });
    await send('b');
    await vi.waitFor(() => expect(published).toHaveLength(1));
    expect(published[0]?.frame).toContain('"slot":"b"');
  });

  test('a subscriber may call the store from what it hears', async () => {
    const { store, sid, send, log, frames } = await setUp(make);
    await store.subscribe(sid, {
      ...ignore,
      published({ seq }) {
        if (seq > 0) store.receipt(sid, 'b', { received: seq, read: seq }).catch(() => {});
      },
    });
    await send('a');
    await send('a');
    const receipt = { type: 'receipt', slot: 'b', received: 2, read: 2 };
    await vi.waitFor(() => expect(frames('*')).toContainEqual(receipt));
    expect(await log()).toHaveLength(2);
  });

  test('nodes that open and close many subscriptions at once end with none', async () => {
    const { store } = await open(make);
    const sids = Array.from({ length: 50 }, () => newSession().sid);
    const leaving = await Promise.all(sids.map((sid) => store.subscribe(sid, ignore)));
    for (const leave of leaving) leave();
    await expect(store.ping()).resolves.toBeUndefined();
  });
}

function below(limit: number): unknown {
  return expect.toSatisfy((value: number) => value < limit);
}
