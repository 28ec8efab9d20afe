/**
 * The attempt budget of one participant, calculated. Per address: some tries, then one after each
 * wait. Over all addresses two continuous buckets, so that strangers cannot use up the tries of
 * whoever comes from somewhere else. The memory store calls these functions; lua/take-try.lua and
 * its kin do the same inside Redis, and one contract suite holds both to it.
 *
 * Who comes from a neighbourhood where nobody has failed takes from the bucket for new ones. Each
 * neighbourhood does so once, so guessing from very many addresses uses it up only with as many
 * networks. The other bucket is not full at once: what is tried at once is checked by one thread,
 * and whoever comes with the right code must not wait behind an hour's guesses.
 */
import type { Caller, Tries, TryTaken } from './store.ts';

export interface AttemptBudget {
  /** Tries of an address before its first wait. */
  tries: number;
  /** What follows each further failure; the last is repeated. */
  waitsMs: readonly [number, ...number[]];
  /** Tries an hour from neighbourhoods that failed here before, and how many of them at once. */
  knownPerHour: number;
  knownAtOnce: number;
  /** Tries an hour from new ones; a full hour's at once. */
  newPerHour: number;
}

export const ATTEMPT_BUDGET: AttemptBudget = {
  tries: 5,
  waitsMs: [60_000, 5 * 60_000, 15 * 60_000],
  knownPerHour: 800,
  knownAtOnce: 100,
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
  /** Of how many of them both were told. */
  told: number;
  /** Null while there is none, as there is nearly always: empty maps weigh too. */
  addresses: Map<string, { failures: number; lastAt: number }> | null;
  /** Failures of the addresses of each; null while there is none. */
  neighbourhoods: Map<string, number> | null;
  known: Bucket;
  new: Bucket;
}

export function noAttempts(): Attempts {
  return {
    failures: 0,
    told: 0,
    addresses: null,
    neighbourhoods: null,
    known: { used: 0, at: 0 },
    new: { used: 0, at: 0 },
  };
}

/** How many callers are remembered. */
export function sizeOf({ addresses, neighbourhoods }: Attempts): number {
  return (addresses?.size ?? 0) + (neighbourhoods?.size ?? 0);
}

/** What the next try of `caller` would meet. */
export function peekTries(
  attempts: Attempts,
  caller: Caller,
  now: number,
  budget: AttemptBudget,
): Tries {
  const { failures, lastAt } = attempts.addresses?.get(caller.address) ?? NEVER;
  const left = budget.tries - failures;
  const last = budget.waitsMs.length - 1;
  const waitMs = left > 0 ? 0 : (budget.waitsMs[Math.min(-left, last)] ?? 0);
  const waitLeftMs = Math.max(0, lastAt + waitMs - now);
  const { bucket, perHour, atOnce } = bucketOf(attempts, failuresAround(attempts, caller), budget);
  const over = drained(bucket, perHour, now) + 1 - atOnce;
  const bucketLeftMs = over > 0 ? Math.ceil((over * HOUR_MS) / perHour) : 0;
  // After a wait there is one try until the next.
  const triesLeft = left > 0 ? left : waitLeftMs > 0 ? 0 : 1;
  return { triesLeft, retryInMs: Math.max(waitLeftMs, bucketLeftMs) };
}

/** Takes a try, or nothing at all. */
export function takeTry(
  attempts: Attempts,
  caller: Caller,
  now: number,
  budget: AttemptBudget,
): TryTaken {
  const { retryInMs } = peekTries(attempts, caller, now, budget);
  if (retryInMs > 0) return { taken: false, retryInMs };
  const { failures } = attempts.addresses?.get(caller.address) ?? NEVER;
  const around = failuresAround(attempts, caller);
  const { bucket, perHour } = bucketOf(attempts, around, budget);
  bucket.used = drained(bucket, perHour, now) + 1;
  bucket.at = now;
  attempts.failures += 1;
  attempts.addresses ??= new Map();
  attempts.addresses.set(caller.address, { failures: failures + 1, lastAt: now });
  attempts.neighbourhoods ??= new Map();
  attempts.neighbourhoods.set(caller.neighbourhood, around + 1);
  const left = peekTries(attempts, caller, now, budget);
  const { failures: all, told } = attempts;
  return { taken: true, failures: all, told, ...left };
}

/** The last try of `caller` was right: it is given back, and the address starts anew. */
export function forgiveTry(
  attempts: Attempts,
  caller: Caller,
  now: number,
  budget: AttemptBudget,
): void {
  // The count is of failed tries only, also where another right try has forgotten the address.
  attempts.failures = Math.max(0, attempts.failures - 1);
  const { failures } = attempts.addresses?.get(caller.address) ?? NEVER;
  if (failures === 0) return;
  const around = failuresAround(attempts, caller);
  const { bucket, perHour } = bucketOf(attempts, around - 1, budget);
  bucket.used = Math.max(0, drained(bucket, perHour, now) - 1);
  bucket.at = now;
  attempts.addresses = without(attempts.addresses, caller.address);
  if (around > failures) attempts.neighbourhoods?.set(caller.neighbourhood, around - failures);
  else attempts.neighbourhoods = without(attempts.neighbourhoods, caller.neighbourhood);
}

function without<T>(map: Map<string, T> | null, key: string): Map<string, T> | null {
  map?.delete(key);
  return map?.size ? map : null;
}

const NEVER = { failures: 0, lastAt: 0 };

function failuresAround({ neighbourhoods }: Attempts, { neighbourhood }: Caller): number {
  return neighbourhoods?.get(neighbourhood) ?? 0;
}

function bucketOf(
  attempts: Attempts,
  failuresAround: number,
  { knownPerHour, knownAtOnce, newPerHour }: AttemptBudget,
): { bucket: Bucket; perHour: number; atOnce: number } {
  return failuresAround > 0
    ? { bucket: attempts.known, perHour: knownPerHour, atOnce: knownAtOnce }
    : { bucket: attempts.new, perHour: newPerHour, atOnce: newPerHour };
}

function drained({ used, at }: Bucket, perHour: number, now: number): number {
  return Math.max(0, used - ((now - at) * perHour) / HOUR_MS);
}
