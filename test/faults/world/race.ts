/** Things done at drawn moments, in their order. */
import { setTimeout as pass } from 'node:timers/promises';

export interface Move {
  /** On the clock of performance.now(). */
  at: number;
  act: () => void;
}

/** Resolves when all has been done. */
export async function race(moves: readonly Move[]): Promise<void> {
  for (const { at, act } of moves.toSorted((one, two) => one.at - two.at)) {
    const leftMs = at - performance.now();
    if (leftMs > 0) await pass(leftMs);
    act();
  }
}
