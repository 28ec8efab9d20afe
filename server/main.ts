/**
 * The process around the app: what its arguments ask for, settings, store, listening, what is
 * printed at the start, and an orderly end.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { ConfigError, parseConfig, type Config } from './config.ts';
import { announce } from './announce.ts';
import { helpText, readOptions } from './options.js';
import { createMemoryStore } from './store/memory-store.ts';
import { createTerminalLog } from './plugins/terminal-log.ts';
import { createRedisTrouble, unreachable } from './redis-trouble.ts';
import { redisPlace, type RedisPlace } from './store/redis-place.ts';
import type { RedisEvents } from './store/redis-gate.ts';
import type { Store } from './store/store.ts';

const STORE_WAIT_MS = 30_000;
/** The first look is nearly always too early by some ms; after each the wait is twice as long. */
const STORE_RETRY_FIRST_MS = 20;
const STORE_RETRY_MOST_MS = 200;
/** A Redis that is there answers sooner. */
const TELL_AFTER_MS = 1_000;
/**
 * How many may wait to be accepted; the system has a limit of its own (net.core.somaxconn). After
 * a restart all clients come within seconds: who finds no place here tries again in 1, 3, 7, 15 s.
 */
const BACKLOG = 2_048;

const task = readTask();
if (task === 'help') end(helpText());
const config = readConfig();
if (task === 'check') await checkSettings();
const place = redisPlace(config);
const trouble = place && createRedisTrouble(place);
const { store, redis } =
  place === null || trouble === null
    ? { store: createMemoryStore(config), redis: null }
    : await openRedis(place, trouble.events);
const metrics = await openMetrics();
const secrets = await reachStore(store, cookieSecrets);
const page = pageFolder();
const app = buildApp({
  config: { ...config, cookieSecrets: secrets },
  store,
  ...(redis === null ? {} : { redis }),
  ...(metrics === null ? {} : { metrics }),
  ...(page === null ? {} : { webRoot: page }),
  ...(process.stdout.isTTY ? { logStream: createTerminalLog(process.stdout) } : {}),
});
trouble?.logTo(app.log);
process.once('uncaughtException', (error) => {
  app.log.fatal({ err: error }, 'stopped by an error nobody expected');
  process.exit(1);
});
await listen(app, config);
// What lives long is collected once it has grown by half, instead of up to fourfold: once 10,000
// have connected, the process has 200 MB and not 300. Not while all is loaded that stays.
setFlagsFromString('--heap-growing-percent=50');
process.once('SIGTERM', () => void stop()).once('SIGINT', () => void stop());
// To the one who started it on any free port and listens to it, as npm run dev does.
process.send?.(portOf(app));
process.stdout.write(await announce(config, portOf(app), page !== null));

function readTask() {
  const asked = readOptions(process.argv.slice(2));
  return 'refusal' in asked ? fail(asked.refusal) : asked.task;
}

/** Ends with 0 if a start would serve, however unsafe that may be, else with 1. */
async function checkSettings(): Promise<never> {
  const { check } = await import('./check.ts');
  const { text, wouldStart } = await check(process.env, config);
  return end(text, wouldStart ? 0 : 1);
}

function readConfig(): Config {
  try {
    return parseConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

/** Loaded only where there is one: it takes memory, and a third of the time to start. */
async function openRedis(at: RedisPlace, events: RedisEvents) {
  const [{ createRedisStore }, { connectToCount }] = await Promise.all([
    import('./store/redis-store.ts'),
    import('./store/redis-connection.ts'),
  ]);
  const store: Store = createRedisStore({ place: at, options: config, events });
  // Not a connection of the store: that alone decides what runs on its own.
  return { store, redis: connectToCount(at) };
}

/** Loaded only where it is asked for: it takes memory, and time to start. */
async function openMetrics() {
  const { metricsToken: token } = config;
  if (token === null) return null;
  const { createMetrics } = await import('./plugins/metrics.ts');
  return createMetrics({ token, redis: trouble?.counts ?? null });
}

/** What `use` makes of the store. Redis may be starting at the same time. */
async function reachStore<T>(store: Store, use: (store: Store) => Promise<T>): Promise<T> {
  const giveUpAt = Date.now() + STORE_WAIT_MS;
  const patience = globalThis.setTimeout(() => {
    process.stderr.write('Waiting for Redis…\n');
  }, TELL_AFTER_MS);
  for (let waitMs = STORE_RETRY_FIRST_MS; ; waitMs = Math.min(STORE_RETRY_MOST_MS, 2 * waitMs)) {
    try {
      await store.ping();
      const used = await use(store);
      clearTimeout(patience);
      return used;
    } catch (error) {
      const hopeless = trouble?.hopeless();
      if (hopeless) fail(hopeless);
      if (place !== null && Date.now() > giveUpAt) fail(unreachable(place, error));
      await setTimeout(waitMs);
    }
  }
}

async function cookieSecrets(store: Store): Promise<readonly string[]> {
  if (config.cookieSecrets.length > 0) return config.cookieSecrets;
  return [place === null ? randomBytes(32).toString('base64url') : await store.sharedSecret()];
}

/** Beside server/, whether this file is the source or was bundled to server/dist; null if not built. */
function pageFolder(): string | null {
  const up = import.meta.url.endsWith('.ts') ? '..' : '../..';
  const folder = fileURLToPath(new URL(`${up}/web/dist`, import.meta.url));
  return existsSync(`${folder}/index.html`) ? folder : null;
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port, backlog: BACKLOG });
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
    switch (code) {
      case 'EADDRINUSE':
        return fail(`Port ${port} is in use. Stop what uses it, or set PORT to another one.`);
      case 'EACCES':
        return fail(`Port ${port} is not allowed. Set PORT to one above 1023.`);
      case 'EADDRNOTAVAIL':
      case 'ENOTFOUND':
        return fail(`HOST is "${host}", which is no address of this machine.`);
      default:
        throw error;
    }
  }
}

function portOf(app: FastifyInstance): number {
  const address = app.server.address();
  return address !== null && typeof address === 'object' ? address.port : config.port;
}

/** Nothing new is taken, sockets are told to come back, what is under way is finished. */
async function stop(): Promise<void> {
  // A second signal ends it at once.
  process.once('SIGTERM', () => process.exit(1)).once('SIGINT', () => process.exit(1));
  const { shutdownGraceMs } = config;
  after(shutdownGraceMs * 0.8, () => app.server.closeAllConnections());
  after(shutdownGraceMs, () => process.exit(1));
  await app.close();
  await store.close();
  redis?.disconnect();
  process.exit(0);
}

function after(ms: number, act: () => void): void {
  void setTimeout(ms, null, { ref: false }).then(act);
}

function end(text: string, code = 0): never {
  process.stdout.write(text);
  process.exit(code);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
