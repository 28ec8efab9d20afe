/**
 * The browser as the core's Environment: the only place where the page hands its globals in.
 * A storage that is forbidden becomes one that keeps nothing: the chat works, only without a net. One
 * that is full throws, and who writes to it takes that.
 */
import type { Environment, Socket, Storage } from '../core/environment.ts';
import { createBrowserCopies } from './browser-copies.ts';

// Who reads it is another page, which could not look into the memory of this one.
const NO_STORAGE: Storage = {
  length: 0,
  key: () => null,
  getItem: () => null,
  setItem() {},
  removeItem() {},
};

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
  storage: localStorageIfAny(),
  copies: createBrowserCopies(),
};

function localStorageIfAny(): Storage {
  try {
    return window.localStorage;
  } catch {
    return NO_STORAGE;
  }
}
