import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchForHiding } from '../../../web/ui/hide-now.ts';

const stop = { watching: () => {} };
afterEach(() => stop.watching());

/** Presses Shift at these moments; whether the page was hidden after the last. */
function hidesAfter(moments: readonly number[]): boolean {
  document.body.textContent = 'a chat';
  stop.watching = watchForHiding();
  for (const moment of moments) {
    const press = new KeyboardEvent('keydown', { key: 'Shift' });
    Object.defineProperty(press, 'timeStamp', { value: moment });
    window.dispatchEvent(press);
  }
  return document.body.textContent === '';
}

describe('Shift three times', () => {
  it.each([
    [[0, 300, 600], true],
    [[0, 300], false],
    [[0, 900, 1800], false],
    [[0, 900, 1200, 1500], true],
  ])('at %j ms: %s', (moments, hides) => {
    const replace = vi.spyOn(window.location, 'replace').mockImplementation(() => {});
    expect(hidesAfter(moments)).toBe(hides);
    expect(replace).toHaveBeenCalledTimes(hides ? 1 : 0);
  });
});
