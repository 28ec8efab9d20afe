/**
 * How long to wait before trying again: full jitter over 0.5 s, doubling to 15 s, so that many
 * clients of one restarted server do not come back at once (rule CL1).
 */
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 15_000;

/** `attempt` 0 is the first wait; 0 ≤ random < 1. */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
}
