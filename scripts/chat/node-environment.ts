/**
 * Node as the core's Environment. The passes of a server live in this process's memory and end
 * with it; nothing is written to disk. One of these for each server that is talked to.
 */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { WebSocket } from 'ws';
import type { Environment, Socket, Storage } from '../../web/core/environment.ts';
import type { ExchangeOctets } from '../../web/core/file-transfer.ts';

export interface NodeEnvironment {
  environment: Environment;
  exchange: ExchangeOctets;
}

/** Of whatever a server may say: far more than a page of entries. */
const MAX_FRAME_BYTES = 1024 * 1024;
/** The largest file that any server takes, in its box. */
const MAX_BODY_BYTES = 128 * 1024 * 1024;
/** An upload says how far it has come after each of these. */
const PIECE_BYTES = 64 * 1024;

// Sealed messages that outlive their process are for pages, which are closed by accident.
const NO_STORAGE: Storage = {
  length: 0,
  key: () => null,
  getItem: () => null,
  setItem() {},
  removeItem() {},
};

/** Past this timers of Node fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** `origin`: of the server. Where a browser would name the page it shows, this names the server. */
export function createNodeEnvironment(origin: string): NodeEnvironment {
  const passes = createPasses();
  const headers = () => ({ origin, ...passes.header() });

  const environment: Environment = {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    schedule(run, delayMs) {
      const timer = setTimeout(run, Math.min(delayMs, MAX_TIMER_MS));
      return () => clearTimeout(timer);
    },
    random: () => Math.random(),
    async fetch(url, init) {
      // A pass, a code or a proof goes to the server that was named, and to no other.
      const options = { ...init, headers: { ...init.headers, ...headers() } };
      const response = await fetch(url, { ...options, redirect: 'error' });
      passes.take(response.headers.getSetCookie());
      return response;
    },
    openSocket: (url) =>
      new WebSocket(url, {
        headers: headers(),
        maxPayload: MAX_FRAME_BYTES,
        perMessageDeflate: false,
        // as: only text is ever sent, and of a text frame the data is a string
      }) as unknown as Socket,
    storage: NO_STORAGE,
  };

  const exchange: ExchangeOctets = ({ method, url, body, onProgress }) => {
    const ask = url.startsWith('https:') ? overHttps : overHttp;
    const sending = ask(url, {
      method,
      headers: {
        ...headers(),
        ...(body && {
          'content-type': 'application/octet-stream',
          'content-length': String(body.length),
        }),
      },
    });
    const answer = new Promise<{ status: number; body: Uint8Array } | null>((resolve) => {
      sending.on('error', () => resolve(null));
      sending.on('response', (response) => {
        const whole = Number(response.headers['content-length']);
        const pieces: Buffer[] = [];
        let come = 0;
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          come += piece.length;
          if (come > MAX_BODY_BYTES) sending.destroy();
          if (!body) onProgress(whole > 0 ? come / whole : 0);
        });
        response.on('error', () => resolve(null));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces) }),
        );
        response.on('close', () => resolve(null));
      });
    });
    void writeAll(body ?? new Uint8Array());
    return { answer, abort: () => void sending.destroy() };

    async function writeAll(bytes: Uint8Array) {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        const error = await new Promise((resolve) => sending.write(piece, resolve));
        if (error) return;
        onProgress(Math.min(1, (at + PIECE_BYTES) / bytes.length));
      }
      sending.end();
    }
  };

  return { environment, exchange };
}

/** The cookies of one server: all of them are passes, or none of our business. */
function createPasses() {
  const jar = new Map<string, string>();
  return {
    header(): { cookie?: string } {
      const pairs = [...jar].map(([name, value]) => `${name}=${value}`);
      return pairs.length === 0 ? {} : { cookie: pairs.join('; ') };
    },
    take(cookies: readonly string[]): void {
      for (const cookie of cookies) {
        const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(cookie) ?? [];
        if (value === '' || /;\s*max-age=0/i.test(cookie)) jar.delete(name);
        else if (name !== '') jar.set(name, value);
      }
    },
  };
}
