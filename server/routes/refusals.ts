/**
 * How refusals are documented: what each code of server/protocol/errors.ts means to a caller, what
 * goes along with it, and an example. Routes name the codes they refuse with; openapi.ts makes
 * answers of them. Nothing here is needed to refuse: server/plugins/errors.ts does.
 */
import type { JSONSchema } from 'json-schema-to-ts';
import { MESSAGES } from '../plugins/errors.ts';
import { ERRORS, type ErrorCode } from '../protocol/errors.ts';
import { END_REASONS } from '../protocol/frames.ts';
import { BOX } from './examples.ts';
import { object, Slot } from './schemas.ts';

interface Meaning {
  /** When it is answered, and what a caller does. */
  when: string;
  /** Fields beside code and message: those that are always there, and others. */
  details?: Fields;
  optional?: Fields;
  /** The details of the example. */
  example?: Record<string, unknown>;
}

type Fields = Readonly<Record<string, JSONSchema>>;

const retryInMs = {
  type: 'integer',
  minimum: 0,
  description: 'Milliseconds until the next attempt; above 0 also as Retry-After, in seconds',
} as const;

const text = (description: string) => ({ type: 'string', description }) as const;

const MEANINGS: Record<ErrorCode, Meaning> = {
  bad_request: {
    when: 'The request is not as it is described here, or has not one Host header.',
    optional: {
      field: text('The one that is wrong, like sealed.0.key; absent if it is the body as a whole'),
      problem: text('What is wrong with it: required, type, pattern, malformed, range, json …'),
      maxMs: { type: 'integer', minimum: 0, description: 'With idle: the longest there may be' },
    },
    example: { field: 'names', problem: 'required' },
  },
  wrong_code: {
    when: 'The code is not the one of this link; a try is gone.',
    details: {
      triesLeft: { type: 'integer', minimum: 0, description: 'Tries until one has to wait' },
      retryInMs,
    },
    example: { triesLeft: 4, retryInMs: 0 },
  },
  pass_required: {
    when: 'No pass came along, or it no longer holds. The same for a session that never was.',
  },
  bad_origin: {
    when: 'Another website asks; or a pass came along, and no Origin header to say who asks.',
  },
  not_found: { when: 'There is nothing here for this caller.' },
  other_participant: {
    when: 'This browser is in the session as the other one: it has to leave first.',
  },
  id_taken: { when: 'The id is in use, or was: draw a new one.' },
  connected: { when: 'The other participant is connected: their link is not replaced meanwhile.' },
  session_full: { when: 'The log takes no more entries.' },
  not_met: { when: 'Not both have entered yet: try again when they have.' },
  ended: {
    when: 'The session has ended, or this link was replaced (renewed). It does not come back.',
    details: {
      reason: {
        type: 'string',
        enum: [...END_REASONS, 'renewed'],
        description:
          'By somebody, by silence, by the longest life, before both came; or by a new link',
      },
    },
    optional: {
      by: { ...Slot, description: 'Who ended it' },
      box: text('The control box that came with the end'),
      idleMs: { type: 'integer', minimum: 0, description: 'The silence that ends such a session' },
    },
    example: { reason: 'ended', idleMs: 1_800_000, by: 'b', box: BOX },
  },
  too_large: { when: 'The body is larger than is taken here.' },
  files_full: { when: 'The session takes no more files, or not so many bytes of them.' },
  too_many_tries: {
    when: 'Too many wrong codes were tried: wait.',
    details: { retryInMs },
    example: { retryInMs: 60_000 },
  },
  rate_limited: {
    when: 'This address has asked too often: wait.',
    details: { retryInMs },
    example: { retryInMs: 12_000 },
  },
  internal: { when: 'Something failed here. Whether it was done is unknown: ask again.' },
  busy: {
    when: 'There is too much to do, or no room. Nothing was done: try again.',
    optional: { retryInMs },
    example: { retryInMs: 2_000 },
  },
  store_unavailable: {
    when: 'Redis cannot be used. Whether it was done is unknown: try again.',
  },
};

const REFUSES = 'x-refuses';

/** For a route's schema: what it refuses with, besides `bad_request`, which any request may be. */
export function refuses(...codes: readonly ErrorCode[]) {
  return { [REFUSES]: ['bad_request', ...codes] };
}

/** Of everything that changes something, for `refuses`. */
export const CHANGING = ['bad_origin', 'too_large', 'rate_limited', 'store_unavailable'] as const;

/** As in OpenAPI: what comes with a status. */
export interface DocumentedResponse {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, object>;
}

export interface DocumentedOperation {
  responses: Record<string, DocumentedResponse>;
  [REFUSES]?: readonly ErrorCode[];
}

/** Puts the answers that a route named with `refuses` into its operation. */
export function documentRefusals(operation: DocumentedOperation): void {
  const { [REFUSES]: codes = [], responses } = operation;
  const tellsEnd = codes.includes('ended');
  for (const status of new Set(codes.map((code) => ERRORS[code].status))) {
    const those = codes.filter((code) => ERRORS[code].status === status);
    responses[status] = responseOf(those, {
      ...(those.some((code) => 'retryInMs' in fieldsOf(code)) && { 'Retry-After': RETRY_AFTER }),
      // Who may hear that a chat is over may hold a pass for it, which is then of no more use.
      ...(tellsEnd && those.some((code) => END.has(code)) && { 'Set-Cookie': PASS_GONE }),
    });
  }
  responses['default'] = {
    ...responseOf(['internal'], {}),
    description: `Status 500, \`internal\`. ${MEANINGS.internal.when}`,
  };
  delete operation[REFUSES];
}

function responseOf(
  codes: readonly ErrorCode[],
  headers: Record<string, object>,
): DocumentedResponse {
  const refs = codes.map((code) => ({ $ref: `#/components/schemas/${code}` }));
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]);
  return {
    description: codes.map((code) => `\`${code}\`: ${MEANINGS[code].when}`).join('\n\n'),
    ...(Object.keys(headers).length > 0 && { headers }),
    content: {
      'application/json': {
        schema: refs.length === 1 ? refs[0] : { anyOf: refs },
        examples: Object.fromEntries(examples) as object,
      },
    },
  };
}

const RETRY_AFTER = {
  description: 'Seconds until the next attempt: retryInMs, if that is above 0',
  schema: { type: 'string', pattern: '^[1-9][0-9]*$' },
};

const END: ReadonlySet<ErrorCode> = new Set(['not_found', 'ended']);
const PASS_GONE = {
  description: 'Removes the pass, if one came along that no longer holds',
  schema: { type: 'string' },
};

function fieldsOf(code: ErrorCode): Fields {
  return { ...MEANINGS[code].details, ...MEANINGS[code].optional };
}

type Components = Record<'schemas' | 'examples', Record<string, object>>;

/** For the document's components: a schema and an example for each of `codes`. */
export function refusalComponents(codes: readonly ErrorCode[]): Components {
  const each = <T>(make: (code: ErrorCode) => T) =>
    Object.fromEntries(codes.map((code) => [code, make(code)]));
  return {
    schemas: each((code) => {
      const { when, details, optional } = MEANINGS[code];
      const named = { code: { type: 'string', const: code }, message: text(FOR_DEVELOPERS) };
      const error = object({ ...named, ...details } as Fields, optional ?? {});
      return { ...object({ error }), title: code, description: when };
    }),
    examples: each((code) => ({
      summary: MESSAGES[code],
      value: { error: { code, message: MESSAGES[code], ...MEANINGS[code].example } },
    })),
  };
}

const FOR_DEVELOPERS = 'For developers: it may change. Programs go by the code.';
