/**
 * How many bytes one address may upload in a time, over all sessions and nodes: counted in Redis
 * if there is one, under a hash of the address. By hand, since limiters at hand count what they
 * refuse as well, or every address for ever in memory; the time is a window, as for other rates.
 */
import type { Cluster, Redis } from 'ioredis';
import type { Rate } from '../config.ts';

/** Addresses counted at once in memory; past it the one whose window is oldest is forgotten. */
const COUNTED_ADDRESSES = 20_000;

export interface UploadRate {
  /** Takes `bytes` and resolves to 0; or takes nothing, and resolves to ms until all is as new. */
  take(address: string, bytes: number): Promise<number>;
  /** They were taken and not used. */
  giveBack(address: string, bytes: number): void;
}

export interface UploadRateOptions {
  /** Bytes; null is no limit. */
  rate: Rate | null;
  redis: Redis | Cluster | undefined;
  now: () => number;
}

export function createUploadRate({ rate, redis, now }: UploadRateOptions): UploadRate {
  if (!rate) return { take: async () => 0, giveBack() {} };
  return redis ? countInRedis(rate, redis) : countInMemory(rate, now);
}

function countInMemory({ count, perMs }: Rate, now: () => number): UploadRate {
  /** Oldest window first. */
  const windows = new Map<string, { used: number; endsAt: number }>();

  function windowOf(address: string) {
    const found = windows.get(address);
    if (found && now() < found.endsAt) return found;
    windows.delete(address);
    for (const [oldest] of windows) {
      if (windows.size < COUNTED_ADDRESSES) break;
      windows.delete(oldest);
    }
    const fresh = { used: 0, endsAt: now() + perMs };
    windows.set(address, fresh);
    return fresh;
  }

  return {
    async take(address, bytes) {
      const window = windowOf(address);
      if (window.used + bytes > count) return window.endsAt - now();
      window.used += bytes;
      return 0;
    },
    giveBack(address, bytes) {
      const window = windowOf(address);
      window.used = Math.max(0, window.used - bytes);
    },
  };
}

/**
 * KEYS    of the address (bytes used in its window)
 * ARGV    bytes (fewer than 0: given back) count perMs
 * returns 0 if they were taken, else ms
 */
const TAKE = `
local used = tonumber(redis.call('GET', KEYS[1]) or 0)
local sum = math.max(0, used + ARGV[1])
if sum > tonumber(ARGV[2]) then
  return used > 0 and redis.call('PTTL', KEYS[1]) or tonumber(ARGV[3])
end
if used > 0 then
  redis.call('INCRBY', KEYS[1], sum - used)
elseif sum > 0 then
  redis.call('SET', KEYS[1], sum, 'PX', ARGV[3])
end
return 0
`;

function countInRedis({ count, perMs }: Rate, redis: Redis | Cluster): UploadRate {
  async function change(address: string, bytes: number): Promise<number> {
    const args = [`duologue:rate:upload-${address}`, bytes, count, perMs];
    try {
      return Number(await redis.call('EVAL', TAKE, 1, ...args));
    } catch {
      // Without its store nothing is counted; what needs the store then says so itself.
      return 0;
    }
  }
  return {
    take: change,
    giveBack: (address, bytes) => void change(address, -bytes),
  };
}
