/**
 * What the core needs of the world, handed in by the page, the terminal client or a test: time,
 * randomness, requests, sockets, storage. The core itself touches no global.
 */

export interface Environment {
  /** Monotonic milliseconds (performance.now). */
  now(): number;
  /** Milliseconds since 1970: only to compare with what another page has written to storage. */
  wallNow(): number;
  /** Runs `run` once after `delayMs`; the returned function cancels. */
  schedule(run: () => void, delayMs: number): () => void;
  /** 0 ≤ random() < 1, for backoff only. Keys and cids come from the protocol's own generator. */
  random(): number;
  fetch: Fetch;
  openSocket(url: string): Socket;
  storage: Storage;
  /** Where `storage` is written to disk late: a second place that is not. */
  copies?: Copies;
}

/** The part of `fetch` that is used; `Response` of a browser or Node fits. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers?: Record<string, string>;
    body?: string;
  },
) => Promise<{ status: number; json(): Promise<unknown> }>;

/** The part of a WebSocket that is used. */
export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: ((event: never) => void) | null;
  /** 1 while it can send. */
  readonly readyState: number;
  send(text: string): void;
  close(code?: number): void;
}

/** The part of localStorage that is used. Any call may throw (full, or forbidden). */
export interface Storage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * On disk within milliseconds, or not at all: nothing here throws, or can be waited for to write.
 * What is asked for is done in that order.
 */
export interface Copies {
  put(key: string, value: string): void;
  /** Every key that begins so. */
  remove(prefix: string): void;
  /** Keys and values; rejects where nothing can be kept. */
  all(): Promise<readonly (readonly [string, string])[]>;
}
