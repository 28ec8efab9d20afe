/**
 * The grammar of HTTP requests as bytes: right ones for every route, and everything about them
 * that can be wrong. SID, PROOF, CODE and PASS stand for those of the session that is attacked.
 */
import fc, { type Arbitrary } from 'fast-check';
import { MARK } from './check-answer.ts';
import { boxOf, cidOf, textOf, type Fields } from './client-frames.ts';
import {
  BROKEN_HEADERS,
  CHUNK_FLAWS,
  CODINGS,
  COOKIES,
  HOSTS,
  LENGTHS,
  METHODS,
  ODD_HEADERS,
  ORIGINS,
  PATHS,
  TYPES,
  VERSIONS,
} from './http-oddities.ts';
import { mutated } from './mutations.ts';

export interface RequestSpec {
  method: string;
  target: string;
  version: string;
  /** Lines; those that frame the body come besides. */
  headers: readonly string[];
  /** A byte a character. */
  body: string;
  framing: Framing;
}

/** How the end of the body is told, rightly or not. */
type Framing =
  | { by: 'length'; off: number }
  | { by: 'said'; lengths: readonly string[]; coding: string | null }
  | { by: 'chunks'; size: number; flaw: string; trailer: string }
  | { by: 'nothing' };

const from = <T>(...list: readonly T[]): Arbitrary<T> => fc.constantFrom(...list);
const rarely = <T>(usual: T, odd: Arbitrary<T>, times = 10): Arbitrary<T> =>
  fc.oneof({ weight: times, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

const SESSION = '/api/sessions/SID';

const NAMES: Fields = [['names', '["Ann","Bob"]']];
const NAMES_AND_IDLE: Fields = [...NAMES, ['idle', '"10m"']];
const SEALED: Fields = [
  ['id', '"AAAAAAAAAAA"'],
  ['sealed', `[${sealed(1)},${sealed(2)}]`],
];
const PROOF: Fields = [['proof', '"PROOF"']];
const PROOF_AND_CODE: Fields = [...PROOF, ['code', '"CODE"']];
const WRONG_CODE: Fields = [...PROOF, ['code', '"0000-0000"']];
const ENDPOINT: Fields = [
  ['slot', '"a"'],
  ['endpoint', '"https://web.push.apple.com/QGuQyavXutnMH"'],
];
const BOX: Fields = [['box', `"${boxOf(60)}"`]];

function sealed(n: number): string {
  const hash = Buffer.alloc(32, n).toString('base64url');
  return `{"proofHash":"${hash}","key":"${boxOf(72)}","name":"${boxOf(296)}"}`;
}

const fields = from(
  NAMES,
  NAMES_AND_IDLE,
  SEALED,
  PROOF,
  PROOF_AND_CODE,
  WRONG_CODE,
  ENDPOINT,
  BOX,
);
const poison = from(
  ...['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}', '{"\\u005f_proto__":1}'],
  ...['{"names":["Ann","Bob"],"__proto__":{"names":1}}', '[]', 'null', '1', '"x"', '', '{', '{}'],
  ...[`{"names":["${MARK}<b>","Bob"]}`, `{"${MARK}":1}`, `{"proof":"${MARK}"}`, 'a=b&c=d'],
  ...['{"names":["Ann","Bob"],"names":["Eve","Bob"]}', '{"idle":1e999,"names":["Ann","Bob"]}'],
  ...['{"names":["\\ud800","Bob"]}', '{"names":["A\\u0000","Bob"]}', '{"names":{"length":2}}'],
  ...[`{"names":["${'A'.repeat(33_000)}","Bob"]}`, '{"idle":"9e9h","names":["Ann","Bob"]}'],
  ...['\ufeff{}', '{"proof":{"toString":1},"code":[]}', '{"sealed":[null,null],"id":1}'],
);
const body: Arbitrary<string> = fc
  .oneof(
    { weight: 5, arbitrary: fields.map(textOf) },
    { weight: 6, arbitrary: mutated(fields).map(({ payload }) => payload) },
    { weight: 3, arbitrary: poison },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }).map((list) => Buffer.from(list)) },
  )
  .map((payload) => Buffer.from(payload).toString('latin1'));

/** With a body that is right there. */
const CALLS: readonly (readonly [method: string, target: string, body?: Fields])[] = [
  ['POST', '/api/sessions', NAMES],
  ['POST', '/api/sessions', NAMES_AND_IDLE],
  ['POST', '/api/sessions', SEALED],
  ['POST', `${SESSION}/landing`, PROOF],
  ['POST', `${SESSION}/enter`, PROOF_AND_CODE],
  ['POST', `${SESSION}/enter`, WRONG_CODE],
  ['POST', `${SESSION}/leave`],
  ['POST', `${SESSION}/renew`],
  ['PUT', `${SESSION}/push`, ENDPOINT],
  ['DELETE', `${SESSION}/push`, ENDPOINT],
  ['DELETE', SESSION, BOX],
  ['PUT', `${SESSION}/files/${cidOf(1)}`],
  ['GET', `${SESSION}/files/${cidOf(1)}`],
  ['GET', '/ws/SID'],
  ['GET', '/'],
  ['GET', '/c'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/api/openapi.json'],
  ['GET', '/api/asyncapi.json'],
  ['GET', '/api/push'],
  ['GET', '/favicon.svg'],
];
/** As many as fit, and more. */
const flood: Arbitrary<string[]> = fc
  .integer({ min: 20, max: 3_000 })
  .map((count) => Array.from({ length: count }, (_, i) => `x${i}: `));

const headers: Arbitrary<string[]> = fc
  .tuple(
    rarely('localhost', from(...HOSTS)),
    fc.option(rarely('http://localhost', from(...ORIGINS), 8), { freq: 4 }),
    rarely('application/json', from(...TYPES), 8),
    fc.option(fc.oneof(from(...COOKIES), fc.constant('PASS')), { freq: 2 }),
    rarely([], fc.array(from(...ODD_HEADERS), { minLength: 1, maxLength: 4 }), 2),
    rarely([], fc.array(from(...BROKEN_HEADERS), { minLength: 1, maxLength: 2 }), 12),
    rarely([], flood, 60),
  )
  .map(([host, origin, type, cookie, ...more]) => [
    `host: ${host}`,
    ...(origin === null ? [] : [`origin: ${origin}`]),
    `content-type: ${type}`,
    ...(cookie === null ? [] : [`cookie: ${cookie}`]),
    ...more.flat(),
  ]);

const framing: Arbitrary<Framing> = fc.oneof(
  { weight: 40, arbitrary: fc.record({ by: fc.constant('length' as const), off: from(0) }) },
  {
    weight: 1,
    arbitrary: fc.record({ by: fc.constant('length' as const), off: from(-1, 1, -20, 400) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constant('said' as const),
      lengths: fc.array(from(...LENGTHS), { maxLength: 2 }),
      coding: fc.option(from(...CODINGS)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constant('chunks' as const),
      size: from(1, 7, 4_096),
      flaw: from(...CHUNK_FLAWS),
      trailer: from('', 'x: y\r\n', 'content-length: 5\r\n', `${MARK}: <\r\n`, 'host: other\r\n'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ by: 'nothing' as const }) },
);

type Call = readonly [method: string, target: string, body?: Fields];
const anyTarget = from(...CALLS.map(([, target]) => target));
const call: Arbitrary<Call> = fc.oneof(
  { weight: 10, arbitrary: from(...CALLS) },
  { weight: 1, arbitrary: fc.tuple(from(...METHODS), anyTarget) },
  { weight: 3, arbitrary: fc.tuple(rarely('GET', from(...METHODS), 3), from(...PATHS)) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('GET'),
      fc.webPath().map((path) => path || '/'),
    ),
  },
);

export const request: Arbitrary<RequestSpec> = fc
  .tuple(call, headers, body, fc.boolean(), framing, rarely('HTTP/1.1', from(...VERSIONS), 60))
  .map(([[method, target, right], headers, odd, isRight, framing, version]) => {
    // Most requests that have no body have no need to say so.
    const hasNone = framing.by === 'length' && /^(GET|HEAD)$/.test(method);
    const body = hasNone ? '' : isRight && right ? textOf(right) : odd;
    return { method, target, version, headers, body, framing };
  });

/** As it goes out; a byte a character. */
export function bytesOf({ method, target, version, headers, body, framing }: RequestSpec): string {
  const { lines, text } = framed(body, framing);
  return [`${method} ${target} ${version}`, ...headers, ...lines, '', text].join('\r\n');
}

function framed(body: string, framing: Framing): { lines: string[]; text: string } {
  switch (framing.by) {
    case 'length': {
      const isNone = body === '' && framing.off === 0;
      const length = Math.max(0, body.length + framing.off);
      return { lines: isNone ? [] : [`content-length: ${length}`], text: body };
    }
    case 'said': {
      const { lengths, coding } = framing;
      const codings = coding === null ? [] : [`transfer-encoding: ${coding}`];
      return { lines: [...lengths.map((n) => `content-length: ${n}`), ...codings], text: body };
    }
    case 'chunks': {
      const { size, flaw, trailer } = framing;
      const count = Math.ceil(body.length / size);
      const chunks = Array.from({ length: count }, (_, i) => {
        const part = body.slice(i * size, (i + 1) * size);
        return `${part.length.toString(16)}${i === 0 ? flaw : ''}\r\n${part}\r\n`;
      });
      const text = `${chunks.join('')}0\r\n${trailer}\r\n`;
      return { lines: ['transfer-encoding: chunked'], text };
    }
    case 'nothing':
      return { lines: [], text: body };
    default:
      return framing satisfies never;
  }
}
