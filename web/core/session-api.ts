/**
 * The HTTP calls of a session as typed results. Only JSON with code not_found or ended, in answer
 * to landing and enter, counts as the end of a chat; a proxy's 404, a server that does not know
 * the route, a timeout, no network are all `retry`.
 */
import type { SealedParticipant } from '../../server/protocol/envelope/new-session.ts';
import { ERRORS, isErrorCode, type ErrorCode } from '../../server/protocol/errors.ts';
import {
  END_REASONS,
  type EndReason,
  type Position,
  type Slot,
} from '../../server/protocol/frames.ts';
import { isCount, isOneOf, isRecord, isSlot } from '../../server/protocol/shape.ts';
import type { Environment } from './environment.ts';

/** `code`: busy, store_unavailable, rate_limited …; null where no server of ours answered. */
export interface Retry {
  result: 'retry';
  code: ErrorCode | null;
  retryInMs: number | null;
}

/** The chat is no more (or, `unknown`, never was, or the proof is wrong). */
export interface Gone {
  result: 'gone';
  reason: EndReason | 'renewed' | 'unknown';
  by: Slot | null;
  box: string | null;
  idleMs: number;
}

/** The request itself was refused: a mistake of this client, or a foreign page. */
export interface Refused {
  result: 'refused';
  code: ErrorCode;
}

export interface CreateRequest {
  id: string;
  sealed: [SealedParticipant, SealedParticipant];
  /** A duration like "10m". */
  idle?: string;
}

/** What puts a new link in the place of a participant's old one, and tells of it. */
export interface RenewRequest {
  slot: Slot;
  proofHash: string;
  key: string;
  cid: string;
  box: string;
  /** Where the log stood when the box was sealed. */
  after: Position | null;
}

export interface Created {
  result: 'created';
  id: string;
  linkBase: string;
  lanBase: string | null;
  expiresInMs: number;
  codes: Record<Slot, string>;
}

export interface Landing {
  result: 'landing';
  slot: Slot;
  /** The session key, sealed for this participant. */
  key: string;
  names: Record<Slot, string>;
  /** The slot this browser already holds a pass for. */
  here: Slot | null;
  met: boolean;
  triesLeft: number;
  retryInMs: number;
  expiresInMs: number;
}

export type EnterResult =
  | { result: 'entered'; slot: Slot }
  | { result: 'wrong_code'; triesLeft: number; retryInMs: number | null }
  | { result: 'too_many_tries'; retryInMs: number }
  /** This browser is the other participant: leave first. */
  | { result: 'other_participant' };

type Failure = Retry | Gone | Refused;

/** No call throws. Every call ends within 10 s. */
export interface SessionApi {
  create(request: CreateRequest): Promise<Created | { result: 'id_taken' } | Retry | Refused>;
  landing(sid: string, proof: string): Promise<Landing | Failure>;
  enter(sid: string, proof: string, code: string): Promise<EnterResult | Failure>;
  /** `done` also when this browser held no pass. */
  leave(sid: string): Promise<{ result: 'done' } | Retry | Refused>;
  /** After `retry` without a code it may have been done: the same request may come again. */
  renew(
    sid: string,
    request: RenewRequest,
  ): Promise<{ result: 'renewed'; code: string } | Retry | Refused>;
  /**
   * `pass_gone`: this browser holds no pass (any more), perhaps because the chat has ended
   * already; the landing knows.
   */
  end(
    sid: string,
    box?: string,
  ): Promise<{ result: 'done' } | { result: 'pass_gone' } | Retry | Refused>;
}

export interface SessionApiOptions {
  environment: Pick<Environment, 'fetch' | 'schedule'>;
  /** The folder of the page, without a final slash: https://host or https://host/base */
  base: string;
}

const TIMEOUT_MS = 10_000;

export function createSessionApi({ environment, base }: SessionApiOptions): SessionApi {
  /** Null when nobody answered, or it was not our server that did. */
  async function call(
    method: 'POST' | 'DELETE',
    path: string,
    body?: Record<string, unknown>,
  ): Promise<Answer | null> {
    try {
      const response = await environment.fetch(`${base}/api/sessions${path}`, {
        method,
        ...(body && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      });
      const json: unknown = response.status === 204 ? {} : await response.json();
      return isRecord(json) ? readAnswer(response.status, json) : null;
    } catch {
      return null;
    }
  }

  function inTime(call: Promise<Answer | null>): Promise<Answer | null> {
    return new Promise((resolve) => {
      const cancel = environment.schedule(() => resolve(null), TIMEOUT_MS);
      void call.then((answer) => {
        cancel();
        resolve(answer);
      });
    });
  }

  const post = (path: string, body?: Record<string, unknown>) => inTime(call('POST', path, body));

  return {
    async create(request) {
      const answer = await post('', { ...request });
      if (answer?.ok) return parseCreated(answer.body) ?? RETRY;
      return answer?.code === 'id_taken' ? { result: 'id_taken' } : notGone(failureOf(answer));
    },

    async landing(sid, proof) {
      const answer = await post(`/${sid}/landing`, { proof });
      return answer?.ok ? (parseLanding(answer.body) ?? RETRY) : failureOf(answer);
    },

    async enter(sid, proof, code) {
      const answer = await post(`/${sid}/enter`, { proof, code });
      if (answer?.ok) {
        const { slot } = answer.body;
        return isSlot(slot) ? { result: 'entered', slot } : RETRY;
      }
      return (answer && parseEnterRefusal(answer)) ?? failureOf(answer);
    },

    async leave(sid) {
      const answer = await post(`/${sid}/leave`);
      const isOutside = answer?.ok === false && answer.code === 'pass_required';
      return answer?.ok || isOutside ? DONE : notGone(failureOf(answer));
    },

    async renew(sid, request) {
      const answer = await post(`/${sid}/renew`, { ...request });
      if (!answer?.ok) return notGone(failureOf(answer));
      const { code } = answer.body;
      return typeof code === 'string' ? { result: 'renewed', code } : RETRY;
    },

    async end(sid, box) {
      const answer = await inTime(
        call('DELETE', `/${sid}`, box === undefined ? undefined : { box }),
      );
      if (answer?.ok) return DONE;
      return answer?.code === 'pass_required'
        ? { result: 'pass_gone' }
        : notGone(failureOf(answer));
    },
  };
}

type Json = Record<string, unknown>;
type Answer = { ok: true; body: Json } | { ok: false; code: ErrorCode; details: Json };

const RETRY: Retry = { result: 'retry', code: null, retryInMs: null };
const DONE: { result: 'done' } = { result: 'done' };

function readAnswer(status: number, json: Json): Answer | null {
  if (status >= 200 && status < 300) return { ok: true, body: json };
  const { error } = json;
  return isRecord(error) && isErrorCode(error.code)
    ? { ok: false, code: error.code, details: error }
    : null;
}

function failureOf(answer: Answer | null): Failure {
  if (!answer || answer.ok) return RETRY;
  const { code, details } = answer;
  if (code === 'not_found') {
    return { result: 'gone', reason: 'unknown', by: null, box: null, idleMs: 0 };
  }
  if (code === 'ended') {
    return {
      result: 'gone',
      reason: isOneOf(details.reason, GONE_REASONS) ? details.reason : 'unknown',
      by: isSlot(details.by) ? details.by : null,
      box: typeof details.box === 'string' ? details.box : null,
      idleMs: countOf(details.idleMs) ?? 0,
    };
  }
  return ERRORS[code].retry
    ? { result: 'retry', code, retryInMs: countOf(details.retryInMs) }
    : { result: 'refused', code };
}

/** Routes that need no proof cannot tell of an end (HT6). */
function notGone(failure: Failure): Retry | Refused {
  return failure.result === 'gone' ? RETRY : failure;
}

const GONE_REASONS = [...END_REASONS, 'renewed'] as const;

function parseCreated({ id, linkBase, lanBase, expiresInMs, participants }: Json): Created | null {
  if (typeof id !== 'string' || typeof linkBase !== 'string' || !isCount(expiresInMs)) return null;
  const codes: Partial<Record<Slot, string>> = {};
  for (const one of Array.isArray(participants) ? participants : []) {
    if (isRecord(one) && isSlot(one.slot) && typeof one.code === 'string')
      codes[one.slot] = one.code;
  }
  const { a, b } = codes;
  if (a === undefined || b === undefined) return null;
  const lan = typeof lanBase === 'string' ? lanBase : null;
  return { result: 'created', id, linkBase, lanBase: lan, expiresInMs, codes: { a, b } };
}

function parseLanding(body: Json): Landing | null {
  const { slot, key, names, here, met, triesLeft, retryInMs, expiresInMs } = body;
  const [a, b] = Array.isArray(names) ? (names as unknown[]) : []; // as: isArray says any[]
  if (!isSlot(slot) || (here !== null && !isSlot(here)) || typeof met !== 'boolean') return null;
  if (typeof key !== 'string' || typeof a !== 'string' || typeof b !== 'string') return null;
  if (!isCount(triesLeft) || !isCount(retryInMs) || !isCount(expiresInMs)) return null;
  return {
    result: 'landing',
    ...{ slot, key, here, met, triesLeft, retryInMs, expiresInMs },
    names: { a, b },
  };
}

function parseEnterRefusal(answer: Answer): EnterResult | null {
  if (answer.ok) return null;
  const { code, details } = answer;
  const retryInMs = countOf(details.retryInMs);
  if (code === 'wrong_code') {
    return { result: code, triesLeft: countOf(details.triesLeft) ?? 0, retryInMs };
  }
  if (code === 'too_many_tries') return { result: code, retryInMs: retryInMs ?? 0 };
  return code === 'other_participant' ? { result: code } : null;
}

function countOf(value: unknown): number | null {
  return isCount(value) ? value : null;
}
