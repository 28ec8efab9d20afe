/**
 * One box of octets to the server or back, and again after whatever may pass: no network, silence,
 * a server that is busy. The same bytes each time. Knows nothing of what is in them.
 */
import { ERRORS, isErrorCode, type ErrorCode } from '../../server/protocol/errors.ts';
import { isCount, isRecord } from '../../server/protocol/shape.ts';
import { backoffMs } from './backoff.ts';
import type { Environment } from './environment.ts';

export interface OctetsRequest {
  method: 'GET' | 'PUT';
  url: string;
  body?: Uint8Array;
  /** 0 to 1; 1 when all of it has gone, or come. */
  onProgress: (share: number) => void;
}

/** Begun when called. `answer` never rejects: null where nobody answered, or it was aborted. */
export type ExchangeOctets = (request: OctetsRequest) => {
  answer: Promise<{ status: number; body: Uint8Array } | null>;
  abort: () => void;
};

/** `code`: null where it was not our server that refused. */
export type TransferEnd =
  | { result: 'done'; body: Uint8Array }
  | { result: 'refused'; code: ErrorCode | null }
  | { result: 'cancelled' };

export interface Transfer {
  readonly end: Promise<TransferEnd>;
  /** All of it has gone once: the server may have it, whatever became of its answer. */
  readonly mayBeThere: boolean;
  cancel(): void;
  /** The network is back: no longer waits for the next try. */
  hurry(): void;
}

interface TransferOptions {
  environment: Pick<Environment, 'schedule' | 'random'>;
  exchange: ExchangeOctets;
}

/** So long without progress, and it is asked anew. */
const STALLED_MS = 30_000;
/** Answers of somebody else, a proxy that takes no files, one after the other. */
const STRANGERS = 4;

export function startTransfer(
  { environment, exchange }: TransferOptions,
  request: OctetsRequest,
): Transfer {
  let cancelTimer = () => {};
  const start = (run: () => void, ms: number) => {
    cancelTimer();
    cancelTimer = environment.schedule(run, ms);
  };
  let isCancelled = false;
  let mayBeThere = false;
  let interrupt = () => {};

  async function tryOnce() {
    const stall = () => start(() => abort(), STALLED_MS);
    const { answer, abort } = exchange({
      ...request,
      onProgress(share) {
        stall();
        mayBeThere ||= share === 1;
        if (!isCancelled) request.onProgress(share);
      },
    });
    // What has gone already is waited for: only then is it known what there is to delete.
    interrupt = () => isCancelled && !mayBeThere && abort();
    stall();
    const answered = await answer;
    cancelTimer();
    return answered;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      interrupt = () => {
        cancelTimer();
        resolve();
      };
      start(resolve, ms);
    });
  }

  async function run(): Promise<TransferEnd> {
    const wanted = request.method === 'PUT' ? 204 : 200;
    let strangers = 0;
    for (let attempt = 0; ; attempt++) {
      const answer = await tryOnce();
      if (isCancelled) return { result: 'cancelled' };
      if (answer?.status === wanted) return { result: 'done', body: answer.body };
      const refusal = answer && readRefusal(answer.body);
      if (refusal && !ERRORS[refusal.code].retry) return { result: 'refused', code: refusal.code };
      strangers = answer && !refusal ? strangers + 1 : 0;
      if (strangers === STRANGERS) return { result: 'refused', code: null };
      request.onProgress(0);
      await pause(Math.max(refusal?.retryInMs ?? 0, backoffMs(attempt, environment.random())));
      // It may have become so while it was waited.
      if (isCancelled) return { result: 'cancelled' };
    }
  }

  return {
    end: run(),
    get mayBeThere() {
      return mayBeThere;
    },
    cancel() {
      isCancelled = true;
      interrupt();
    },
    hurry: () => interrupt(),
  };
}

function readRefusal(body: Uint8Array): { code: ErrorCode; retryInMs: number } | null {
  try {
    const json: unknown = JSON.parse(String.fromCharCode(...body.subarray(0, 4096)));
    const error = isRecord(json) ? json.error : null;
    if (!isRecord(error) || !isErrorCode(error.code)) return null;
    return { code: error.code, retryInMs: isCount(error.retryInMs) ? error.retryInMs : 0 };
  } catch {
    return null;
  }
}
