/** When texts were painted, by the page's own clock: nothing is asked of it while it is measured. */
import type { Page } from '@playwright/test';

/** A press that sends something, or a frame that brings a message. */
type Cause = 'press' | 'frame';

declare global {
  interface Window {
    /** ms on the page's clock, in order. */
    causes: Record<Cause, number[]>;
    /** When the bubble with this text was first on the screen, in ms on the same clock. */
    paintedAt: Map<string, number>;
    /** Who is told when a text is. */
    untilPainted: Map<string, () => void>;
  }
}

/** To be called before the page is loaded that is meant. */
export function watchShown(page: Page): Promise<unknown> {
  return page.addInitScript(() => {
    window.causes = { press: [], frame: [] };
    window.paintedAt = new Map();
    window.untilPainted = new Map();
    const press = () => window.causes.press.push(performance.now());
    addEventListener('submit', press, true);
    addEventListener('keydown', ({ key }) => key === 'Enter' && press(), true);
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        // Before the page's own listener.
        this.addEventListener('message', ({ data }) => {
          if (String(data).includes('"type":"entr')) window.causes.frame.push(performance.now());
        });
      }
    };
    const fresh = new Set<string>();
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (!(node instanceof Element)) continue;
          for (const bubble of node.querySelectorAll('.bubble-text')) {
            if (bubble.textContent) fresh.add(bubble.textContent);
          }
        }
      }
      if (fresh.size === 0) return;
      const seen = [...fresh];
      fresh.clear();
      // The first task after the frame: it has been painted. Not behind frames that wait.
      requestAnimationFrame(() => {
        void scheduler.postTask(
          () => {
            const now = performance.now();
            for (const text of seen) {
              if (!window.paintedAt.has(text)) window.paintedAt.set(text, now);
              window.untilPainted.get(text)?.();
            }
          },
          { priority: 'user-blocking' },
        );
      });
    }).observe(document, { childList: true, subtree: true });
  });
}

/** Told by the page itself: asking it again and again would show in what is measured. */
export async function untilPainted(page: Page, text: string): Promise<void> {
  await page.evaluate(
    (text) =>
      new Promise<void>((resolve) => {
        if (window.paintedAt.has(text)) resolve();
        else window.untilPainted.set(text, resolve);
      }),
    text,
  );
}

/** For each text the time from the last such cause before it, in ms; NaN if it was never shown. */
export function shownAfter(page: Page, cause: Cause, texts: readonly string[]): Promise<number[]> {
  return page.evaluate(
    ([cause, texts]) =>
      texts.map((text) => {
        const at = window.paintedAt.get(text) ?? NaN;
        const before = window.causes[cause].findLast((time) => time < at) ?? NaN;
        return at - before;
      }),
    [cause, texts] as const,
  );
}
