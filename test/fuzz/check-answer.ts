/**
 * What holds for every answer, whatever was asked: a status that is meant, our one form of
 * refusal, all headers and no others, nothing of the inside, nothing of what was sent.
 */
import { fileURLToPath } from 'node:url';
import { ERRORS, isErrorCode } from '../../server/protocol/errors.ts';
import { isRecord } from '../../server/protocol/shape.ts';
import { csp, FIXED_HEADERS, IMMUTABLE, NOT_KEPT } from '../support/security-headers.ts';
import type { HttpAnswer } from './http-exchange.ts';

/**
 * Part of every request, wherever something can be put in; no answer repeats it. No base64url: it
 * stands in nothing that is random.
 */
export const MARK = 'zq9~';

const ALLOWED = new Set([200, 201, 204, 206, 304]);
/** Refusals by the server below us, in our form. */
const LENT: Readonly<Record<number, string>> = {
  408: 'bad_request',
  416: 'bad_request',
  431: 'too_large',
};
/** What may go wrong on our side, on purpose: both say that it may be tried again. */
const INTENDED_503 = /"code":"(busy|store_unavailable)"/;

const OTHER_HEADERS = new Set([
  ...['content-security-policy', 'permissions-policy', 'cache-control', 'content-type'],
  ...['content-length', 'date', 'connection', 'keep-alive', 'etag', 'last-modified', 'vary'],
  ...['accept-ranges', 'content-range', 'content-encoding', 'set-cookie', 'retry-after'],
  ...['link', 'sec-websocket-version'],
]);
const HERE = fileURLToPath(new URL('../..', import.meta.url));
/** A stack trace, or where something lies. */
const INSIDE = /\n\s*at |node_modules|file:\/\/|\.[cm]?[jt]s:\d+|\b[A-Z][a-z]+Error\b|"stack"/;

/** Null if all is well. `hosts`: whatever was sent as Host. */
export function problemOf(answer: HttpAnswer, hosts: readonly string[]): string | null {
  return (
    statusProblem(answer) ??
    formProblem(answer) ??
    headerProblem(answer, hosts) ??
    leakProblem(answer)
  );
}

function statusProblem({ status, body }: HttpAnswer): string | null {
  if (ALLOWED.has(status) || (status >= 400 && status < 500)) return null;
  if (status === 503 && INTENDED_503.test(body)) return null;
  return `the status ${status}`;
}

function formProblem(answer: HttpAnswer): string | null {
  const { status, body } = answer;
  // To HEAD there is none.
  if (status < 400 || body === '') return null;
  if (headerOf(answer, 'content-type') !== 'application/json; charset=utf-8') {
    return 'a refusal that does not say it is JSON';
  }
  const parsed = parse(body);
  const error = isRecord(parsed) ? parsed['error'] : null;
  if (!isRecord(parsed) || !isRecord(error) || Object.keys(parsed).length !== 1) {
    return 'a refusal of another form';
  }
  const { code, message } = error;
  if (typeof message !== 'string' || message === '') return 'a refusal without a message';
  const isKnown = isErrorCode(code) && (ERRORS[code].status === status || LENT[status] === code);
  return isKnown ? null : `the code ${String(code)} with status ${status}`;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function headerProblem(answer: HttpAnswer, hosts: readonly string[]): string | null {
  for (const [name, value] of Object.entries(FIXED_HEADERS)) {
    if (headerOf(answer, name) !== value) return `${name} is ${headerOf(answer, name)}`;
  }
  const isKnown = (name: string) => OTHER_HEADERS.has(name) || Object.hasOwn(FIXED_HEADERS, name);
  const unknown = answer.headers.find(([name]) => !isKnown(name));
  if (unknown) return `the header ${unknown.join(': ')}`;
  const names = answer.headers.map(([name]) => name).filter((name) => name !== 'set-cookie');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `${twice} twice`;
  const policies = [csp(null), ...hosts.flatMap(policyAt)];
  const policy = headerOf(answer, 'content-security-policy') ?? '';
  if (!policies.includes(policy)) return `the policy ${policy}`;
  if (!headerOf(answer, 'permissions-policy')?.includes('camera=()'))
    return 'no permissions-policy';
  const kept = headerOf(answer, 'cache-control');
  const isAsset = answer.status < 400 && kept === IMMUTABLE;
  return kept === NOT_KEPT || isAsset ? null : `cache-control is ${kept}`;
}

function policyAt(host: string): string[] {
  const origin = `http://${host.trim()}`;
  return URL.canParse(origin) ? [csp(new URL(origin).origin.replace(/^http/, 'ws'))] : [];
}

function leakProblem(answer: HttpAnswer): string | null {
  const { headers, body, status } = answer;
  const all = `${headers.map((header) => header.join(': ')).join('\n')}\n${body}`;
  if (all.includes(HERE)) return 'where the server lies';
  const isJson = headerOf(answer, 'content-type')?.startsWith('application/json');
  if ((isJson === true || status >= 400) && INSIDE.test(all)) return `of the inside: ${body}`;
  // A new session tells the names it was made with.
  if (status !== 201 && all.includes(MARK)) return 'what was sent';
  return null;
}

function headerOf({ headers }: HttpAnswer, wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1];
}
