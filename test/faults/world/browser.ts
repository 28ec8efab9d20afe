/**
 * One person's browser without its window: cookies, local storage, sockets, time. The client is
 * the product's own (web/core); here is only what a browser lends it. Can die like a process.
 */
import { WebSocket } from 'ws';
import type { Environment, Fetch, Socket, Storage } from '../../../web/core/environment.ts';

export interface SocketWatch {
  wrote(text: string): void;
  got(text: string): void;
  closed(code: number): void;
}

const unwatched = (): SocketWatch => ({ wrote() {}, got() {}, closed() {} });

/** One page load: gone with `die`, as if its process had been killed. */
export interface Page {
  environment: Environment;
  die(): void;
}

export interface Browser {
  /** Where it reaches the product, like http://localhost:41234 */
  base: string;
  storage: Storage;
  fetch: Fetch;
  /** The Cookie header it would send. */
  cookies(): string;
  /** So long did it sleep: no timer ran, only the time of day went on. */
  sleep(ms: number): void;
  load(watch?: (url: string) => SocketWatch): Page;
}

/** `clockAheadMs`: how wrong its clock is. */
export function createBrowser(base: string, { clockAheadMs = 0 } = {}): Browser {
  const jar = new Map<string, string>();
  const cookies = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const storage = createStorage();
  let aheadMs = clockAheadMs;

  const fetchWithCookies: Fetch = async (url, init) => {
    const headers = { ...init.headers, origin: base, cookie: cookies() };
    const response = await fetch(url, { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };

  function load(watch: (url: string) => SocketWatch = unwatched): Page {
    const timers = new Set<NodeJS.Timeout>();
    const sockets = new Set<WebSocket>();
    let isAlive = true;
    return {
      environment: {
        now: () => performance.now(),
        wallNow: () => Date.now() + aheadMs,
        schedule(run, delayMs) {
          if (!isAlive) return () => {};
          const timer = setTimeout(() => {
            timers.delete(timer);
            run();
          }, delayMs);
          timers.add(timer);
          return () => {
            timers.delete(timer);
            clearTimeout(timer);
          };
        },
        random: Math.random,
        // A page that is gone hears no answer.
        fetch: (url, init) =>
          isAlive ? fetchWithCookies(url, init) : new Promise<never>(() => undefined),
        openSocket(url) {
          const socket = new WebSocket(url, { headers: { cookie: cookies(), origin: base } });
          sockets.add(socket);
          socket.on('close', () => sockets.delete(socket));
          watchSocket(socket, watch(url));
          return socket as unknown as Socket; // as: it gives text where text was sent
        },
        storage: {
          ...storage,
          get length() {
            return storage.length;
          },
          setItem: (key, value) => isAlive && storage.setItem(key, value),
          removeItem: (key) => isAlive && storage.removeItem(key),
        },
      },
      die() {
        isAlive = false;
        timers.forEach(clearTimeout);
        for (const socket of sockets) silence(socket).terminate();
      },
    };
  }

  return {
    ...{ base, storage, fetch: fetchWithCookies, cookies, load },
    sleep: (ms) => void (aheadMs += ms),
  };
}

function watchSocket(socket: WebSocket, watch: SocketWatch): void {
  const write = socket.send.bind(socket) as (text: string) => void;
  socket.send = (text: unknown) => {
    watch.wrote(String(text));
    write(String(text));
  };
  // Before the client's own handler, which is set later.
  socket.on('message', (data: Buffer) => watch.got(data.toString()));
  socket.on('close', (code) => watch.closed(code));
}

/** Whatever comes now is heard by nobody. */
function silence(socket: WebSocket): WebSocket {
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- to take the client's handlers off
  socket.onmessage = socket.onclose = socket.onopen = null;
  return socket;
}

function createStorage(): Storage {
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
