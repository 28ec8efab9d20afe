import { describe, expect, it } from 'vitest';
import type { SealedItem } from '../../../web/core/sealing.ts';
import { createOutboxStorage, sweepOutboxes } from '../../../web/core/outbox-storage.ts';
import {
  createFakeClock,
  createFakeCopies,
  createFakeEnvironment,
  createFakeStorage,
} from './support/fake-world.ts';

const items: SealedItem[] = [
  { cid: 'one', box: 'BOX1' },
  { cid: 'two', box: 'BOX2', of: ['one'] },
];

function setUp() {
  const clock = createFakeClock();
  const storage = createFakeStorage();
  const copies = createFakeCopies();
  const environment = createFakeEnvironment({ clock, storage, copies });
  const open = (page: string) => createOutboxStorage({ environment, sid: 'SID', page });
  const adopted: (readonly SealedItem[])[] = [];
  const take = (found: readonly SealedItem[]) => adopted.push(found) > 0;
  return { clock, storage, copies, open, adopted, take };
}

it('keeps nothing where there is nothing to keep', () => {
  const { storage, open } = setUp();
  const page = open('p1');
  page.save([]);
  page.beat();
  page.release();
  expect(storage.length).toBe(0);
  page.save(items);
  expect([...storage.entries.keys()]).toEqual(['duologue:outbox:SID:p1']);
  page.save([]);
  expect(storage.length).toBe(0);
});

describe('adoption', () => {
  it('waits for six seconds without a heartbeat', () => {
    const { clock, storage, open, adopted, take } = setUp();
    const old = open('p1');
    old.save(items);
    clock.advance(5_000);
    old.beat();
    clock.advance(6_000);
    open('p2').adopt(take);
    expect(adopted).toEqual([]);
    clock.advance(1);
    open('p2').adopt(take);
    expect(adopted).toEqual([items]);
    expect(storage.length).toBe(0);
  });

  it('does not wait when the page has left', () => {
    const { open, adopted, take } = setUp();
    const old = open('p1');
    old.save(items);
    old.release();
    open('p2').adopt(take);
    expect(adopted).toEqual([items]);
  });

  it('is not of one’s own, nor of another session', () => {
    const { clock, storage, open, adopted, take } = setUp();
    const page = open('p1');
    page.save(items);
    storage.setItem('duologue:outbox:OTHER:p9', JSON.stringify({ beat: 0, items }));
    clock.advance(60_000);
    page.adopt(take);
    expect(adopted).toEqual([]);
  });

  it('leaves what cannot be taken, and stumbles over nothing', () => {
    const { storage, open, adopted, take } = setUp();
    storage.setItem('duologue:outbox:SID:bad', '{');
    storage.setItem('duologue:outbox:SID:odd', '{"beat":0,"items":[{"cid":1}]}');
    storage.setItem('duologue:outbox:SID:good', JSON.stringify({ beat: 0, items }));
    open('p2').adopt(() => false);
    expect(storage.length).toBe(3);
    open('p2').adopt(take);
    expect(adopted).toEqual([[], items]);
  });

  it('outlasts a clock that was set back', () => {
    const { storage, open, adopted, take } = setUp();
    storage.setItem('duologue:outbox:SID:p1', JSON.stringify({ beat: 1e15, items }));
    open('p2').adopt(take);
    expect(adopted).toEqual([items]);
  });
});

describe('copies', () => {
  const DAY_MS = 24 * 60 * 60 * 1_000;

  it('put back what the storage has lost, or has older, for the next page to adopt', async () => {
    const { clock, storage, open, adopted, take, copies } = setUp();
    const old = open('p1');
    old.save(items.slice(0, 1));
    const late = new Map(storage.entries);
    clock.advance(1_000);
    old.save(items);
    open('p2').save(items.slice(1));
    storage.entries.clear();
    for (const [key, text] of late) storage.setItem(key, text);

    clock.advance(60_000);
    const page = open('p3');
    await page.restore();
    page.adopt(take);
    expect(adopted).toEqual([items, items.slice(1)]);
    expect([storage.length, copies.entries.size]).toEqual([0, 0]);
  });

  it('change nothing of a page that goes on writing', async () => {
    const { clock, storage, open, adopted, take } = setUp();
    const page = open('p1');
    page.save(items);
    clock.advance(2_000);
    page.beat();
    const before = [...storage.entries];
    const other = open('p2');
    await other.restore();
    expect([...storage.entries]).toEqual(before);
    other.adopt(take);
    expect(adopted).toEqual([]);
  });

  it('go with what was echoed, with what is wiped, and after thirty days', async () => {
    const { clock, open, storage, copies } = setUp();
    const page = open('p1');
    page.save(items);
    expect([...copies.entries.keys()]).toEqual(['duologue:outbox:SID:p1']);
    page.save([]);
    expect(copies.entries.size).toBe(0);
    page.save(items);
    const wiped = open('p2');
    const restored = wiped.restore();
    wiped.wipe();
    await restored;
    expect([storage.length, copies.entries.size]).toEqual([0, 0]);

    page.save(items);
    clock.advance(31 * DAY_MS);
    await open('p3').restore();
    expect(copies.entries.size).toBe(0);
  });

  it('are not missed where they cannot be kept', async () => {
    const { open, storage, copies } = setUp();
    open('p1').save(items);
    copies.all = () => Promise.reject(new Error('forbidden'));
    await open('p2').restore();
    expect(storage.length).toBe(1);
  });
});

it('wipes the outboxes of every page of the session', () => {
  const { storage, open } = setUp();
  open('p1').save(items);
  open('p2').save(items);
  storage.setItem('theme', 'dark');
  open('p3').wipe();
  expect([...storage.entries.keys()]).toEqual(['theme']);
});

it('sweeps what nobody came for in thirty days, of any session, and nothing else', () => {
  const { clock, storage, open } = setUp();
  const day = 24 * 60 * 60 * 1_000;
  const left = open('left');
  left.save(items);
  left.release();
  open('crashed').save(items);
  storage.setItem('theme', 'dark');
  storage.setItem('duologue:outbox:OTHER:odd', '{');
  clock.advance(29 * day);
  open('new').save(items);
  sweepOutboxes(storage, clock.wallNow());
  expect(storage.length).toBe(5);
  clock.advance(2 * day);
  sweepOutboxes(storage, clock.wallNow());
  expect([...storage.entries.keys()]).toEqual([
    'theme',
    'duologue:outbox:OTHER:odd',
    'duologue:outbox:SID:new',
  ]);
});

it('is back at work when its page comes back from the back-cache', () => {
  const { open, adopted, take } = setUp();
  const page = open('p1');
  page.save(items);
  page.release();
  page.beat();
  open('p2').adopt(take);
  expect(adopted).toEqual([]);
});

it('lives without storage', () => {
  const fail = () => {
    throw new Error('forbidden');
  };
  const storage = { length: 1, key: fail, getItem: fail, setItem: fail, removeItem: fail };
  const page = createOutboxStorage({
    environment: createFakeEnvironment({ storage }),
    sid: 'SID',
    page: 'p1',
  });
  page.save(items);
  page.adopt(() => true);
  page.release();
  page.wipe();
  sweepOutboxes(storage, 0);
});
