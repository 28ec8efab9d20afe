/**
 * A chat against a server that is flushed by hand. Long because every event of a chat has its
 * case, and all share one set-up.
 */
import { describe, expect, it } from 'vitest';
import { boxHash } from '../../../server/protocol/envelope/chain.ts';
import { toBase64Url } from '../../../server/protocol/encoding.ts';
import type { Entry } from '../../../server/protocol/frames.ts';
import { deliveryOf } from '../../../web/core/chat-view.ts';
import { createFakeStorage } from './support/fake-world.ts';
import { createHonestLog } from './support/session.ts';
import { createChats, landingOf, messagesOf, textsOf } from './support/chats.ts';

const answered = () => new Promise((resolve) => setImmediate(resolve));

function pair() {
  const world = createChats();
  const ann = world.open('a');
  const bob = world.open('b');
  world.server.flush();
  return { ...world, ann, bob };
}

describe('talking', () => {
  it('[LG1] shows an own message at once, and stored once it is echoed', () => {
    const { server, ann, bob } = pair();
    const cid = ann.send('hello');
    expect(messagesOf(ann)).toMatchObject([{ cid, state: 'sending', seq: null, mine: true }]);
    server.flush();
    expect(messagesOf(ann)).toMatchObject([{ cid, state: 'stored', seq: 1, mine: true }]);
    expect(messagesOf(bob)).toMatchObject([{ cid, state: 'stored', seq: 1, mine: false }]);
    expect(ann.notices.value.tampered || bob.notices.value.tampered).toBe(false);
  });

  it('[EP1] moves the ticks from sent to delivered to read', () => {
    const { server, clock, ann, bob } = pair();
    ann.send('hello');
    server.flush();
    const tick = () => deliveryOf(messagesOf(ann)[0]!, ann.receipts.value.b);
    expect(tick()).toBe('sent');
    clock.advance(400);
    server.flush();
    expect(tick()).toBe('delivered');
    bob.markRead(1);
    clock.advance(400);
    server.flush();
    expect(tick()).toBe('read');
  });

  it('mirrors replies, edits, reactions and removals', () => {
    const { server, ann, bob } = pair();
    const first = ann.send('one')!;
    const reply = bob.send('two', { re: first })!;
    server.flush();
    ann.edit(first, 'one!');
    bob.react(first, '👍');
    server.flush();
    for (const chat of [ann, bob]) {
      expect(messagesOf(chat)).toMatchObject([
        { body: { kind: 'text', text: 'one!' }, edited: true, reactions: { b: '👍' } },
        { re: first },
      ]);
    }
    bob.react(first, null);
    bob.unsend(reply);
    ann.unsend(first);
    server.flush();
    for (const chat of [ann, bob]) {
      expect(textsOf(chat)).toEqual(['<unsent>', '<unsent>']);
      expect(chat.notices.value.tampered).toBe(false);
    }
    expect(server.log.slice(0, 3).every(({ box }) => box === undefined)).toBe(true);
  });

  it('shows a newcomer what was removed as removed, and edits of it not at all', () => {
    const { server, clock, open, ann } = pair();
    const cid = ann.send('secret')!;
    ann.edit(cid, 'very secret');
    server.flush();
    ann.unsend(cid);
    ann.send('else');
    server.flush();
    const phone = open('b');
    server.flush();
    expect(textsOf(phone)).toEqual(['<unsent>', 'else']);
    clock.advance(11_000);
    expect(phone.notices.value.tampered).toBe(false);
  });

  it('[EP2] tells of typing, sparingly, and forgets it', () => {
    const { server, clock, ann, bob } = pair();
    ann.typing(true);
    ann.typing(true);
    server.flush();
    expect(server.received.filter(({ frame }) => frame.type === 'typing')).toHaveLength(1);
    expect(bob.peer.value.typing).toBe(true);
    clock.advance(6_500);
    expect(bob.peer.value.typing).toBe(false);
  });

  it('refuses what does not fit into one box', () => {
    const { ann } = pair();
    expect(ann.send('x'.repeat(17_000))).toBeNull();
    expect(ann.items.value).toEqual([]);
  });

  it('[LF3] counts down on its own clock', () => {
    const { server, clock, ann } = pair();
    expect(ann.expiry.value).toMatchObject({ deadline: clock.now() + 600_000, warnMs: 120_000 });
    clock.advance(1_000);
    ann.keep();
    server.flush();
    expect(ann.expiry.value).toMatchObject({ deadline: clock.now() + 600_000, idleMs: 600_000 });
  });
});

describe('a bad connection', () => {
  it('[LG2] sends again what was not echoed: one copy', () => {
    const { server, clock, ann, bob } = pair();
    ann.send('one');
    ann.send('two');
    const wire = server.wires.find(({ slot }) => slot === 'a')!;
    server.step(wire, 'server');
    server.cut(wire);
    expect(ann.connection.value).toBe('reconnecting');
    clock.advance(1_000);
    server.flush();
    expect(ann.connection.value).toBe('live');
    for (const chat of [ann, bob]) expect(textsOf(chat)).toEqual(['one', 'two']);
    expect(messagesOf(ann).every(({ state }) => state === 'stored')).toBe(true);
  });

  it('[LG5] sends again in order after a nack', () => {
    const { server, clock, ann, bob } = pair();
    server.outcomes.push('ok', 'unavailable-but-stored', 'ok');
    for (const text of ['1', '2', '3', '4']) ann.send(text);
    server.flush();
    clock.advance(20_000);
    server.flush();
    expect(textsOf(bob)).toEqual(['1', '2', '3', '4']);
    expect(messagesOf(ann).every(({ state }) => state === 'stored')).toBe(true);
    expect(bob.notices.value.tampered || ann.notices.value.tampered).toBe(false);
  });

  it('[LG6] gives up when the chat is full, still takes back, and can try again', () => {
    const { server, clock, ann, bob } = pair();
    const first = ann.send('first')!;
    server.flush();
    server.isFull = true;
    const second = ann.send('second')!;
    const third = ann.send('third')!;
    ann.unsend(first);
    server.flush();
    expect(ann.notices.value.full).toBe(true);
    expect(messagesOf(ann).map(({ state }) => state)).toEqual(['stored', 'failed', 'failed']);
    expect(textsOf(bob)).toEqual(['<unsent>']);
    server.isFull = false;
    ann.discard(second);
    ann.retry(third);
    clock.advance(20_000);
    server.flush();
    expect(textsOf(bob)).toEqual(['<unsent>', 'third']);
    expect(textsOf(ann)).toEqual(['<unsent>', 'third']);
    expect(bob.notices.value.tampered || ann.notices.value.tampered).toBe(false);
    expect(ann.notices.value.full).toBe(false);
  });

  it('[LG8] sends a void for what was deleted before it was sent', () => {
    const { server, clock, ann, bob } = pair();
    server.cut(server.wires.find(({ slot }) => slot === 'a')!);
    const cid = ann.send('never mind')!;
    ann.send('this');
    ann.unsend(cid);
    expect(textsOf(ann)).toEqual(['this']);
    clock.advance(1_000);
    server.flush();
    expect(textsOf(bob)).toEqual(['this']);
    expect(server.log.map((entry) => entry.cid)).toContain(cid);
    expect(bob.notices.value.tampered).toBe(false);
  });

  it('takes back what was deleted while it was on its way', () => {
    const { server, ann, bob } = pair();
    const cid = ann.send('oh no')!;
    server.step(
      server.wires.find(({ slot }) => slot === 'a')!,
      'server',
    );
    ann.unsend(cid);
    expect(textsOf(ann)).toEqual([]);
    server.flush();
    expect(textsOf(bob)).toEqual(['<unsent>']);
    expect(textsOf(ann)).toEqual(['<unsent>']);
  });

  it('[CL5] asks the landing after a failed open and obeys it', async () => {
    const { server, clock, landings, storages, ann } = pair();
    landings.push(landingOf('a', 'a'), landingOf('a', null));
    ann.send('kept');
    server.refusesOpen = true;
    server.cut(server.wires.find(({ slot }) => slot === 'a')!);
    clock.advance(500);
    server.flush();
    await Promise.resolve().then(() => {});
    expect(ann.connection.value).toBe('crowded');
    clock.advance(1_000);
    server.flush();
    await Promise.resolve().then(() => {});
    expect(ann.connection.value).toBe('pass_gone');
    expect(storages.a.entries.size).toBe(1);
    server.refusesOpen = false;
    ann.useHere();
    server.flush();
    expect(ann.connection.value).toBe('live');
    expect(storages.a.entries.size).toBe(0);
  });

  it('says that no connection is let through, and until when, as long as the server answers', async () => {
    const { server, clock, landings, ann } = pair();
    const limited = { result: 'retry', code: 'rate_limited', retryInMs: 3_000 } as const;
    const silent = { result: 'retry', code: null, retryInMs: null } as const;
    landings.push(limited, landingOf('a', 'a'), silent);
    server.refusesOpen = true;
    server.cut(server.wires.find(({ slot }) => slot === 'a')!);
    expect(ann.connection.value).toBe('reconnecting');
    clock.advance(500);
    server.flush();
    await answered();
    expect(ann.connection.value).toBe('crowded');
    expect(ann.retryAt.value).toBe(clock.now() + 3_000);
    for (const status of ['crowded', 'reconnecting'] as const) {
      clock.advance(ann.retryAt.value - clock.now());
      server.flush();
      await answered();
      expect(ann.connection.value).toBe(status);
    }
    server.refusesOpen = false;
    clock.advance(ann.retryAt.value - clock.now());
    server.flush();
    expect(ann.connection.value).toBe('live');
  });

  it('says offline at once, and is back as soon as the network is', () => {
    const { server, clock, ann } = pair();
    ann.offline();
    expect(ann.connection.value).toBe('offline');
    clock.advance(3_001);
    expect(ann.connection.value).toBe('offline');
    ann.send('queued');
    ann.woke();
    server.flush();
    expect(ann.connection.value).toBe('live');
    expect(messagesOf(ann)).toMatchObject([{ state: 'stored' }]);
  });

  it('leaves its outbox to the next page, which sends it in order', () => {
    const { server, clock, open, storages, ann, bob } = pair();
    server.cut(server.wires.find(({ slot }) => slot === 'a')!);
    for (const text of ['1', '2', '3']) ann.send(text);
    ann.stop();
    expect([...storages.a.entries.values()].join('')).not.toContain('"text"');
    const next = open('a');
    server.flush();
    clock.advance(100);
    server.flush();
    expect(textsOf(bob)).toEqual(['1', '2', '3']);
    expect(textsOf(next)).toEqual(['1', '2', '3']);
    expect(storages.a.entries.size).toBe(0);
  });
});

it('takes back what was deleted on a page that crashed before it saw the echo', () => {
  const { server, clock, open, storages, ann, bob } = pair();
  const cid = ann.send('oh no')!;
  ann.edit(cid, 'oh dear');
  const wire = server.wires.find(({ slot }) => slot === 'a')!;
  server.step(wire);
  server.step(wire);
  ann.unsend(cid);
  // Nothing more is heard of the page; what it kept is what the next one finds.
  const kept = createFakeStorage();
  for (const [key, value] of storages.a.entries) kept.setItem(key, value);
  server.cut(wire);
  ann.wipe();
  const next = open('a', undefined, kept);
  server.flush();
  expect(textsOf(next)).toEqual(['oh dear']);
  clock.advance(8_000);
  server.flush();
  for (const chat of [next, bob]) {
    expect(textsOf(chat)).toEqual(['<unsent>']);
    expect(chat.notices.value.tampered).toBe(false);
  }
  expect(server.log.slice(0, 2).every(({ box }) => box === undefined)).toBe(true);
  expect(kept.length).toBe(0);
});

describe('a reset', () => {
  it('[RS4] puts back what was lost, in order, says so once, and raises no alarm', () => {
    const { server, clock, ann, bob } = pair();
    ann.send('1');
    server.flush();
    bob.send('2');
    server.flush();
    const gone = ann.send('3')!;
    ann.send('4');
    server.flush();
    ann.unsend(gone);
    server.flush();
    server.loseTail(4);
    for (const wire of [...server.wires]) server.cut(wire);
    ann.send('5');
    for (let i = 0; i < 5; i++) {
      clock.advance(1_000);
      server.flush();
    }
    for (const chat of [ann, bob]) {
      const texts = textsOf(chat).filter((text) => text !== '<unsent>');
      expect(texts.toSorted()).toEqual(['1', '2', '4', '5']);
      expect(texts.filter((text) => text !== '2')).toEqual(['1', '4', '5']);
      expect(chat.items.value.filter(({ type }) => type === 'note')).toHaveLength(1);
      expect(chat.notices.value).toMatchObject({ tampered: false, reset: true });
    }
  });

  it('[RS4] puts back once what a server had told twice, and removes nothing for it', () => {
    const { server, clock, ann, bob } = pair();
    ann.send('mine');
    server.flush();
    const [mine] = server.log;
    server.inject({ type: 'entry', ...mine!, seq: 2 }, 'a');
    server.flush();
    server.loseTail(1);
    for (const wire of [...server.wires]) server.cut(wire);
    for (let i = 0; i < 5; i++) {
      clock.advance(1_000);
      server.flush();
    }
    for (const chat of [ann, bob]) expect(textsOf(chat)).toEqual(['mine']);
    expect(ann.notices.value).toMatchObject({ tampered: true, reset: true });
  });

  it('[RS5] is noticed by the first message after it', () => {
    const { server, clock, ann, bob } = pair();
    ann.send('1');
    ann.send('2');
    server.flush();
    server.loseTail(1);
    bob.send('3');
    for (let i = 0; i < 5; i++) {
      server.flush();
      clock.advance(1_000);
    }
    expect(textsOf(ann)).toEqual(textsOf(bob));
    expect(textsOf(ann).toSorted()).toEqual(['1', '2', '3']);
    expect(ann.notices.value.tampered || bob.notices.value.tampered).toBe(false);
  });

  it('[EP1] leaves nothing read that came in the place of what had been read', () => {
    const { server, clock, ann, bob } = pair();
    const settle = () => {
      for (let i = 0; i < 5; i++) {
        server.flush();
        clock.advance(1_000);
      }
    };
    for (const text of ['1', '2', '3', '4']) bob.send(text);
    server.flush();
    ann.markRead(4);
    settle();
    expect([ann.rereads.value, ann.receipts.value.a.read]).toEqual([0, 4]);
    server.loseTail(3);
    for (const wire of [...server.wires]) server.cut(wire, 4002);
    bob.stop();
    settle();
    expect(ann.rereads.value).toBe(1);
    bob.woke();
    for (const text of ['5', '6', '7']) bob.send(text);
    settle();
    expect(ann.receipts.value.a.read).toBeLessThanOrEqual(1);
    expect(ann.receipts.value.a.received).toBeGreaterThan(4);
    ann.markRead(6);
    settle();
    expect(ann.receipts.value.a.read).toBe(6);
  });
});

describe('the end', () => {
  it('[LF5] is proven by its box, and wipes', () => {
    const { server, storages, ann, bob } = pair();
    ann.send('hello');
    server.flush();
    bob.end();
    server.flush();
    for (const chat of [ann, bob]) {
      expect(chat.ended.value).toEqual({ reason: 'ended', by: 'b', idleMs: 600_000 });
      expect(chat.connection.value).toBe('ended');
      expect(chat.items.value).toEqual([]);
    }
    expect(storages.a.entries.size).toBe(0);
  });

  it('[LF5] has no name without a good box', () => {
    const { server, ann } = pair();
    server.inject({ type: 'ended', reason: 'ended', by: 'b' });
    server.flush();
    expect(ann.ended.value).toMatchObject({ reason: 'ended', by: null });
  });

  it.each(['told by the server', 'told by another page'])(
    'keeps the outbox for the new link where this one was replaced, %s',
    async (how) => {
      const { server, clock, landings, storages, open, ann } = pair();
      landings.push({ result: 'gone', reason: 'renewed', by: null, box: null, idleMs: 5 });
      server.refusesOpen = true;
      for (const wire of [...server.wires]) server.cut(wire);
      ann.send('kept');
      if (how === 'told by another page') {
        ann.wipe('renewed');
      } else {
        clock.advance(500);
        server.flush();
        await answered();
        expect(ann.ended.value?.reason).toBe('renewed');
        ann.wipe();
      }
      expect(storages.a.entries.size).toBe(1);
      server.refusesOpen = false;
      const next = open('a');
      server.flush();
      expect(textsOf(next)).toEqual(['kept']);
      ann.wipe();
      next.wipe();
      expect(storages.a.entries.size).toBe(0);
    },
  );

  it('sweeps the outboxes of sessions long gone when a chat is opened', () => {
    const { clock, storages, open } = createChats();
    const old = JSON.stringify({ beat: clock.wallNow() - 31 * 86_400_000, items: [] });
    storages.a.setItem('duologue:outbox:OTHER:page', old);
    open('a');
    expect(storages.a.entries.size).toBe(0);
  });

  it('goes over HTTP when there is no connection, or no answer', async () => {
    const { server, clock, ends, ann, bob } = pair();
    server.cut(server.wires.find(({ slot }) => slot === 'a')!);
    ann.end();
    bob.end();
    clock.advance(3_000);
    await Promise.resolve().then(() => {});
    expect(ends).toHaveLength(2);
    expect(ann.ended.value).toMatchObject({ reason: 'ended', by: 'a' });
    expect(bob.ended.value).toMatchObject({ reason: 'ended', by: 'b' });
    expect(clock.pending).toBe(0);
  });

  it('is under way until it is over, and can be given up before', async () => {
    const { server, clock, ends, endAnswers, ann } = pair();
    endAnswers.push({ result: 'retry', code: 'store_unavailable', retryInMs: 1_000 });
    server.cut(server.wires.find(({ slot }) => slot === 'a')!);
    expect(ann.ending.value).toBe('no');
    ann.end();
    expect(ann.ending.value).toBe('under_way');
    await answered();
    expect(ann.ending.value).toBe('under_way');
    ann.cancelEnd();
    expect(ann.ending.value).toBe('no');
    clock.advance(60_000);
    await answered();
    expect(ends).toHaveLength(1);
    expect(ann.ended.value).toBeNull();
    ann.end();
    await answered();
    expect(ann.ended.value).toMatchObject({ reason: 'ended', by: 'a' });
    expect(ann.ending.value).toBe('no');
  });

  it.each([{ result: 'refused', code: 'bad_origin' }, { result: 'pass_gone' }] as const)(
    'says that it has failed, and can be tried again: %j',
    async (answer) => {
      const { server, endAnswers, ann } = pair();
      endAnswers.push(answer);
      server.cut(server.wires.find(({ slot }) => slot === 'a')!);
      ann.end();
      await answered();
      expect(ann.ending.value).toBe('failed');
      ann.end();
      await answered();
      expect(ann.ended.value).toMatchObject({ reason: 'ended', by: 'a' });
    },
  );

  it('[HT5] is no failure where the chat is over and so the pass is gone', async () => {
    const { server, landings, endAnswers, ann } = pair();
    endAnswers.push({ result: 'pass_gone' });
    landings.push({ result: 'gone', reason: 'silence', by: null, box: null, idleMs: 5 });
    server.cut(server.wires.find(({ slot }) => slot === 'a')!);
    ann.end();
    await answered();
    expect(ann.ended.value).toEqual({ reason: 'silence', by: null, idleMs: 5 });
    expect(ann.ending.value).toBe('no');
  });
});

it('reads 5,000 entries page by page, and shows them once they are all there', () => {
  const { server, sessions, open } = createChats();
  const honest = createHonestLog(sessions.b);
  for (let i = 0; i < 5_000; i++) honest.say(i % 3 ? 'a' : 'b', `message ${i}`);
  server.replaceLog(honest.entries);
  const ann = open('a');
  const shown: number[] = [];
  ann.items.subscribe(({ length }) => shown.push(length));
  const start = performance.now();
  server.flush();
  // Nearly all of it is opening boxes; a copy of the whole for each entry would be the more.
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(shown).toEqual([0, 5_000]);
  expect(ann.notices.value.tampered).toBe(false);
}, 60_000);

describe('[EV11] an entry without box that nobody explains', () => {
  function blanked() {
    const world = pair();
    const { box: _, ...rest } = createHonestLog(world.sessions.b).say('b', 'told');
    const entry: Entry = { ...rest, hash: 'A'.repeat(43) };
    world.server.replaceLog([entry]);
    return { ...world, entry };
  }

  it('is an alarm after ten seconds, though it came alone and frames keep coming', () => {
    const { server, clock, ann, entry } = blanked();
    server.inject({ type: 'entry', ...entry });
    for (let second = 0; second < 9; second++) {
      server.inject({ type: 'entries', list: [] });
      server.flush();
      clock.advance(1_000);
    }
    expect(ann.notices.value.tampered).toBe(false);
    clock.advance(1_001);
    expect(ann.notices.value.tampered).toBe(true);
  });

  it('is not forgotten by a connection that is cut every few seconds', () => {
    const { server, clock, ann, entry } = blanked();
    server.inject({ type: 'entry', ...entry });
    for (let second = 0; second < 15; second += 3) {
      server.flush();
      for (const wire of [...server.wires]) server.cut(wire);
      clock.advance(3_000);
    }
    server.flush();
    expect(ann.notices.value.tampered).toBe(true);
  });

  it('has ten seconds of its own', () => {
    const { server, clock, sessions, ann } = pair();
    const honest = createHonestLog(sessions.b);
    const first = honest.say('b', '1');
    const second = honest.say('b', '2');
    const hidden = (entry: Entry): Entry => {
      const { box: _, ...rest } = entry;
      return { ...rest, hash: toBase64Url(boxHash(entry)) };
    };
    const tell = (entry: Entry) => {
      server.inject({ type: 'entry', ...entry }, 'a');
      server.flush();
    };
    tell(hidden(first));
    clock.advance(8_000);
    tell(hidden(second));
    tell(honest.tell('b', { kind: 'unsend', of: [first.cid] }));
    clock.advance(8_000);
    expect(ann.notices.value.tampered).toBe(false);
    tell(honest.tell('b', { kind: 'unsend', of: [second.cid] }));
    clock.advance(20_000);
    expect(ann.notices.value.tampered).toBe(false);
  });
});
