/** What can be measured of a page: what sticks out, what is too small to hit, where the focus is. */
import type { Page } from '@playwright/test';

/** What one can see and press; the file-scope of a browser, so it imports nothing. */
export interface Target {
  what: string;
  width: number;
  height: number;
  /** The one action a screen is about. */
  isMain: boolean;
}

/**
 * Everything that reaches out of the window sideways, or makes the page scroll there. Lines of
 * code may be longer than their box, which then scrolls by itself.
 */
export function sidewaysOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { documentElement, body } = document;
    const width = documentElement.clientWidth;
    const found = [...body.querySelectorAll('*')].filter((element) => {
      if (element.closest('.sr-only, svg *, pre *') || !element.checkVisibility()) return false;
      const { left, right } = element.getBoundingClientRect();
      return left < -0.5 || right > width + 0.5;
    });
    const named = found.map(({ outerHTML }) => outerHTML.slice(0, 80));
    const scrolls = documentElement.scrollWidth > width;
    return scrolls ? [`the page scrolls to ${documentElement.scrollWidth}`, ...named] : named;
  });
}

/** Everything to press or type into; links within a sentence are as high as its line. */
export function targetsOf(page: Page): Promise<Target[]> {
  return page.evaluate(() => {
    const controls = 'a[href], button, input, select, textarea, summary, [role="button"]';
    return [...document.querySelectorAll(controls)]
      .filter((element) => element.checkVisibility() && !element.closest('.bubble-text'))
      .map((element) => {
        const { width, height } = element.getBoundingClientRect();
        const label = element.getAttribute('aria-label') ?? element.textContent;
        const what = `${element.localName} ${label}`;
        return { what, width, height, isMain: element.matches('.button-main') };
      });
  });
}

export interface Focus {
  /** The element's name as one would say it. */
  name: string;
  /** Whether one sees that it has the focus. */
  isRinged: boolean;
  /** All of it, and the ring around. */
  isInWindow: boolean;
}

const RING_PX = 4;

export function focusOf(page: Page): Promise<Focus> {
  return page.evaluate((ring) => {
    // as: the page has no others that take the focus
    const element = (document.activeElement ?? document.body) as HTMLElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { top, bottom } = element.getBoundingClientRect();
    const label =
      element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
    return {
      name:
        element.getAttribute('aria-label') ??
        label ??
        element.innerText.replace(/\s+/g, ' ').trim(),
      isRinged: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
      isInWindow: top >= ring && bottom <= innerHeight - ring,
    };
  }, RING_PX);
}
