// Every refusal and failure as {"error":{"code","message",…details}}, by the one table in
// server/protocol/errors.ts. Nothing internal and nothing that was sent is repeated, neither in
// answers nor in the log.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { AppError, ERRORS, type ErrorCode } from '../protocol/errors.ts';
import { headersWithoutRequest } from './security-headers.ts';
import { findProblem } from './validation.ts';

/** For developers; texts for people are in the page, under the codes. */
const MESSAGES: Record<ErrorCode, string> = {
  bad_request: 'The request is not as the API describes it.',
  wrong_code: 'The code is not right.',
  pass_required: 'A valid pass for this session is needed.',
  bad_origin: 'Requests from this origin are not taken.',
  not_found: 'There is nothing here.',
  other_participant: 'This browser is in this session as the other participant.',
  id_taken: 'The id is taken: draw a new one.',
  connected: 'The other participant is connected.',
  not_met: 'Both participants must have entered first.',
  ended: 'The session has ended.',
  too_large: 'The request is too large.',
  files_full: 'The session takes no more files.',
  too_many_tries: 'Too many tries.',
  rate_limited: 'Too many requests.',
  internal: 'Something went wrong here.',
  busy: 'Too much to do: try again.',
  store_unavailable: 'The store does not answer: try again.',
};

export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | AppError, request, reply) =>
    sendError(reply, toAppError(error), request.log),
  );
  app.setNotFoundHandler((_request, reply) => sendError(reply, new AppError('not_found')));
}

export function sendError(reply: FastifyReply, error: AppError, log?: FastifyBaseLogger) {
  const { status } = ERRORS[error.code];
  if (error.code === 'internal') log?.error({ err: error.cause }, 'request failed');
  const { retryInMs } = error.details;
  if (typeof retryInMs === 'number' && retryInMs > 0) {
    void reply.header('retry-after', Math.ceil(retryInMs / 1000));
  }
  return reply.code(status).type('application/json; charset=utf-8').send(formatError(error));
}

function formatError({ code, message, details }: AppError): string {
  const text = message === code ? MESSAGES[code] : message;
  return JSON.stringify({ error: { code, message: text, ...details } });
}

/** Whatever Fastify or a handler threw, as one of ours. */
export function toAppError(error: FastifyError | AppError): AppError {
  if (error instanceof AppError) return error;
  if (error.validation) {
    return new AppError('bad_request', {
      details: { ...findProblem(error.validation, error.validationContext) },
    });
  }
  const status = error.statusCode ?? 500;
  if (status === 413) return new AppError('too_large');
  // 403: a path that leads out of the folder of the page.
  if (status === 404 || status === 403) return new AppError('not_found');
  if (status >= 400 && status < 500) return new AppError('bad_request');
  return new AppError('internal', { cause: error });
}

/** Answers what was no HTTP at all, or too slow, or too long; there is no reply yet. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    const tooSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const status = tooLarge ? 431 : tooSlow ? 408 : 400;
    const body = formatError(new AppError(tooLarge ? 'too_large' : 'bad_request'));
    socket.write(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        ...Object.entries(headersWithoutRequest()).map((header) => header.join(': ')),
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  }
  socket.destroySoon();
}
