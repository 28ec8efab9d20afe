/**
 * The process around the app: settings, store, listening, what is printed at the start, and an
 * orderly end.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { ConfigError, parseConfig, type Config } from './config.ts';
import { announce } from './announce.ts';
import { createMemoryStore } from './store/memory-store.ts';
import { connectRedis } from './store/redis-connection.ts';
import { createRedisStore } from './store/redis-store.ts';
import type { Store } from './store/store.ts';

const STORE_WAIT_MS = 30_000;
const STORE_RETRY_MS = 200;
/** A Redis that is there answers sooner. */
const TELL_AFTER_MS = 1_000;

const config = readConfig();
const redis = config.redisUrl === null ? null : connectRedis(config.redisUrl);
const store = openStore(config);
await reachStore(store);
const page = pageFolder();
const app = buildApp({
  config: { ...config, cookieSecrets: await cookieSecrets(config, store) },
  store,
  ...(redis === null ? {} : { redis }),
  ...(page === null ? {} : { webRoot: page }),
});
process.once('uncaughtException', (error) => {
  app.log.fatal({ err: error }, 'stopped by an error nobody expected');
  process.exit(1);
});
await listen(app, config);
process.once('SIGTERM', () => void stop()).once('SIGINT', () => void stop());
process.stdout.write(await announce(config, portOf(app), page !== null));

function readConfig(): Config {
  try {
    return parseConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message);
    throw error;
  }
}

function openStore(config: Config): Store {
  if (config.redisUrl === null) return createMemoryStore(config);
  // Not the connection that counts rates: the store alone decides what runs on its own.
  return createRedisStore({ client: connectRedis(config.redisUrl), options: config });
}

/** Redis may be starting at the same time. */
async function reachStore(store: Store): Promise<void> {
  const giveUpAt = Date.now() + STORE_WAIT_MS;
  const patience = globalThis.setTimeout(() => {
    process.stderr.write('Waiting for Redis…\n');
  }, TELL_AFTER_MS);
  for (;;) {
    try {
      await store.ping();
      return clearTimeout(patience);
    } catch {
      if (Date.now() > giveUpAt) {
        fail('Redis does not answer. Is it running, and is REDIS_URL right?');
      }
      await setTimeout(STORE_RETRY_MS);
    }
  }
}

async function cookieSecrets(config: Config, store: Store): Promise<readonly string[]> {
  if (config.cookieSecrets.length > 0) return config.cookieSecrets;
  return [config.redisUrl ? await store.sharedSecret() : randomBytes(32).toString('base64url')];
}

/** Beside server/, whether this file is the source or was compiled to server/dist; null if not built. */
function pageFolder(): string | null {
  const up = import.meta.url.endsWith('.ts') ? '..' : '../..';
  const folder = fileURLToPath(new URL(`${up}/web/dist`, import.meta.url));
  return existsSync(`${folder}/index.html`) ? folder : null;
}

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
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

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
