/**
 * The browser as the core's Environment: the only place where the page hands its globals in.
 * A storage that is forbidden becomes one in memory: the chat works, only without a net. One that is
 * full throws, and who writes to it takes that.
 */
import type { Environment, Socket, Storage } from '../core/environment.ts';
import { createBrowserCopies } from './browser-copies.ts';

export const browserEnvironment: Environment = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  schedule(run, delayMs) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
  // as: the page only ever hands in text frames, and a MessageEvent has the `data` asked for.
  openSocket: (url) => new WebSocket(url) as unknown as Socket,
  storage: localStorageOr(memoryStorage()),
  copies: createBrowserCopies(),
};

function localStorageOr(fallback: Storage): Storage {
  try {
    return window.localStorage;
  } catch {
    return fallback;
  }
}

function memoryStorage(): Storage {
  const values = new Map<string, string>();
  return {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}
