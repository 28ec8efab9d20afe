import { describe, expect, it } from 'vitest';
import { formatCountdown, formatDuration, formatDurationShort } from '../../../web/ui/durations.ts';

const day = 24 * 3_600_000;

describe('durations', () => {
  it.each([
    [299_000, '4:59'],
    [299_001, '5:00'],
    [1, '0:01'],
    [0, '0:00'],
    [-5, '0:00'],
    [3_899_000, '1:04:59'],
  ])('a countdown of %i ms is %s', (ms, text) => expect(formatCountdown(ms)).toBe(text));

  it.each([
    [30_000, '30 seconds'],
    [60_000, '1 minute'],
    [120_000, '2 minutes'],
    [30 * 60_000, '30 minutes'],
    [60 * 60_000, '1 hour'],
    [2 * 3_600_000, '2 hours'],
    [day, '24 hours'],
    [7 * day, '7 days'],
  ])('a duration of %i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('is shorter where room is short', () => {
    expect(formatDurationShort(30 * 60_000)).toBe('30 min');
    expect(formatDurationShort(2 * 3_600_000)).toBe('2 hours');
  });
});
