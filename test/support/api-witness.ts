/**
 * Holds the answers of real servers against openapi.json, and knows which of the answers it
 * promises nobody has seen yet.
 */
import { always } from '../attacks/expected-headers.ts';
import { createCheck, type OpenApi, type Operation, type Response } from './api-document.ts';
import { askRaw, type RawAnswer } from './raw-http.ts';

/** What goes with every answer, and is not worth saying of each. */
const ALWAYS = new Set([...Object.keys(always('')), 'date', 'content-length', 'content-type']);
/** Of an upgrade, as RFC 6455 has it. */
const OF_UPGRADE = new Set(['upgrade', 'sec-websocket-accept', 'sec-websocket-version']);

export interface Call {
  /** Like { id: 'AAAAAAAAAAA' }; what a path needs and is not given is well-formed and nowhere. */
  path?: Record<string, string>;
  /** What is no text is sent as JSON. */
  body?: unknown;
  type?: string;
  cookie?: string;
  /** Null sends none; unset is that of the server's own page. */
  origin?: string | null;
  headers?: Record<string, string | readonly string[]>;
}

export interface Outcome extends RawAnswer {
  /** The error code; null if nothing was refused. */
  code: string | null;
  json: Record<string, unknown>;
}

export interface Witness {
  /** By operation id. */
  operations: ReadonlyMap<string, Operation & { method: string; url: string }>;
  /** Calls an operation of a server, and holds its answer against the document. */
  call: (server: { port: number }, operationId: string, call?: Call) => Promise<Outcome>;
  /** Throws unless the document has this answer. */
  hold: (operationId: string, answer: RawAnswer) => Outcome;
  /** Answers that are promised and did not come, like `enter 401 wrong_code`. */
  unseen: () => string[];
}

const NOWHERE: Record<string, string> = { id: 'AAAAAAAAAAA', cid: 'AAAAAAAAAAAAAAAAAAAAAA' };

export function createWitness(document: OpenApi): Witness {
  const check = createCheck(document, { closed: true });
  const operations = new Map(
    Object.entries(document.paths).flatMap(([url, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        operation.operationId,
        { ...operation, method: method.toUpperCase(), url },
      ]),
    ),
  );
  const seen = new Set<string>();

  function operationOf(operationId: string) {
    const operation = operations.get(operationId);
    if (!operation) throw new Error(`no operation ${operationId}`);
    return operation;
  }

  function hold(operationId: string, answer: RawAnswer): Outcome {
    const { responses } = operationOf(operationId);
    const response = responses[answer.status] ?? (answer.status === 500 && responses['default']);
    const json = jsonOf(answer);
    // as: as every refusal is, which is checked below.
    const code = (json['error'] as { code?: string } | undefined)?.code ?? null;
    const what = [operationId, answer.status, ...(code === null ? [] : [code])].join(' ');
    if (!response) throw new Error(`${what} is not documented`);
    const problems = [
      ...headerProblems(operationId, response, answer),
      ...bodyProblems(response, answer, json),
    ];
    if (problems.length > 0)
      throw new Error(`${what} is not as documented: ${problems.join('; ')}`);
    seen.add(what);
    return { ...answer, code, json };
  }

  function headerProblems(
    operationId: string,
    { headers = {} }: Response,
    answer: RawAnswer,
  ): string[] {
    const documented = new Map(
      Object.entries(headers).map(([name, { schema }]) => [name.toLowerCase(), schema]),
    );
    return Object.entries(answer.headers).flatMap(([name, value]) => {
      const schema = documented.get(name);
      if (schema) return check(schema, value).map((problem) => `header ${name}: ${problem}`);
      const isKnown = ALWAYS.has(name) || (operationId === 'connect' && OF_UPGRADE.has(name));
      return isKnown ? [] : [`header ${name}`];
    });
  }

  function bodyProblems(
    { content }: Response,
    { headers, body }: RawAnswer,
    json: Record<string, unknown>,
  ): string[] {
    const type = headers['content-type']?.replace('; charset=utf-8', '');
    if (!content) return type === undefined && body === '' ? [] : ['a body'];
    const media = type === undefined ? undefined : content[type];
    if (!media) return [`a body of type ${type}`];
    return type === 'application/json' ? check(media.schema, json) : [];
  }

  return {
    operations,
    hold,

    async call(server, operationId, { path = {}, body, type, cookie, origin, headers } = {}) {
      const { method, url } = operationOf(operationId);
      const own = `http://localhost:${server.port}`;
      const answer = await askRaw(server.port, {
        method,
        path: url.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? NOWHERE[name] ?? name),
        headers: {
          ...(origin !== null && { origin: origin ?? own }),
          ...(body !== undefined && { 'content-type': type ?? 'application/json' }),
          ...(cookie !== undefined && { cookie }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return hold(operationId, answer);
    },

    unseen: () =>
      [...operations.values()].flatMap(promisesOf(document)).filter((what) => !seen.has(what)),
  };
}

function jsonOf({ headers, body }: RawAnswer): Record<string, unknown> {
  if (headers['content-type']?.startsWith('application/json') !== true) return {};
  return JSON.parse(body) as Record<string, unknown>; // as: every one of ours is an object
}

/** Each answer of an operation; `default` is what nobody can promise to see. */
function promisesOf(document: OpenApi) {
  return ({ operationId, responses }: Operation): string[] =>
    Object.entries(responses).flatMap(([status, { content }]) => {
      if (status === 'default') return [];
      const schema = content?.['application/json']?.schema;
      const codes = [schema, ...(schema?.anyOf ?? [])].flatMap((one) =>
        codeIn(document, one?.$ref),
      );
      const what = `${operationId} ${status}`;
      return codes.length === 0 ? [what] : codes.map((code) => `${what} ${code}`);
    });
}

function codeIn({ components }: OpenApi, ref: string | undefined): string[] {
  const name = ref?.split('/').at(-1);
  return name !== undefined && name in components.schemas ? [name] : [];
}
