/** Many requests at once, each from whatever address it says, and a tally of how they were answered. */
import { Agent, request } from 'node:http';
import type { Server } from '../../support/server-process.ts';

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  /** Octets, or what is sent as JSON. */
  body?: unknown;
  /** As a trusted proxy would tell it; the sender's own if not given. */
  address?: string;
  headers?: Record<string, string>;
}

export interface Answered {
  status: number;
  /** Of an error, or what the status is called otherwise. */
  code: string;
  retryInMs: number | null;
  json: Record<string, unknown>;
}

export interface Sender {
  /** Rejects only when no HTTP came back. */
  send(asked: Asked): Promise<Answered>;
  close(): void;
}

/** Keeps its connections, as a flood that wants to be fast would. */
export function createSender({ port }: Pick<Server, 'port'>, sockets = 128): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  function send(asked: Asked): Promise<Answered> {
    const { method = 'POST', path, body, address, headers } = asked;
    return new Promise((resolve, reject) => {
      const isOctets = body instanceof Uint8Array;
      const text = body === undefined || isOctets ? body : JSON.stringify(body);
      const sent = request(
        {
          // A refused upgrade takes its connection along.
          agent: headers?.['upgrade'] === undefined ? agent : false,
          ...{ host: '127.0.0.1', port, method, path },
          headers: {
            ...(text !== undefined && {
              'content-type': isOctets ? 'application/octet-stream' : 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
            ...(address !== undefined && { 'x-forwarded-for': address }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve(read(response.statusCode ?? 0, Buffer.concat(chunks).toString())),
          );
        },
      );
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server has just closed a connection that waited: nothing of it was read.
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(send(asked));
        else reject(error);
      });
      sent.end(text);
    });
  }
  return { send, close: () => agent.destroy() };
}

function read(status: number, text: string): Answered {
  // as: what is asked of it is compared with what it must be
  const json = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown> & {
    error?: { code?: string; retryInMs?: number };
  };
  const { code = String(status), retryInMs = null } = json.error ?? {};
  return { status, code, retryInMs, json };
}

/** How often each code was answered. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(code: string): void {
    this.counts.set(code, this.of(code) + 1);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  of(...codes: string[]): number {
    return codes.reduce((sum, code) => sum + (this.counts.get(code) ?? 0), 0);
  }

  /** Throws if there was any other answer. */
  expectOnly(...codes: string[]): void {
    const others = [...this.counts].filter(([code]) => !codes.includes(code));
    if (others.length > 0)
      throw new Error(`answered ${JSON.stringify(Object.fromEntries(others))}`);
  }

  toString(): string {
    return JSON.stringify(Object.fromEntries(this.counts));
  }
}

/** Does `act` for 0 … count − 1, so many of them at once. */
export async function inFlight(
  count: number,
  atOnce: number,
  act: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lanes = Array.from({ length: Math.min(atOnce, count) }, async () => {
    while (next < count) await act(next++);
  });
  await Promise.all(lanes);
}

/** The i-th of addresses that have nothing in common: each is alone in its /24. */
export function farAddress(index: number): string {
  return `${11 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.7`;
}
