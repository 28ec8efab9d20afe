/**
 * How long a body may take to come. Node has one limit for a whole server, which must be the
 * longest there is, that of uploads: every other body is timed here.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface BodyTimeouts {
  requestTimeoutMs: number;
  /** What may take as long as the server lets it. */
  isUpload: (request: FastifyRequest) => boolean;
}

/** To be called before any hook that refuses something: what is refused may send a body too. */
export function limitBodyTime(
  app: FastifyInstance,
  { requestTimeoutMs, isUpload }: BodyTimeouts,
): void {
  const limit = (body: IncomingMessage) => {
    const timer = setTimeout(() => {
      if (!isComing(body)) return;
      const tooSlow = Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      app.server.emit('clientError', tooSlow, body.socket);
    }, requestTimeoutMs);
    body.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  };
  app.addHook('onRequest', async (request) => {
    if (hasBody(request) && !isUpload(request)) limit(request.raw);
  });
  // Of an upload that was refused the rest is read to nowhere, so that the answer arrives.
  app.addHook('onResponse', async (request) => {
    if (isUpload(request) && isComing(request.raw)) limit(request.raw);
  });
}

function isComing({ complete, socket }: IncomingMessage): boolean {
  return !complete && socket.writable;
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
