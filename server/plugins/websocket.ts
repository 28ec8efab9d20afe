/**
 * WebSockets for the whole app: how large a frame may be, what a broken socket and a stopping
 * node do, and that an upgrade anywhere but at the socket route is refused as plain HTTP.
 */
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
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      // A frame in byte-sized pieces would cost a buffer a byte.
      maxFragments: 64,
      maxBufferedChunks: 1024,
    },
    // ws has already begun to close a socket whose peer broke RFC 6455, with the right code.
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
