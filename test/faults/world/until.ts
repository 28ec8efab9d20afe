/** Waiting for something to become true, and saying what did not. */
import { setTimeout as pass } from 'node:timers/promises';

const LOOK_EVERY_MS = 5;

/** Rejects with `what` and what is the case instead, after `withinMs`. Returns how long it took. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = 60_000,
  instead: () => unknown = () => '',
): Promise<number> {
  const started = performance.now();
  for (;;) {
    if (await isSo()) return performance.now() - started;
    const tookMs = performance.now() - started;
    if (tookMs > withinMs) {
      throw new Error(`not within ${withinMs} ms: ${what} ${String(instead())}`);
    }
    await pass(LOOK_EVERY_MS);
  }
}

/** The server has answered, and asking again would change nothing. */
export class Decided extends Error {
  readonly answer: { result: string };

  constructor(answer: { result: string }) {
    super(JSON.stringify(answer));
    this.answer = answer;
  }
}

/** Again until it succeeds or is decided; the last failure is told if it never does. */
export async function persist<T>(attempt: () => Promise<T>, withinMs = 60_000): Promise<T> {
  const giveUpAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Decided || performance.now() > giveUpAt) throw error;
      await pass(50);
    }
  }
}
