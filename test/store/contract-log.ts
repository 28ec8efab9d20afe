/** Appending to the log and reading it. */
import { expect, test } from 'vitest';
import { PAGE_BYTES, PAGE_ENTRIES } from '../../server/protocol/limits.ts';
import { newBox, newCid, newSum, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';

export function logContract(make: MakeNodes): void {
  test('[LG1] an entry stands in the log as it was sent, its fields in the agreed order', async () => {
    const { store, sid, send } = await setUp(make);
    const { cid, box, sum } = await send('a');
    const page = await store.readLog(sid, null);
    const json = page.result === 'page' ? (page.entries[0] ?? '') : '';
    const entry = JSON.parse(json) as { at: number }; // as: compared whole on the next lines
    expect(json).toBe(JSON.stringify({ seq: 1, sum, slot: 'a', cid, at: entry.at, box }));
    expect(Math.abs(entry.at - Date.now())).toBeLessThan(5_000);
  });

  test('seq counts from 1 without gaps, whoever sends', async () => {
    const { send, log } = await setUp(make);
    for (const slot of ['a', 'b', 'b', 'a'] as const) await send(slot);
    expect((await log()).map(({ seq, slot }) => `${String(seq)}${String(slot)}`)).toEqual([
      '1a',
      '2b',
      '3b',
      '4a',
    ]);
  });

  test('[LG4] what is started one after the other is stored in that order', async () => {
    const { append, log } = await setUp(make);
    const sent = await Promise.all(Array.from({ length: 60 }, () => append('a')));
    expect((await log()).map(({ cid }) => cid)).toEqual(sent.map(({ cid }) => cid));
  });

  test('[LG4] a send that follows an unsend stays behind it', async () => {
    const { send, append, unsend, log } = await setUp(make);
    const first = await send('a');
    const sent = await Promise.all([
      append('a'),
      unsend('a', [first.cid]),
      append('a'),
      unsend('a', [newCid()]),
      append('a'),
    ]);
    expect((await log()).slice(1).map(({ cid }) => cid)).toEqual(sent.map(({ cid }) => cid));
  });

  test('[LG2] a repeat is stored once and answered with the entry as stored', async () => {
    const { store, sid, send, append, log } = await setUp(make);
    const first = await send('a');
    await send('b');
    const again = await append('a', { cid: first.cid, box: newBox(), sum: newSum() });
    const page = await store.readLog(sid, null);
    expect(again).toMatchObject({
      result: 'repeated',
      entry: page.result === 'page' && page.entries[0],
    });
    expect(await log()).toHaveLength(2);
  });

  test('[LG2] of many repeats at once, one is stored', async () => {
    const { store, other, sid, log } = await setUp(make);
    const cid = newCid();
    const appended = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? store : other).append(sid, {
          ...{ slot: 'a', cid, box: newBox(), sum: newSum(), seen: null },
        }),
      ),
    );
    expect(appended.filter(({ result }) => result === 'stored')).toHaveLength(1);
    expect(appended.filter(({ result }) => result === 'repeated')).toHaveLength(19);
    expect(await log()).toHaveLength(1);
  });

  test('[CL2] a cid of the other participant is foreign', async () => {
    const { send, append, log } = await setUp(make);
    const { cid } = await send('a');
    expect(await append('b', { cid })).toMatchObject({ result: 'foreign' });
    expect(await log()).toHaveLength(1);
  });

  test('[RS5] an append that has seen what the log does not hold is not stored', async () => {
    const { send, append, log } = await setUp(make);
    const first = await send('a');
    const second = await send('b', { seen: first });
    for (const seen of [
      { seq: 1, sum: newSum() },
      { seq: 2, sum: newSum() },
      { seq: 2, sum: first.sum },
      { seq: 3, sum: second.sum },
      { seq: 500, sum: newSum() },
    ]) {
      expect(await append('a', { seen })).toMatchObject({ result: 'diverged' });
    }
    expect(await append('a', { seen: first })).toMatchObject({ result: 'stored', seq: 3 });
    expect(await append('a', { seen: second })).toMatchObject({ result: 'stored', seq: 4 });
    expect(await log()).toHaveLength(4);
  });

  test('[RS5] a repeat that has seen what the log does not hold has diverged too', async () => {
    const { send, append } = await setUp(make);
    const { cid } = await send('a');
    expect(await append('a', { cid, seen: { seq: 9, sum: newSum() } })).toMatchObject({
      result: 'diverged',
    });
  });

  test('[LG6] no more entries than allowed, and a repeat is still answered', async () => {
    const { send, append, log } = await setUp(make, { options: { maxEntries: 3 } });
    const { cid } = await send('a');
    await send('b');
    await send('a');
    expect(await append('a')).toMatchObject({ result: 'full' });
    expect(await append('a', { cid })).toMatchObject({ result: 'repeated' });
    expect(await append('b', { cid })).toMatchObject({ result: 'foreign' });
    expect(await log()).toHaveLength(3);
  });

  test('[LG6] no more bytes of boxes than allowed, to the byte', async () => {
    const { send, append } = await setUp(make, { options: { maxSessionBytes: 1000 } });
    await send('a', { box: newBox(500) });
    expect(await append('a', { box: newBox(501) })).toMatchObject({ result: 'full' });
    expect(await append('a', { box: newBox(500) })).toMatchObject({ result: 'stored', seq: 2 });
    expect(await append('b', { box: newBox(41) })).toMatchObject({ result: 'full' });
  });

  test('[RS1] [RS2] a page holds what follows a position, or the beginning', async () => {
    const { store, sid, send } = await setUp(make);
    const places = [await send('a'), await send('b'), await send('a')];
    const seqsAfter = async (i: number | null) => {
      const page = await store.readLog(sid, i === null ? null : (places[i] ?? null));
      if (page.result !== 'page') return page.result;
      expect(page.head).toBe(3);
      return page.entries.map((json) => (JSON.parse(json) as { seq: number }).seq); // as: an Entry
    };
    expect(await seqsAfter(null)).toEqual([1, 2, 3]);
    expect(await seqsAfter(0)).toEqual([2, 3]);
    expect(await seqsAfter(2)).toEqual([]);
  });

  test('an empty log is an empty page', async () => {
    const { store, sid } = await setUp(make);
    expect(await store.readLog(sid, null)).toEqual({ result: 'page', entries: [], head: 0 });
  });

  test('[RS3] a position that is not in the log has diverged', async () => {
    const { store, sid, send } = await setUp(make);
    const { seq, sum } = await send('a');
    for (const after of [
      { seq, sum: newSum() },
      { seq: seq + 1, sum },
    ]) {
      expect(await store.readLog(sid, after)).toEqual({ result: 'diverged' });
    }
  });

  test('[HS5] a page is bounded in entries', async () => {
    const { store, sid, append, log } = await setUp(make);
    const sent = PAGE_ENTRIES * 2 + 5;
    await Promise.all(Array.from({ length: sent }, () => append('a', { box: newBox(41) })));
    const page = await store.readLog(sid, null);
    expect(page).toMatchObject({ result: 'page', head: sent });
    expect(page.result === 'page' && page.entries.length).toBe(PAGE_ENTRIES);
    expect((await log()).map(({ seq }) => seq)).toEqual(
      Array.from({ length: sent }, (_, i) => i + 1),
    );
  });

  test('[HS5] a page is bounded in bytes, and holds one entry however large', async () => {
    const { store, sid, send, log } = await setUp(make);
    for (let i = 0; i < 12; i++) await send('b', { box: newBox(12_000) });
    await send('b', { box: newBox(PAGE_BYTES) });
    const page = await store.readLog(sid, null);
    expect(page.result === 'page' && page.entries.join('').length).toBeLessThanOrEqual(PAGE_BYTES);
    expect(await log()).toHaveLength(13);
  });
}
