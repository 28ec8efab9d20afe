import { describe, expect, it } from 'vitest';
import { rowsOf as runsOf } from '../../../web/ui/message-rows.ts';
import type { Item } from '../../../web/core/chat-view.ts';
import { mine, noon, pending, theirs } from './timeline-items.ts';

const rowsOf = (items: readonly Item[], now: number) => runsOf(items, 0, now).flat();
const shape = (rows: ReturnType<typeof rowsOf>) =>
  rows.map((row) =>
    row.type === 'message'
      ? `${row.key}${row.first ? ' first' : ''}${row.last ? ' last' : ''}`
      : row.type,
  );

describe('rowsOf', () => {
  it('puts the day before its first message', () => {
    expect(shape(rowsOf([theirs(1)], noon))).toEqual(['day', 'cid 1 first last']);
    expect(rowsOf([], noon)).toEqual([]);
  });

  it('groups one author within three minutes', () => {
    const items = [theirs(1), theirs(2), mine(3), mine(4, 'late', noon + 4 * 60_000)];
    expect(shape(rowsOf(items, noon))).toEqual([
      'day',
      'cid 1 first',
      'cid 2 last',
      'cid 3 first last',
      'cid 4 first last',
    ]);
  });

  it('separates at midnight, and groups nothing across it', () => {
    const midnight = new Date(2024, 4, 16).getTime();
    const items = [theirs(1, 'before', midnight - 1000), theirs(2, 'after', midnight + 1000)];
    expect(shape(rowsOf(items, midnight + 2000))).toEqual([
      'day',
      'cid 1 first last',
      'day',
      'cid 2 first last',
    ]);
  });

  it('takes what is not stored yet as of now', () => {
    const items = [mine(1, 'a', noon), pending('b')];
    expect(shape(rowsOf(items, noon + 60_000))).toEqual(['day', 'cid 1 first', 'b last']);
  });

  it('keeps the same items in the same run, from `start` on', () => {
    const items = Array.from({ length: 45 }, (_, index) => theirs(index + 1));
    const cids = (runs: ReturnType<typeof runsOf>) =>
      runs.map((rows) => rows.filter(({ type }) => type === 'message').map(({ key }) => key));
    const all = cids(runsOf(items, 0, noon));
    expect(all.map(({ length }) => length)).toEqual([20, 20, 5]);
    const later = cids(runsOf([...items, theirs(46)], 20, noon));
    expect(0 in later).toBe(false);
    expect(later[1]).toEqual(all[1]);
    expect(later[2]).toEqual([...(all[2] ?? []), 'cid 46']);
  });

  it('keeps the keys of rows when others come', () => {
    const before = rowsOf([theirs(1), theirs(2)], noon).map(({ key }) => key);
    const after = rowsOf([theirs(1), theirs(2), mine(3)], noon).map(({ key }) => key);
    expect(after.slice(0, before.length)).toEqual(before);
  });
});
