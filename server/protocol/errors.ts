/**
 * The one table of everything that can be refused: error codes of HTTP answers and nacks, and
 * close codes of a connection. Texts for people are in the page's catalogue under these codes.
 */

/** HTTP status and whether the same request may succeed later without change. */
export const ERRORS = {
  bad_request: { status: 400, retry: false },
  wrong_code: { status: 401, retry: false },
  pass_required: { status: 401, retry: false },
  bad_origin: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  other_participant: { status: 409, retry: false },
  id_taken: { status: 409, retry: false },
  connected: { status: 409, retry: false },
  session_full: { status: 409, retry: false },
  not_met: { status: 409, retry: true },
  ended: { status: 410, retry: false },
  too_large: { status: 413, retry: false },
  files_full: { status: 413, retry: false },
  too_many_tries: { status: 429, retry: true },
  rate_limited: { status: 429, retry: true },
  internal: { status: 500, retry: true },
  busy: { status: 503, retry: true },
  store_unavailable: { status: 503, retry: true },
} as const satisfies Record<string, { status: number; retry: boolean }>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

/** Why a sent message was not stored. `gone` and `session_full` are final. */
export const NACK_ERRORS = ['store_unavailable', 'waiting', 'session_full', 'gone'] as const;
export type NackError = (typeof NACK_ERRORS)[number];

/** Close codes (CL rules). Everything outside 4500–4999 and 1009 means: connect again. */
export const CLOSE = {
  restart: 1012,
  tooBig: 1009,
  slowReader: 4000,
  storeUnreachable: 4002,
  flooding: 4003,
  noHello: 4005,
  replaced: 4006,
  badFrame: 4500,
  passGone: 4501,
  ended: 4503,
  openedElsewhere: 4504,
} as const;

export function isFinalClose(code: number): boolean {
  return code === CLOSE.tooBig || (code >= 4500 && code <= 4999);
}

/** An error with a code of the table; `details` are sent along, `cause` is only logged. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    options: { details?: Record<string, unknown>; message?: string; cause?: unknown } = {},
  ) {
    super(options.message ?? code, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

export function assertNever(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
