/**
 * The HTTP calls of a session as typed results. Only JSON with code not_found or ended counts as
 * the end of a chat; a proxy's 404, a timeout, no network are all `retry`.
 */
import type { EndReason, Slot } from '../../server/protocol/frames.ts';
import type { Environment } from './environment.ts';

/** `code`: null where nobody answered or the answer was not ours. */
export interface Retry {
  result: 'retry';
  code: 'busy' | 'store_unavailable' | 'rate_limited' | 'internal' | null;
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
  code: 'bad_request' | 'bad_origin';
}

export interface SealedParticipant {
  proofHash: string;
  key: string;
  name: string;
}

export interface CreateRequest {
  id: string;
  sealed: [SealedParticipant, SealedParticipant];
  /** A duration like "10m". */
  idle?: string;
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
  /** `done` also when the chat had ended already. */
  end(
    sid: string,
    box?: string,
  ): Promise<{ result: 'done' } | { result: 'locked' } | Retry | Refused>;
}

export interface SessionApiOptions {
  environment: Pick<Environment, 'fetch' | 'schedule'>;
  /** The folder of the page, without a final slash: https://host or https://host/base */
  base: string;
}

export function createSessionApi(_options: SessionApiOptions): SessionApi {
  throw new Error('being built');
}
