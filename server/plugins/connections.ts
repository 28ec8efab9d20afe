/**
 * What one connection may make the server hold: answers that nobody takes wait in memory, so there
 * may be few of them. WebSockets have rules of their own (server/live).
 */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Requests on one connection without their answers. Browsers and proxies wait for each. */
const MAX_UNANSWERED = 4;

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
