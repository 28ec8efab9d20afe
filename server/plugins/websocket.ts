/**
 * WebSockets for the whole app: how large a frame may be, what a broken socket and a stopping
 * node do, and that an upgrade anywhere but at the socket route is refused as plain HTTP.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { Hub } from '../live/hub.ts';
import { AppError } from '../protocol/errors.ts';
import { MAX_FRAME_BYTES } from '../protocol/limits.ts';
import { createBrokenRequestAnswer } from './errors.ts';

export const SOCKET_PATH = '/ws/:id';

/** To be called before any route is added. */
export function addWebSockets(app: FastifyInstance, hub: Hub, config: Config): void {
  void app.register(websocket, {
    options: {
      server: upgradesInTurn(app.server),
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      // A frame in byte-sized pieces would cost a buffer a byte.
      maxFragments: 64,
      maxBufferedChunks: 1024,
    },
    // Of a route that fails with its socket; what a peer does wrong is the connection's.
    errorHandler(error, socket, request) {
      request.log.debug({ err: error }, 'websocket error');
      if (socket.readyState === socket.OPEN) socket.close(1011);
    },
    // Done by the hook below: this one cannot wait.
    preClose: (done) => done(),
  });
  // What the route lets through and ws still refuses, in our form.
  app.after(() => void app.websocketServer.on('wsClientError', createBrokenRequestAnswer(config)));
  app.addHook('preClose', () => hub.stop());
  app.addHook('onRequest', async (request) => {
    if (request.ws && request.routeOptions.url !== SOCKET_PATH) throw new AppError('not_found');
  });
}

/**
 * A server that listens nowhere and is told of every upgrade that may go on. One that came before
 * the request in front of it was answered may not: its socket is no longer Node's and is not free
 * for an answer either, so nobody would ever close it. It goes when that answer has gone.
 */
function upgradesInTurn(server: Server): Server {
  const passedOn = createServer();
  const answering = new WeakMap<Duplex, ServerResponse>();
  for (const kind of ['request', 'checkExpectation']) {
    server.on(kind, ({ socket }: IncomingMessage, response: ServerResponse) =>
      answering.set(socket, response),
    );
  }
  server.on('upgrade', (request, socket, head) => {
    const before = answering.get(socket);
    if (!before || before.closed) {
      passedOn.emit('upgrade', request, socket, head);
    } else {
      socket.on('error', () => {}); // Node has taken its own listener off.
      before.once('close', () => socket.destroy());
    }
  });
  return passedOn;
}
