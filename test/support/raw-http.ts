/** HTTP as bytes, for what no client would send. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** What comes back for `bytes`, until the server closes. Listens if the app does not yet. */
export async function sendRaw(app: FastifyInstance, bytes: string): Promise<string> {
  return (await openRaw(app, bytes)).answer;
}

export interface RawExchange {
  /** To send more on. */
  socket: Socket;
  /** What came until the server closed. */
  answer: Promise<string>;
}

export async function openRaw(app: FastifyInstance, bytes: string | Buffer): Promise<RawExchange> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return openBytes(address.port, bytes);
}

/**
 * As `sendRaw`, for a server process; `from`: the address of 127.0.0.0/8 to ask from. Nothing if it
 * is not there, or cuts off in the middle.
 */
export function sendBytes(
  port: number,
  bytes: string | Uint8Array,
  from?: string,
): Promise<string> {
  return openBytes(port, bytes, from).answer;
}

function openBytes(port: number, bytes: string | Uint8Array, from?: string): RawExchange {
  const place = { port, host: '127.0.0.1', ...(from !== undefined && { localAddress: from }) };
  const socket = connect(place, () => socket.write(bytes));
  const answer = new Promise<string>((resolve) => {
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    // Who is cut off while still talking may not find the answer, nor is that an error.
    socket.on('close', () => resolve(received)).on('error', () => {});
  });
  return { socket, answer };
}

export interface RawRequest {
  method?: string;
  path: string;
  /** Besides, or instead of, `host` and `connection: close`; several of a name as a list. */
  headers?: Record<string, string | readonly string[]>;
  body?: string;
  from?: string;
}

export interface RawAnswer {
  status: number;
  /** Names in small letters; one that came twice has both values, a line each. */
  headers: Record<string, string>;
  body: string;
}

/** One request as bytes of our own, on a connection of its own. */
export async function askRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const { method = 'GET', path, headers = {}, body, from } = request;
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const all = { host: `localhost:${port}`, connection: 'close', ...length, ...headers };
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  const bytes = Buffer.from([`${method} ${path} HTTP/1.1`, ...lines, '', body ?? ''].join('\r\n'));
  return parseAnswer(await sendBytes(port, bytes, from));
}

export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name = '', ...rest] = line.split(':');
    const key = name.toLowerCase();
    const value = rest.join(':').trim();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}\n${value}`;
  }
  return { status: Number(first.split(' ')[1] ?? 0), headers, body: text.slice(end + 4) };
}

/** A request to upgrade to WebSocket; `headers`: others, or instead of those it has. */
export function sendUpgrade(
  app: FastifyInstance,
  path: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const lines = Object.entries({ host: 'x', ...UPGRADE, ...headers }).map((header) =>
    header.join(': '),
  );
  return sendRaw(app, [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
}

/** What makes a request one to upgrade. */
export const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};
