/** The small guards that parsers of frames, answers and plaintext are made of. */
import { isBase64Url } from './encoding.ts';
import { SLOTS, type Slot } from './frames.ts';
import { CID_BYTES, SUM_LENGTH } from './limits.ts';

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number that counts something: 0, 1, 2 … */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0; // as: checked just before
}

const SUM = new RegExp(`^[A-Za-z0-9_-]{${SUM_LENGTH}}$`);

export function isSum(value: unknown): value is string {
  return typeof value === 'string' && SUM.test(value);
}

export function isSlot(value: unknown): value is Slot {
  return isOneOf(value, SLOTS);
}

export function isCid(value: unknown): value is string {
  return isBase64Url(value, CID_BYTES);
}

export function isOneOf<T extends string>(value: unknown, all: readonly T[]): value is T {
  return all.some((one) => one === value);
}
