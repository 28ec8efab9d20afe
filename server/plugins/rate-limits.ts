/**
 * How often one address may ask, over all sessions; the budget of tries for one session is the
 * store's. Counted in Redis if there is one, under a hash of the address.
 */
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Cluster, Redis } from 'ioredis';
import type { Rate } from '../config.ts';
import { AppError } from '../protocol/errors.ts';

/** Addresses counted at once in memory, for each limit; past it the longest unseen is forgotten. */
const COUNTED_ADDRESSES = 20_000;

export interface RateLimitOptions {
  hashAddress: (address: string) => string;
  redis: Redis | Cluster | undefined;
}

/** Limits nothing by itself: routes ask for it with `limitedTo`. */
export function addRateLimits(
  app: FastifyInstance,
  { hashAddress, redis }: RateLimitOptions,
): void {
  void app.register(rateLimit, {
    global: false,
    keyGenerator: (request) => hashAddress(request.ip),
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('rate_limited', { details: { retryInMs: ttl } }),
    // Without its store nothing is counted; what needs the store then says so itself.
    skipOnError: true,
    cache: COUNTED_ADDRESSES,
    nameSpace: 'duologue:rate:',
    ...(redis ? { redis } : {}),
    addHeaders: NO_HEADERS,
    addHeadersOnExceeding: NO_HEADERS,
  });
}

/** How much is left is nobody's business; when to come back is in the answer. */
const NO_HEADERS = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
  'retry-after': false,
};

/**
 * How often an address may do what people do often without meaning to (a reload is a landing and a
 * connection), in times of RATE_ENTER; each such route is counted by itself.
 */
export const OFTEN = 20;

/** For a route's `config`. Null is no limit. `hook`: in which it is counted. */
export function limitedTo(
  rate: Rate | null,
  { times = 1, hook = 'onRequest' }: { times?: number; hook?: 'onRequest' | 'preValidation' } = {},
) {
  return rate ? { rateLimit: { max: rate.count * times, timeWindow: rate.perMs, hook } } : {};
}
