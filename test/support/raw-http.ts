/** HTTP as bytes, for what no client would send. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** What comes back for `bytes`, until the server closes. Listens if the app does not yet. */
export async function sendRaw(app: FastifyInstance, bytes: string): Promise<string> {
  return (await openRaw(app, bytes)).answer;
}

/** The same, to send more on; `answer` is what came until the server closed. */
export async function openRaw(
  app: FastifyInstance,
  bytes: string | Buffer,
): Promise<{ socket: Socket; answer: Promise<string> }> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1', () => socket.write(bytes));
  const answer = new Promise<string>((resolve, reject) => {
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.on('close', () => resolve(received)).on('error', reject);
  });
  return { socket, answer };
}

/** A request to upgrade to WebSocket; `headers`: others, or instead of those it has. */
export function sendUpgrade(
  app: FastifyInstance,
  path: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const lines = Object.entries({ ...UPGRADE, ...headers }).map((header) => header.join(': '));
  return sendRaw(app, [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
}

const UPGRADE = {
  host: 'x',
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
};
