// What may happen to five devices and an honest server, as a list of steps drawn at random, and what
// must hold when all of it is over.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Chat } from '../../../../web/core/chat-view.ts';
import { messagesOf, textsOf } from './chats.ts';
import { createStage, DEVICES } from './stage.ts';

const device = fc.nat({ max: DEVICES.length - 1 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('say' as const), device }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('edit' as const), device, which: fc.nat() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('unsend' as const), device, which: fc.nat() }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      wire: fc.nat(),
      count: fc.nat({ max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), wire: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refuse' as const), stored: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), device }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), device }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wake' as const), device }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat({ max: 4_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose' as const), count: fc.nat({ max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fill' as const), isFull: fc.boolean() }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export function listOf(maxLength: number, without: readonly Step['do'][]): fc.Arbitrary<Step[]> {
  return fc.array(
    step.filter((one) => !without.includes(one.do)),
    { maxLength, size: 'max' },
  );
}

export interface HonestKind {
  title: string;
  steps: fc.Arbitrary<Step[]>;
  /** Everything said and not removed stands in the end. */
  isLossless: boolean;
  /** Also where something was removed is the same on every screen. */
  isTraced: boolean;
}

export const HONEST: readonly HonestKind[] = [
  {
    title: '[EV11] raises no alarm, loses and doubles nothing, while the store keeps its word',
    steps: listOf(100, ['lose', 'fill']),
    isLossless: true,
    isTraced: true,
  },
  {
    // Nor do pages sleep: who adopts an outbox cannot know what the store forgot before it.
    title: '[RS4] heals what the store forgets from what devices hold',
    steps: listOf(100, ['reload', 'crash', 'wake', 'fill']),
    isLossless: true,
    isTraced: true,
  },
  {
    // An unsend that was under way when another page put back a void leaves its trace with those
    // only who read the log later: one schedule in thousands, and no text.
    title:
      '[RS4] raises no alarm and ends in agreement when devices are gone as well, or the chat was full',
    steps: listOf(100, []),
    isLossless: false,
    isTraced: false,
  },
];

const isText = (shown: string) => !shown.startsWith('<');

/** Plays the steps, lets everything come to rest, and throws unless all is as it should be. */
export async function checkHonest(
  steps: readonly Step[],
  { isLossless, isTraced }: Pick<HonestKind, 'isLossless' | 'isTraced'>,
): Promise<void> {
  const stage = createStage();
  for (const one of steps) stage.take(one);
  await stage.settle();
  const { chats, said, removed, server, browsers } = stage;
  const shownBy = (one: Chat) => (isTraced ? textsOf(one) : textsOf(one).filter(isText));
  for (const chat of chats) {
    assert.equal(chat.connection.value, 'live');
    assert.equal(chat.notices.value.tampered, false, 'an honest server is accused');
    for (const { state } of messagesOf(chat)) assert.equal(state, 'stored');
    assert.deepEqual(shownBy(chat), shownBy(chats[0]!));
  }
  for (const { entries } of Object.values(browsers)) assert.equal(entries.size, 0);
  assert.deepEqual(
    server.log.map(({ seq }) => seq),
    server.log.map((_, i) => i + 1),
  );
  assert.equal(new Set(server.log.map(({ cid }) => cid)).size, server.log.length);
  const shown = textsOf(chats[0]!).map((text) => text.replace(/!/g, ''));
  const real = shown.filter(isText);
  assert.equal(new Set(real).size, real.length);
  if (!isLossless) return;
  for (const text of removed) assert.ok(!real.includes(text), `${text} was removed`);
  const kept = said.filter(({ text }) => !removed.has(text));
  assert.deepEqual(real.toSorted(), kept.map(({ text }) => text).toSorted());
  for (const page of new Set(kept.map((one) => one.page))) {
    const own = kept.filter((one) => one.page === page).map(({ text }) => text);
    assert.deepEqual(
      real.filter((text) => own.includes(text)),
      own,
    );
  }
}
