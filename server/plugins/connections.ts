/**
 * Several requests on one connection. Answers that nobody takes wait in memory, so there may be few
 * of them. WebSockets have rules of their own (server/live).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests on one connection without their answers. Browsers and proxies wait for each. */
const MAX_UNANSWERED = 4;

/**
 * Node puts the 100 of a request that waits for the answer to another into the answer of its own,
 * between head and body. There it is left out, and Node closes the connection after the answer.
 */
export function continueInTurn({ server }: FastifyInstance): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (response.socket !== null) response.writeContinue();
    server.emit('request', request, response);
  });
}

export function boundUnanswered(app: FastifyInstance): void {
  const unanswered = new WeakMap<Socket, number>();
  app.addHook('onRequest', async ({ raw: { socket }, log }, reply) => {
    const waiting = unanswered.get(socket) ?? 0;
    if (waiting >= MAX_UNANSWERED) {
      log.debug('a connection asked on and on without taking its answers');
      reply.hijack();
      socket.destroy();
      return;
    }
    unanswered.set(socket, waiting + 1);
    reply.raw.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
  });
}
