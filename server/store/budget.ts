/**
 * The attempt budget of one participant, calculated. Per address: some tries, then one after each
 * wait. Over all addresses two continuous buckets, so that strangers cannot use up the tries of
 * an address that was here before. The memory store calls these functions; lua/take-try.lua and
 * its kin do the same inside Redis, and one contract suite holds both to it.
 */
import type { Tries, TryTaken } from './store.ts';

export interface AttemptBudget {
  /** Tries of an address before its first wait. */
  tries: number;
  /** What follows each further failure; the last is repeated. */
  waitsMs: readonly [number, ...number[]];
  /** Tries an hour of addresses that failed here before, and of new ones; a full hour's at once. */
  knownPerHour: number;
  newPerHour: number;
}

export const ATTEMPT_BUDGET: AttemptBudget = {
  tries: 5,
  waitsMs: [60_000, 5 * 60_000, 15 * 60_000],
  knownPerHour: 800,
  newPerHour: 200,
};

const HOUR_MS = 3_600_000;

/** How full a bucket was at `at`; it drains by itself. */
interface Bucket {
  used: number;
  at: number;
}

export interface Attempts {
  /** All failed tries, ever. */
  failures: number;
  addresses: Map<string, { failures: number; lastAt: number }>;
  known: Bucket;
  new: Bucket;
}

export function noAttempts(): Attempts {
  return {
    failures: 0,
    addresses: new Map(),
    known: { used: 0, at: 0 },
    new: { used: 0, at: 0 },
  };
}

/** What the next try of `address` would meet. */
export function peekTries(
  attempts: Attempts,
  address: string,
  now: number,
  budget: AttemptBudget,
): Tries {
  const { failures, lastAt } = attempts.addresses.get(address) ?? { failures: 0, lastAt: 0 };
  const left = budget.tries - failures;
  const last = budget.waitsMs.length - 1;
  const waitMs = left > 0 ? 0 : (budget.waitsMs[Math.min(-left, last)] ?? 0);
  const waitLeftMs = Math.max(0, lastAt + waitMs - now);
  const { bucket, perHour } = bucketOf(attempts, failures, budget);
  const over = drained(bucket, perHour, now) + 1 - perHour;
  const bucketLeftMs = over > 0 ? Math.ceil((over * HOUR_MS) / perHour) : 0;
  // After a wait there is one try until the next.
  const triesLeft = left > 0 ? left : waitLeftMs > 0 ? 0 : 1;
  return { triesLeft, retryInMs: Math.max(waitLeftMs, bucketLeftMs) };
}

/** Takes a try, or nothing at all. */
export function takeTry(
  attempts: Attempts,
  address: string,
  now: number,
  budget: AttemptBudget,
): TryTaken {
  const { retryInMs } = peekTries(attempts, address, now, budget);
  if (retryInMs > 0) return { taken: false, retryInMs };
  const failures = attempts.addresses.get(address)?.failures ?? 0;
  const { bucket, perHour } = bucketOf(attempts, failures, budget);
  bucket.used = drained(bucket, perHour, now) + 1;
  bucket.at = now;
  attempts.failures += 1;
  attempts.addresses.set(address, { failures: failures + 1, lastAt: now });
  const left = peekTries(attempts, address, now, budget);
  return { taken: true, failures: attempts.failures, ...left };
}

/** The last try of `address` was right: it is given back, and the address starts anew. */
export function forgiveTry(
  attempts: Attempts,
  address: string,
  now: number,
  budget: AttemptBudget,
): void {
  // The count is of failed tries only, also where another right try has forgotten the address.
  attempts.failures = Math.max(0, attempts.failures - 1);
  const failures = attempts.addresses.get(address)?.failures ?? 0;
  if (failures === 0) return;
  const { bucket, perHour } = bucketOf(attempts, failures - 1, budget);
  bucket.used = Math.max(0, drained(bucket, perHour, now) - 1);
  bucket.at = now;
  attempts.addresses.delete(address);
}

function bucketOf(
  attempts: Attempts,
  failures: number,
  budget: AttemptBudget,
): { bucket: Bucket; perHour: number } {
  return failures > 0
    ? { bucket: attempts.known, perHour: budget.knownPerHour }
    : { bucket: attempts.new, perHour: budget.newPerHour };
}

function drained({ used, at }: Bucket, perHour: number, now: number): number {
  return Math.max(0, used - ((now - at) * perHour) / HOUR_MS);
}
