import { describe, expect, it } from 'vitest';
import { incomingAfter, spokenLines } from '../../../web/ui/incoming.ts';
import { mine, pending, theirs } from './timeline-items.ts';

describe('incoming', () => {
  const items = [theirs(1), mine(2), theirs(3), theirs(4), pending('x')];

  it('counts the messages of the other after a place', () => {
    expect(incomingAfter(items, 0).map(({ seq }) => seq)).toEqual([1, 3, 4]);
    expect(incomingAfter(items, 3).map(({ seq }) => seq)).toEqual([4]);
    expect(incomingAfter(items, 4)).toEqual([]);
  });

  it('does not count what was removed again', () => {
    expect(incomingAfter([{ ...theirs(1), body: { kind: 'unsent' } }], 0)).toEqual([]);
  });

  it('[25] speaks up to three messages, and counts more', () => {
    const three = [theirs(1, 'one'), theirs(2, 'two'), theirs(3, 'three')];
    expect(spokenLines(three, 'Bob')).toEqual(['Bob: one', 'Bob: two', 'Bob: three']);
    expect(spokenLines([...three, theirs(4)], 'Bob')).toEqual(['4 new messages']);
  });
});
