/**
 * Every refusal and failure as {"error":{"code","message",…details}}, by the one table in
 * server/protocol/errors.ts. Nothing internal and nothing that was sent is repeated, neither in
 * answers nor in the log.
 */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type {
  FastifyBaseLogger,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
} from 'fastify';
import type { Config } from '../config.ts';
import { AppError, ERRORS, type ErrorCode } from '../protocol/errors.ts';
import { headersWithoutRequest } from './security-headers.ts';
import { findProblem } from './validation.ts';

const WARN_EVERY_MS = 10_000;

/** What Fastify calls a body that does not say it is JSON. */
const NOT_JSON_TYPE = new Set([
  'FST_ERR_CTP_INVALID_MEDIA_TYPE',
  'FST_ERR_ROUTE_MISSING_CONTENT_TYPE',
]);

/** For developers; texts for people are in the page, under the codes. */
export const MESSAGES: Record<ErrorCode, string> = {
  bad_request: 'The request is not as the API describes it.',
  wrong_code: 'The code is not right.',
  pass_required: 'A valid pass for this session is needed.',
  bad_origin: 'Requests from this origin are not taken.',
  not_found: 'There is nothing here.',
  other_participant: 'This browser is in this session as the other participant.',
  id_taken: 'The id is taken: draw a new one.',
  connected: 'The other participant is connected.',
  session_full: 'The session takes no more entries.',
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

/** Leads to the answer for a path that could not be decoded, or is too long. */
export const UNREADABLE_PATH = '/unreadable-path';

export type OnRefused = (code: ErrorCode, request: FastifyRequest) => void;

export function handleErrors(
  app: FastifyInstance,
  now: () => number,
  onRefused: OnRefused = () => {},
): void {
  const logError = createErrorLog(now);
  app.setErrorHandler((error: FastifyError | AppError, request, reply) => {
    const refusal = toAppError(error);
    if (isNobodyThere(error, request)) {
      request.log.debug('nobody is there for the answer');
    } else {
      logError(request.log, refusal);
      onRefused(refusal.code, request);
    }
    return sendError(reply, refusal);
  });
  app.setNotFoundHandler((request, reply) => {
    const isUnreadable = request.url === UNREADABLE_PATH;
    const refusal = isUnreadable ? unreadablePath() : new AppError('not_found');
    onRefused(refusal.code, request);
    return sendError(reply, refusal);
  });
}

/** Who asked has gone, while the answer was sent or before it was their turn: no fault of ours. */
function isNobodyThere({ code }: FastifyError | AppError, { raw }: FastifyRequest): boolean {
  return raw.socket.destroyed && (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'busy');
}

/** Failures of ours all, each kind of 503 now and then: while it lasts, every request is one. */
function createErrorLog(now: () => number) {
  const quietUntil = new Map<ErrorCode, number>();
  return (log: FastifyBaseLogger, error: AppError): void => {
    const { code, cause } = error;
    if (code === 'internal') log.error({ err: cause }, 'request failed');
    if (ERRORS[code].status !== 503 || now() < (quietUntil.get(code) ?? 0)) return;
    quietUntil.set(code, now() + WARN_EVERY_MS);
    log.warn({ err: error }, 'requests are refused for now');
  };
}

/** `status`: instead of the one that goes with the code. */
export function sendError(
  reply: FastifyReply,
  error: AppError,
  status: number = ERRORS[error.code].status,
) {
  const { retryInMs } = error.details;
  if (typeof retryInMs === 'number' && retryInMs > 0) {
    void reply.header('retry-after', Math.ceil(retryInMs / 1000));
  }
  return reply.code(status).type('application/json; charset=utf-8').send(formatError(error));
}

function formatError({ code, message, details }: AppError): string {
  // What a failure of ours says is for the log.
  const text = message === code || ERRORS[code].status >= 500 ? MESSAGES[code] : message;
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
  if (NOT_JSON_TYPE.has(error.code)) return notJsonType();
  const status = error.statusCode ?? 500;
  if (status === 413) return new AppError('too_large');
  // 403: a path that leads out of the folder of the page.
  if (status === 404 || status === 403) return new AppError('not_found');
  if (status >= 400 && status < 500) return new AppError('bad_request');
  return new AppError('internal', { cause: error });
}

function notJsonType(): AppError {
  return new AppError('bad_request', {
    message: 'Send JSON, with the header content-type: application/json.',
    details: { problem: 'content_type' },
  });
}

function unreadablePath(): AppError {
  return new AppError('bad_request', {
    message: 'The path is too long, or not percent-encoded UTF-8.',
    details: { problem: 'path' },
  });
}

/** Answers what was no HTTP at all, or too slow, or too long; there is no reply yet. */
export function createBrokenRequestAnswer(config: Config) {
  return (error: Error & { code?: string }, socket: Duplex): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    if (!socket.writable) return void socket.destroy();
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    const tooSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const status = tooLarge ? 431 : tooSlow ? 408 : 400;
    const body = formatError(new AppError(tooLarge ? 'too_large' : 'bad_request'));
    socket.end(
      [
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        ...Object.entries(headersWithoutRequest(config)).map((header) => header.join(': ')),
        'connection: close',
        '',
        body,
      ].join('\r\n'),
      () => socket.destroy(),
    );
  };
}
