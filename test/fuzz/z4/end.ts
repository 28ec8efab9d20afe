/**
 * Who ended the chat, told by a server that lies about it: nobody is named who has not sealed the
 * end. That the chat is over is the server's word in any case.
 */
import assert from 'node:assert/strict';
import { sealControl } from '../../../server/protocol/envelope/entry-box.ts';
import { otherSlot, SLOTS } from '../../../server/protocol/frames.ts';
import type { Ended, Entry, Slot } from '../../../server/protocol/frames.ts';
import { createRandom, type Random } from '../../faults/world/random.ts';
import { createSessions } from '../../web/core/support/session.ts';
import { createStage, DEVICES } from '../../web/core/support/stage.ts';
import { drawSteps } from './attack.ts';

/** Throws if anybody reads a name that is not proven, or an honest end without its name. */
export async function attackEnd(seed: number): Promise<void> {
  const random = createRandom(seed);
  const stage = createStage();
  for (const step of drawSteps(seed, 20, [])) stage.take(step);
  await stage.settle();
  const { server, chats } = stage;
  const isLiedTo = DEVICES.map(() => random() < 0.5);
  const ender = random.between(0, DEVICES.length - 1);
  const { slot } = DEVICES[ender]!;
  const forgery = random.oneOf(forgeries(slot, server.log, random));
  server.liar = {
    log: (_wire, truth) => truth,
    take: (_wire, frame) => [frame],
    frame(wire, frame) {
      if (frame.type !== 'ended' || !isLiedTo[Number(wire.page.split('.')[0])]) return frame;
      return forgery(frame);
    },
  };
  chats[ender]!.end();
  server.flush();
  const named = chats.map(({ ended }) => ended.value?.by);
  const due = isLiedTo.map((liedTo) => (liedTo ? null : slot));
  assert.deepEqual(named, due, 'who ended the chat');
}

function forgeries(slot: Slot, log: readonly Entry[], random: Random): ((end: Ended) => Ended)[] {
  const stripped = ({ type, reason, by }: Ended): Ended => ({ type, reason, ...(by && { by }) });
  const flipped = (end: Ended): Ended => ({ ...end, by: otherSlot(slot) });
  const boxes = log.flatMap(({ box }) => box ?? []);
  const { a: elsewhere } = createSessions();
  const view = { prev: null, after: { seq: 0, hash: 'A'.repeat(43) } };
  return [
    stripped,
    flipped,
    (end) => flipped(stripped(end)),
    ({ type, reason, box }) => ({ type, reason, ...(box && { box }) }),
    (end) => ({ ...end, box: (end.box ?? '').replace(/^./, (one) => (one === 'A' ? 'B' : 'A')) }),
    (end) => {
      const content = { ...view, content: { kind: 'end' } as const };
      const { sid, keys } = elsewhere;
      return { ...end, box: sealControl(keys, { sid, slot, cid: '' }, content) };
    },
    (end) =>
      boxes.length === 0
        ? stripped(end)
        : { ...end, by: random.oneOf(SLOTS), box: random.oneOf(boxes) },
  ];
}
