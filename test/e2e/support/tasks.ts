/** How long a page kept its user waiting, as the browser itself has measured it. */
import type { Page } from '@playwright/test';

export interface Tasks {
  /** 0 if none took longer than 50 ms, which is what the browser calls long. */
  longestMs: number;
  /** From a key to the first handler of it. */
  keyDelayMs: number;
  /** From a key to the next frame on the screen, in steps of 8 ms. */
  keyShownMs: number;
}

declare global {
  interface Window {
    measuredTasks: Tasks;
  }
}

/** To be called before the page is loaded that is meant. */
export function watchTasks(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    const measured = { longestMs: 0, keyDelayMs: 0, keyShownMs: 0 };
    window.measuredTasks = measured;
    const raise = (name: keyof Tasks, ms: number) => {
      measured[name] = Math.max(measured[name], Math.round(ms));
    };
    const options = { buffered: true, durationThreshold: 16 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) raise('longestMs', duration);
    }).observe({ type: 'longtask', ...options });
    new PerformanceObserver((list) => {
      for (const event of list.getEntriesByType('event')) {
        // as: what an observer of events is given
        const { name, startTime, processingStart, duration } = event as PerformanceEventTiming;
        if (!name.startsWith('key')) continue;
        raise('keyDelayMs', processingStart - startTime);
        raise('keyShownMs', duration);
      }
    }).observe({ type: 'event', ...options });
  });
}

/** So far, all that is on the screen now included. */
export async function tasksOf(page: Page): Promise<Tasks> {
  return page.evaluate(async () => {
    // Observers are told after the frame: two more, and they have been.
    for (let frame = 0; frame < 3; frame += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return window.measuredTasks;
  });
}
