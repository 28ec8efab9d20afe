/** Sizes and shares as people read them, in the language of the page. */
import { text } from './catalogue/catalogue.ts';

const STEP = 1024;
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** What is larger than a limit must look larger: a size is rounded up, a limit or a rest down. */
export function formatSize(bytes: number, round: 'up' | 'down' = 'up'): string {
  let unit = 0;
  let count = bytes;
  for (; count >= STEP && unit < UNITS.length - 1; unit += 1) count /= STEP;
  const digits = count < 10 && unit > 1 ? 1 : 0;
  const scale = 10 ** digits;
  const rounded = Math[round === 'up' ? 'ceil' : 'floor'](count * scale) / scale;
  return new Intl.NumberFormat(text.language, {
    style: 'unit',
    unit: UNITS[unit] ?? 'byte',
    unitDisplay: 'short',
  }).format(rounded);
}

export function formatShare(share: number): string {
  return new Intl.NumberFormat(text.language, { style: 'percent' }).format(share);
}
