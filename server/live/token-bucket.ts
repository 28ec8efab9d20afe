/** A token bucket: so many at once, so many a second for ever. Holds two numbers, no timer. */

export interface TokenBucket {
  /** Takes one and returns 0, or takes none and returns how many ms to wait for one. */
  take(): number;
}

export function createTokenBucket(
  burst: number,
  perSecond: number,
  now: () => number,
): TokenBucket {
  let tokens = burst;
  let at = now();
  return {
    take() {
      const nowMs = now();
      tokens = Math.min(burst, tokens + ((nowMs - at) * perSecond) / 1000);
      at = nowMs;
      if (tokens < 1) return Math.ceil(((1 - tokens) * 1000) / perSecond);
      tokens -= 1;
      return 0;
    },
  };
}
