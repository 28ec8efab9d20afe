/**
 * GET /metrics: how this process is doing, for Prometheus, to whoever shows METRICS_TOKEN. Every
 * label has few values, and all of them are ours: none comes from a request, none says who it was.
 * What the numbers are good for: server/metrics, and OPERATING.md.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Config } from '../config.ts';
import type { Hub } from '../live/hub.ts';
import type { LiveRecorder } from '../live/recorder.ts';
import { AppError, ERRORS, type ErrorCode } from '../protocol/errors.ts';
import type { Hasher } from '../sessions/hasher.ts';
import type { Store } from '../store/store.ts';
import type { OnRefused } from './errors.ts';
import { createLiveRecorder } from './live-metrics.ts';

const require = createRequire(import.meta.url);

const ENTER_ROUTE = '/api/sessions/:id/enter';
const ENTER_OUTCOMES: readonly ('entered' | ErrorCode)[] = [
  'entered',
  'wrong_code',
  'too_many_tries',
  'rate_limited',
  'other_participant',
  'not_found',
  'ended',
  'too_large',
  'bad_origin',
  'busy',
  'store_unavailable',
  'bad_request',
  'internal',
];
/**
 * What prom-client tells of the process by default, but for what costs too much here: timing each
 * collection of garbage, of which there are many (main.ts), took a tenth of all work on messages
 * over Redis, and counting handles goes through all sockets. One can only choose among its files.
 */
const PROCESS_METRICS = [
  'processCpuTotal',
  'processStartTime',
  'osMemoryHeap',
  'processOpenFileDescriptors',
  'processMaxFileDescriptors',
  'eventLoopLag',
  'heapSizeAndUsed',
  'version',
];
const REQUEST_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10];

export interface MetricsOptions {
  token: string;
  /** Counted since the start; null without Redis. */
  redis: Readonly<{ opened: number; troubles: number }> | null;
}

/** What is asked each time somebody reads the metrics. */
export interface MetricsSources {
  config: Pick<Config, 'maxConnections' | 'maxSessions'>;
  store: Pick<Store, 'ping' | 'count'>;
  hub: Pick<Hub, 'connectionCount' | 'sessionCount'>;
  hasher: Pick<Hasher, 'length'>;
}

export interface Metrics {
  live: LiveRecorder;
  /** A request was answered with an error. */
  refused: OnRefused;
  /** A connection ended by a fault of ours. */
  failed: () => void;
  /** To be called once, before the routes are added. */
  serve: (app: FastifyInstance, sources: MetricsSources) => void;
}

export function createMetrics({ token, redis }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  for (const name of PROCESS_METRICS) {
    // as: how each of them is called by collectDefaultMetrics
    const collect = require(`prom-client/lib/metrics/${name}`) as (registry: Registry) => void;
    collect(registry);
  }
  const http = createHttpMetrics(registry);
  const faults = new Counter({
    name: 'duologue_connection_faults_total',
    help: 'Connections that ended by a fault of the server; each is in the log.',
    registers,
  });
  if (redis) countRedis(registry, redis);

  return {
    live: createLiveRecorder(registry),
    refused: http.refused,
    failed: () => faults.inc(),
    serve(app, sources) {
      readSources(registry, sources);
      http.countAnswers(app);
      const isAllowed = createGuard(token);
      app.get('/metrics', { schema: { hide: true } }, async ({ headers }, reply) => {
        // As where there are none.
        if (!isAllowed(headers.authorization)) throw new AppError('not_found');
        return reply.type(registry.contentType).send(await registry.metrics());
      });
    },
  };
}

/** Whether a header carries the token; how long that takes tells nothing about it. */
function createGuard(token: string): (authorization: string | undefined) => boolean {
  const hashOf = (text: string) => createHash('sha256').update(text).digest();
  const wanted = hashOf(token);
  return (authorization = '') => {
    const [, shown = ''] = /^bearer +(.*)$/i.exec(authorization) ?? [];
    return timingSafeEqual(hashOf(shown), wanted);
  };
}

function createHttpMetrics(registry: Registry) {
  const registers = [registry];
  const requests = new Histogram({
    name: 'duologue_http_request_seconds',
    help: 'Requests over HTTP, by route, from their headers to the end of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const refusals = new Counter({
    name: 'duologue_refusals_total',
    help: 'Requests that were answered with an error, by its code.',
    labelNames: ['error'],
    registers,
  });
  const enterings = new Counter({
    name: 'duologue_enterings_total',
    help: 'Codes that were tried: entered (also who was in already), or the error.',
    labelNames: ['outcome'],
    registers,
  });
  // There from the start: what appears with its first event has no first increase.
  for (const error of Object.keys(ERRORS)) refusals.inc({ error }, 0);
  for (const outcome of ENTER_OUTCOMES) enterings.inc({ outcome }, 0);

  const refused: OnRefused = (error, { routeOptions }) => {
    refusals.inc({ error });
    if (routeOptions.url === ENTER_ROUTE) enterings.inc({ outcome: error });
  };

  function countAnswers(app: FastifyInstance): void {
    app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
      const { url: route = 'none' } = routeOptions;
      requests.observe({ method, route, status: statusCode }, elapsedTime / 1000);
      if (route === ENTER_ROUTE && statusCode === 200) enterings.inc({ outcome: 'entered' });
    });
  }

  return { refused, countAnswers };
}

function readSources(registry: Registry, { config, store, hub, hasher }: MetricsSources): void {
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        try {
          this.set(await read());
        } catch {
          // What nobody knows is left out, rather than told as it was once.
          this.remove();
        }
      },
    });
  gauge('duologue_connections', 'WebSockets that are open at this process.', () => {
    return hub.connectionCount;
  });
  gauge('duologue_connections_limit', 'MAX_CONNECTIONS.', () => config.maxConnections);
  gauge('duologue_sessions', 'Sessions alive in the store, of which every process tells.', () => {
    return store.count();
  });
  gauge('duologue_sessions_limit', 'MAX_SESSIONS.', () => config.maxSessions);
  gauge('duologue_sessions_connected', 'Sessions that somebody is connected to here.', () => {
    return hub.sessionCount;
  });
  gauge('duologue_hash_queue_length', 'Codes being hashed or checked, or waiting for it.', () => {
    return hasher.length;
  });
  gauge('duologue_store_up', 'Whether the store can be used, as /readyz has it: 1 or 0.', () =>
    store.ping().then(
      () => 1,
      () => 0,
    ),
  );
}

function countRedis(registry: Registry, redis: NonNullable<MetricsOptions['redis']>): void {
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  counter(
    'duologue_redis_opened_total',
    'How often a Redis could be reached, at first or again.',
    () => redis.opened,
  );
  counter(
    'duologue_redis_troubles_total',
    'Connections to Redis that were lost, and attempts that failed.',
    () => redis.troubles,
  );
}
