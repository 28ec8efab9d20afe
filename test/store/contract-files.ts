/** Files: kept under the cid of their message, bounded, gone with it. */
import { randomBytes } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { PIECE_BYTES, piecesIn } from '../../server/store/file-pieces.ts';
import type { Slot } from '../../server/protocol/frames.ts';
import type { Store } from '../../server/store/store.ts';
import { newCid, newHash, setUp } from './fixture.ts';
import type { MakeNodes, Settings } from './fixture.ts';

/** Not a whole number of pieces, and every byte counts. */
const BYTES = 150_001;

/** All that can be read under a cid, null if nothing. */
export async function wholeFile(store: Store, sid: string, cid: string): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  for (let have = 0; ;) {
    const read = await store.readFile(sid, cid, pieces.length);
    if (!read) return null;
    pieces.push(read.piece);
    have += read.piece.length;
    if (have >= read.bytes) return Buffer.concat(pieces);
  }
}

/** A session that both have entered, and how each puts a file there. */
export async function setUpFiles(make: MakeNodes, settings: Settings = {}) {
  const fixture = await setUp(make, settings);
  const { store, other, sid } = fixture;
  const passes = await fixture.meet();
  return {
    ...fixture,
    passes,
    /** Resolves to what became of it, at the other node. */
    put: (slot: Slot, cid = newCid(), box = randomBytes(BYTES), on = other) =>
      on.putFile(sid, { slot, passHash: passes[slot], cid, box }),
    whole: (cid: string) => wholeFile(store, sid, cid),
  };
}

export function filesContract(make: MakeNodes): void {
  test('[HT8] a file is read as it was put, piece by piece', async () => {
    const { store, sid, put } = await setUpFiles(make);
    for (const bytes of [41, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 1024 * 1024]) {
      const [cid, box] = [newCid(), randomBytes(bytes)];
      expect(await put('a', cid, box)).toBe('stored');
      expect(await store.readFile(sid, cid, 0)).toMatchObject({ bytes });
      expect((await wholeFile(store, sid, cid))?.equals(box)).toBe(true);
      expect(await store.readFile(sid, cid, piecesIn(bytes))).toBeNull();
    }
  });

  test('[HT8] the same bytes again are the same file, others are refused', async () => {
    const { put, whole } = await setUpFiles(make);
    const [cid, box] = [newCid(), randomBytes(BYTES)];
    expect(await put('a', cid, box)).toBe('stored');
    expect(await put('a', cid, Buffer.from(box))).toBe('repeated');
    expect(await put('a', cid, randomBytes(BYTES))).toBe('taken');
    expect(await put('a', cid, box.subarray(0, BYTES - 1))).toBe('taken');
    expect((await whole(cid))?.equals(box)).toBe(true);
  });

  test('[HT8] a file belongs to who put it: the other does not put it again', async () => {
    const { put, whole } = await setUpFiles(make);
    const [cid, box] = [newCid(), randomBytes(BYTES)];
    await put('a', cid, box);
    expect(await put('b', cid, box)).toBe('taken');
    expect(await put('b', cid)).toBe('taken');
    expect((await whole(cid))?.equals(box)).toBe(true);
  });

  test("[HT8] nor is a file put under the cid of the other's message", async () => {
    const { put, send } = await setUpFiles(make);
    const { cid } = await send('a');
    expect(await put('b', cid)).toBe('taken');
    expect(await put('a', cid)).toBe('stored');
  });

  test('[HT8] of the same file put many times at once one is stored; of others under one cid, one', async () => {
    const { put, whole, store, other } = await setUpFiles(make);
    const [cid, box] = [newCid(), randomBytes(BYTES)];
    const nodes = [store, other, store, other];
    const results = await Promise.all(nodes.map((node) => put('a', cid, box, node)));
    expect(results.toSorted()).toEqual(['repeated', 'repeated', 'repeated', 'stored']);
    expect((await whole(cid))?.equals(box)).toBe(true);

    const contested = newCid();
    const boxes = nodes.map(() => randomBytes(BYTES));
    const kept = await Promise.all(
      boxes.map((one, i) => put(i % 2 ? 'a' : 'b', contested, one, nodes[i])),
    );
    expect(kept.filter((result) => result === 'stored')).toHaveLength(1);
    expect(kept.filter((result) => result === 'taken')).toHaveLength(3);
    const stored = boxes[kept.indexOf('stored')];
    expect(stored && (await whole(contested))?.equals(stored)).toBe(true);
  });

  test('[HT8] before both have entered there are none, without a pass neither', async () => {
    const { store, sid, enter } = await setUp(make);
    const file = { slot: 'a', cid: newCid(), box: randomBytes(BYTES) } as const;
    const passHash = await enter('a');
    expect(await store.putFile(sid, { ...file, passHash })).toBe('not_met');
    await enter('b');
    expect(await store.putFile(sid, { ...file, passHash: newHash() })).toBe('pass_gone');
    expect(await store.putFile(sid, { ...file, passHash, slot: 'b' })).toBe('pass_gone');
    expect(await store.readFile(sid, file.cid, 0)).toBeNull();
    expect(await store.putFile(sid, { ...file, passHash })).toBe('stored');
    await store.leave(sid, 'a', passHash);
    expect(await store.putFile(sid, { ...file, passHash })).toBe('pass_gone');
    expect((await wholeFile(store, sid, file.cid))?.equals(file.box)).toBe(true);
  });

  test('[HT8] there are so many and no more, whoever put them', async () => {
    const { put, unsend } = await setUpFiles(make, { options: { maxFiles: 3 } });
    const cid = newCid();
    const box = randomBytes(BYTES);
    expect(await put('a', cid, box)).toBe('stored');
    expect(await put('b')).toBe('stored');
    const results = await Promise.all([put('a'), put('b'), put('a')]);
    expect(results.toSorted()).toEqual(['full', 'full', 'stored']);
    expect(await put('a', cid, box)).toBe('repeated');
    await unsend('a', [cid]);
    expect(await put('b')).toBe('stored');
    expect(await put('b')).toBe('full');
  });

  test('[HT8] all of them take so many bytes and no more, to the byte', async () => {
    const { put, unsend } = await setUpFiles(make, { options: { maxFilesBytes: 200_000 } });
    const cid = newCid();
    expect(await put('a', cid, randomBytes(150_000))).toBe('stored');
    expect(await put('b', newCid(), randomBytes(50_001))).toBe('full');
    expect(await put('b', newCid(), randomBytes(50_000))).toBe('stored');
    expect(await put('a', newCid(), randomBytes(41))).toBe('full');
    await unsend('a', [cid]);
    expect(await put('a', newCid(), randomBytes(200_000))).toBe('full');
    expect(await put('a', newCid(), randomBytes(150_000))).toBe('stored');
  });

  test('[HT8] where none are allowed none is taken', async () => {
    const { put } = await setUpFiles(make, { options: { maxFiles: 0 } });
    expect(await put('a')).toBe('full');
  });

  test('[LG7] an unsend deletes the files of its targets, and they do not come back', async () => {
    const { put, send, unsend, whole } = await setUpFiles(make);
    const [one, two, kept] = [await send('a'), await send('a'), await send('a')];
    const box = randomBytes(BYTES);
    for (const { cid } of [one, two, kept]) expect(await put('a', cid, box)).toBe('stored');
    expect(await unsend('a', [one.cid, two.cid])).toMatchObject({ result: 'stored' });
    for (const { cid } of [one, two]) {
      expect(await whole(cid)).toBeNull();
      expect(await put('a', cid, box)).toBe('taken');
      expect(await put('a', cid)).toBe('taken');
      expect(await put('b', cid)).toBe('taken');
    }
    expect((await whole(kept.cid))?.equals(box)).toBe(true);
  });

  test('[LG7] an unsend deletes also the file of a message that never came, but none of the other', async () => {
    const { put, unsend, whole } = await setUpFiles(make);
    const [own, foreign] = [newCid(), newCid()];
    await put('a', own);
    await put('b', foreign);
    expect(await unsend('a', [own, foreign])).toMatchObject({ result: 'stored' });
    expect(await whole(own)).toBeNull();
    expect(await whole(foreign)).not.toBeNull();
  });

  test('[LG7] an unsend that is refused deletes no file', async () => {
    const { put, send, unsend, whole } = await setUpFiles(make, { options: { maxEntries: 1 } });
    const { cid } = await send('b');
    const cancelled = newCid();
    await put('b', cid);
    await put('a', cancelled);
    expect(await unsend('a', [cid])).toMatchObject({ result: 'foreign' });
    expect(await unsend('a', [cancelled])).toMatchObject({ result: 'full' });
    expect(await unsend('b', [cid], { seen: { seq: 1, sum: 'AAAAAAAAAAA' } })).toMatchObject({
      result: 'diverged',
    });
    expect(await whole(cid)).not.toBeNull();
    expect(await whole(cancelled)).not.toBeNull();
  });

  test('[LG7] a file that races its unsend is not there in the end', async () => {
    const { put, send, unsend, whole, store, other } = await setUpFiles(make);
    for (let round = 0; round < 10; round++) {
      const { cid } = await send('a');
      const box = randomBytes(BYTES);
      const putting = put('a', cid, box, round % 2 ? store : other).catch(() => 'failed');
      await Promise.all([putting, unsend('a', [cid])]);
      expect(['stored', 'taken', 'failed']).toContain(await putting);
      expect(await whole(cid)).toBeNull();
      expect(await put('a', cid, box)).toBe('taken');
    }
  });

  test('[LF2] a file is no activity and nobody is told', async () => {
    const { store, sid, put, published, send } = await setUpFiles(make);
    const { seq } = await send('a');
    await vi.waitFor(() => expect(published.at(-1)?.seq).toBe(seq));
    const before = published.length;
    const found = await store.find(sid);
    await put('a');
    const after = await store.find(sid);
    const left = (one: typeof found) => (one.state === 'live' ? one.session.expiresInMs : 0);
    expect(left(after)).toBeLessThanOrEqual(left(found));
    expect(published).toHaveLength(before);
  });

  test('[LF4] files end with the session', async () => {
    const { store, sid, put, whole } = await setUpFiles(make);
    const cid = newCid();
    await put('a', cid);
    await store.end(sid, 'b', null);
    expect(await whole(cid)).toBeNull();
    expect(await put('a', cid)).toBe('gone');
    expect(await whole(cid)).toBeNull();
  });

  test('[LF2] files expire with the session, whose deadline moves for them too', async () => {
    const fixture = await setUp(make, {}, { idleMs: 4_000 });
    const { store, sid } = fixture;
    const passes = await fixture.meet();
    const file = { slot: 'a', passHash: passes.a, cid: newCid(), box: randomBytes(BYTES) } as const;
    expect(await store.putFile(sid, file)).toBe('stored');
    await vi.waitFor(async () => expect(await fixture.expiresInMs()).toBeLessThan(2_900), {
      timeout: 8_000,
    });
    await fixture.send('a');
    expect(await wholeFile(store, sid, file.cid)).not.toBeNull();
    await vi.waitFor(async () => expect((await store.find(sid)).state).toBe('ended'), {
      timeout: 8_000,
    });
    expect(await wholeFile(store, sid, file.cid)).toBeNull();
    expect(await store.putFile(sid, file)).toBe('gone');
  });

  test('a session that never was has no files', async () => {
    const { store } = await setUp(make);
    const file = {
      slot: 'a',
      passHash: newHash(),
      cid: newCid(),
      box: randomBytes(BYTES),
    } as const;
    expect(await store.putFile('AAAAAAAAAAA', file)).toBe('gone');
    expect(await store.readFile('AAAAAAAAAAA', file.cid, 0)).toBeNull();
  });
}
