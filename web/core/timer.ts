/** One thing that will happen later, unless it is put off or called off. */
import type { Environment } from './environment.ts';

export interface Timer {
  readonly isRunning: boolean;
  /** Replaces what was to happen. */
  start(run: () => void, ms: number): void;
  cancel(): void;
}

export function createTimer({ schedule }: Pick<Environment, 'schedule'>): Timer {
  let cancelRun: (() => void) | null = null;
  function cancel(): void {
    cancelRun?.();
    cancelRun = null;
  }
  return {
    get isRunning() {
      return cancelRun !== null;
    },
    start(run, ms) {
      cancel();
      cancelRun = schedule(() => {
        cancelRun = null;
        run();
      }, ms);
    },
    cancel,
  };
}
