/** The whole server in this process, on a free port, over the store handed in. */
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { buildApp } from '../../server/app.ts';
import { parseConfig, type Config } from '../../server/config.ts';
import { createMemoryStore } from '../../server/store/memory-store.ts';
import type { Store } from '../../server/store/store.ts';

export interface ListeningApp {
  base: string;
  /** How many are connected, over HTTP or a WebSocket. */
  connections: () => Promise<number>;
  config: Config;
  store: Store;
  close: () => Promise<void>;
}

export interface ListeningAppOptions {
  env?: Record<string, string>;
  /** Unset: embedded. One that is handed in is not closed. */
  store?: (config: Config) => Store;
}

/** Ends with the test that started it. */
export async function listenApp({
  env = {},
  store: open,
}: ListeningAppOptions = {}): Promise<ListeningApp> {
  const config = parseConfig({
    COOKIE_SECRET: 'a secret for tests that is long enough',
    BCRYPT_COST: '4',
    RATE_CREATE: 'off',
    RATE_ENTER: 'off',
    RATE_UPLOAD: 'off',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const store = open ? open(config) : createMemoryStore(config);
  const app = buildApp({ config, store });
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= app.close().then(async () => {
      if (!open) await store.close();
    }));
  onTestFinished(close);
  const connections = promisify(app.server.getConnections.bind(app.server));
  return { base, connections, config, store, close };
}
