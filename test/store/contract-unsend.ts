/** Taking entries back. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { newBox, newCid, newSum, setUp } from './fixture.ts';
import type { MakeNodes } from './fixture.ts';

const hashOf = (box: string) =>
  createHash('sha256').update(Buffer.from(box, 'base64url')).digest('base64url');

export function unsendContract(make: MakeNodes): void {
  test('[LG7] an unsend puts hashes in place of boxes and stands in the log itself', async () => {
    const { send, unsend, log } = await setUp(make);
    const message = await send('a');
    const edit = await send('a');
    const other = await send('b');
    const of = [message.cid, edit.cid];
    const unsent = await unsend('a', of, { seen: other });
    expect(unsent).toMatchObject({ result: 'stored', seq: 4 });
    const [one, two, three, four] = await log();
    expect(one).toEqual({
      ...{ seq: 1, sum: message.sum, slot: 'a', cid: message.cid, hash: hashOf(message.box) },
      at: expect.any(Number) as number,
    });
    expect(two).toMatchObject({ seq: 2, hash: hashOf(edit.box) });
    expect(two).not.toHaveProperty('box');
    expect(three).toMatchObject({ box: other.box });
    expect(four).toMatchObject({ cid: unsent.cid, box: unsent.box, unsends: of });
  });

  test('the fields of what was unsent keep their order', async () => {
    const { store, sid, send, unsend } = await setUp(make);
    const { cid } = await send('a');
    await unsend('a', [cid]);
    const page = await store.readLog(sid, null);
    const keys = (page.result === 'page' ? page.entries : []).map(
      (json) => Object.keys(JSON.parse(json) as object).join(), // as: an Entry
    );
    expect(keys).toEqual(['seq,sum,slot,cid,at,hash', 'seq,sum,slot,cid,at,box,unsends']);
  });

  test('[RS2] what was unsent is still a position', async () => {
    const { store, sid, send, unsend, append } = await setUp(make);
    const message = await send('a');
    await unsend('a', [message.cid]);
    const page = await store.readLog(sid, message);
    expect(page).toMatchObject({ result: 'page', head: 2 });
    expect(await append('b', { seen: message })).toMatchObject({ result: 'stored' });
  });

  test('[LG7] repeating an unsend is the same entry', async () => {
    const { send, unsend, log } = await setUp(make);
    const { cid } = await send('a');
    const first = await unsend('a', [cid]);
    const again = await unsend('a', [cid], { cid: first.cid });
    expect(again).toMatchObject({ result: 'repeated' });
    const [, stored] = await log();
    expect(again.result === 'repeated' && JSON.parse(again.entry)).toEqual(stored);
    expect(await log()).toHaveLength(2);
  });

  test('[LG7] targets that are not there, or were unsent, are passed over', async () => {
    const { send, unsend, log } = await setUp(make);
    const { cid, box } = await send('a');
    await unsend('a', [cid]);
    const of = [cid, newCid()];
    expect(await unsend('a', of)).toMatchObject({ result: 'stored', seq: 3 });
    const [one, , three] = await log();
    expect(one).toMatchObject({ hash: hashOf(box) });
    expect(three).toMatchObject({ unsends: of });
  });

  test('[CL2] an entry of the other participant cannot be unsent, nor anything with it', async () => {
    const { send, unsend, log } = await setUp(make);
    const own = await send('a');
    const others = await send('b');
    expect(await unsend('a', [own.cid, others.cid])).toMatchObject({ result: 'foreign' });
    expect(await unsend('a', [own.cid], { cid: others.cid })).toMatchObject({ result: 'foreign' });
    const entries = await log();
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({ box: own.box });
  });

  test('[CL2] an unsend cannot be taken back', async () => {
    const { send, unsend } = await setUp(make);
    const { cid } = await send('a');
    const control = newCid();
    await unsend('a', [cid], { cid: control });
    expect(await unsend('a', [control])).toMatchObject({ result: 'foreign' });
  });

  test('[RS5] an unsend that has seen what the log does not hold takes nothing back', async () => {
    const { send, unsend, log } = await setUp(make);
    const { cid, box } = await send('a');
    const seen = { seq: 1, sum: newSum() };
    expect(await unsend('a', [cid], { seen })).toMatchObject({ result: 'diverged' });
    expect(await log()).toMatchObject([{ box }]);
  });

  test('[LG6] a full log takes an unsend that frees a box, and no other', async () => {
    const { send, unsend, append } = await setUp(make, { options: { maxEntries: 2 } });
    const first = await send('a');
    await send('a');
    expect(await append('a')).toMatchObject({ result: 'full' });
    expect(await unsend('a', [newCid()])).toMatchObject({ result: 'full' });
    const unsent = await unsend('a', [first.cid]);
    expect(unsent).toMatchObject({ result: 'stored', seq: 3 });
    expect(await unsend('a', [first.cid])).toMatchObject({ result: 'full' });
    expect(await unsend('a', [first.cid], { cid: unsent.cid })).toMatchObject({
      result: 'repeated',
    });
  });

  test('[LG7] the bytes of what was unsent are free again', async () => {
    const { send, unsend, append } = await setUp(make, { options: { maxSessionBytes: 1000 } });
    const first = await send('a', { box: newBox(600) });
    await send('a', { box: newBox(400) });
    expect(await append('b', { box: newBox(41) })).toMatchObject({ result: 'full' });
    expect(await unsend('a', [first.cid], { box: newBox(100) })).toMatchObject({
      result: 'stored',
    });
    expect(await append('b', { box: newBox(501) })).toMatchObject({ result: 'full' });
    expect(await append('b', { box: newBox(500) })).toMatchObject({ result: 'stored' });
  });

  test('of many unsends of one message at once each is stored, and frees its bytes once', async () => {
    const { store, other, sid, send, append, log } = await setUp(make, {
      options: { maxSessionBytes: 2_000 },
    });
    const { cid, box } = await send('a', { box: newBox(1_000) });
    const unsent = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? store : other).unsend(sid, {
          ...{ slot: 'a', cid: newCid(), box: newBox(100), sum: newSum(), seen: null, of: [cid] },
        }),
      ),
    );
    expect(unsent.every(({ result }) => result === 'stored')).toBe(true);
    expect((await log())[0]).toMatchObject({ hash: hashOf(box) });
    expect(await append('a', { box: newBox(1_001) })).toMatchObject({ result: 'full' });
    expect(await append('a', { box: newBox(1_000) })).toMatchObject({ result: 'stored' });
  });
}
