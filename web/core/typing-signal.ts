/** Tells the other that one is typing: again every few seconds, and when it is over. */
import type { ClientFrame } from '../../server/protocol/frames.ts';
import type { Environment } from './environment.ts';

const REPEAT_AFTER_MS = 3_000;

export function createTypingSignal(
  { now }: Pick<Environment, 'now'>,
  send: (frame: ClientFrame) => boolean,
) {
  let toldAt: number | null = null;
  return {
    /** On every input; false when the field is empty or was sent. */
    typing(on: boolean): void {
      if (!on && toldAt === null) return;
      if (on && toldAt !== null && now() - toldAt < REPEAT_AFTER_MS) return;
      toldAt = send({ type: 'typing', on }) && on ? now() : null;
    },
    stop(): void {
      toldAt = null;
    },
  };
}
