/**
 * Why Redis cannot be used, in its own words: at the start, where waiting cannot help, as a
 * message that names the setting; later as lines in the log. An operation that fails knows no
 * more than that there is no connection.
 */
import type { FastifyBaseLogger } from 'fastify';
import { assertNever } from './protocol/errors.ts';
import type { RedisPlace } from './store/redis-place.ts';
import type { RedisEvents } from './store/redis-gate.ts';

const TELL_EVERY_MS = 60_000;

/** By the word with which Redis begins. Waiting changes none of these. */
const HOPELESS: Readonly<Record<string, (setting: string) => string>> = {
  WRONGPASS: (setting) => `Redis refuses the user name or password in ${setting}.`,
  NOAUTH: (setting) => `Redis wants a password, and there is none in ${setting}.`,
};

const SETTINGS: Readonly<Record<RedisPlace['kind'], string>> = {
  single: 'REDIS_URL',
  sentinels: 'REDIS_SENTINEL_NAME',
  cluster: 'REDIS_CLUSTER',
};

/** Since the start. */
export interface RedisCounts {
  /** How often a Redis could be reached, at first or again. */
  opened: number;
  /** Connections that were lost, and attempts that failed. */
  troubles: number;
}

export interface RedisTrouble {
  /** For the store to tell of its connections. */
  events: RedisEvents;
  /** What to change before a start can succeed; null as long as waiting may help. */
  hopeless(): string | null;
  /** From now on tells when Redis is lost and when it is back. */
  logTo(log: FastifyBaseLogger): void;
  readonly counts: Readonly<RedisCounts>;
}

export function createRedisTrouble(
  { kind }: Pick<RedisPlace, 'kind'>,
  now: () => number = performance.now.bind(performance),
): RedisTrouble {
  let last: Error | null = null;
  let log: FastifyBaseLogger | null = null;
  let isTold = false;
  const counts: RedisCounts = { opened: 0, troubles: 0 };
  /** By message. */
  const quietUntil = new Map<string, number>();

  return {
    events: {
      onTrouble(error) {
        counts.troubles += 1;
        last = error;
        if (!log || now() < (quietUntil.get(error.message) ?? 0)) return;
        isTold = true;
        quietUntil.set(error.message, now() + TELL_EVERY_MS);
        log.warn({ err: error }, 'Redis cannot be used');
      },
      onOpen() {
        counts.opened += 1;
        last = null;
        if (isTold) log?.info('Redis can be used again');
        isTold = false;
      },
    },
    hopeless: () => HOPELESS[last?.message.split(' ', 1)[0] ?? '']?.(SETTINGS[kind]) ?? null,
    logTo(to) {
      log = to;
    },
    counts,
  };
}

/** When it gave no reason that waiting cannot change; `last` is what the last attempt met. */
export function unreachable({ kind }: Pick<RedisPlace, 'kind'>, last: unknown): string {
  const said = last instanceof Error ? `\nLast: ${last.message}` : '';
  switch (kind) {
    case 'single':
      return `Redis does not answer. Is it running, and is REDIS_URL right?${said}`;
    case 'sentinels':
      return `No sentinel leads to a Redis that answers. Are they running, and are REDIS_SENTINELS and REDIS_SENTINEL_NAME right?${said}`;
    case 'cluster':
      return `The Redis Cluster does not answer, or serves too little. Is it running, and is REDIS_CLUSTER right?${said}`;
    default:
      return assertNever(kind);
  }
}
