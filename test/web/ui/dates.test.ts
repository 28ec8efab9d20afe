import { describe, expect, it } from 'vitest';
import { formatDay, msUntilMidnight } from '../../../web/ui/dates.ts';

const noon = new Date(2024, 4, 15, 12).getTime();
const day = 24 * 3_600_000;

describe('dates', () => {
  it('names the days that are near', () => {
    expect(formatDay(noon, noon + 3_600_000)).toBe('Today');
    expect(formatDay(noon - day, noon)).toBe('Yesterday');
    expect(formatDay(noon - 2 * day, noon)).toContain('13');
    expect(formatDay(noon - 400 * day, noon)).toContain('2023');
  });

  it('knows how long this day still is', () => {
    expect(msUntilMidnight(noon)).toBe(12 * 3_600_000);
  });
});
