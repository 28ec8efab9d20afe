/**
 * Ends the chat for both and does not let go before it is ended: over the connection while that
 * answers, else over HTTP, again and again.
 */
import { sealControl } from '../../server/protocol/envelope/entry-box.ts';
import type { ClientFrame } from '../../server/protocol/frames.ts';
import { backoffMs } from './backoff.ts';
import type { EnteredSession } from './entering.ts';
import type { Environment } from './environment.ts';
import { viewOf, type Log } from './log.ts';
import type { SessionApi } from './session-api.ts';
import { createTimer } from './timer.ts';

/** How long the frame `ended` may take before HTTP is tried. */
const ANSWER_WITHIN_MS = 3_000;

export interface EndingOptions {
  environment: Pick<Environment, 'schedule' | 'random'>;
  send: (frame: ClientFrame) => boolean;
  box: () => string;
  overHttp: (box: string) => ReturnType<SessionApi['end']>;
  onDone: () => void;
}

/** The box that shows who ended the chat; its id is empty. */
export function sealEnd({ keys, sid, slot }: EnteredSession, log: Log): string {
  const content = { prev: null, after: viewOf(log), content: { kind: 'end' } as const };
  return sealControl(keys, { sid, slot, cid: '' }, content);
}

export function createEnding({ environment, send, box, overHttp, onDone }: EndingOptions) {
  const timer = createTimer(environment);
  let isWanted = false;
  let attempt = 0;

  function tryOnce(): void {
    if (send({ type: 'end', box: box() })) timer.start(() => void askOverHttp(), ANSWER_WITHIN_MS);
    else void askOverHttp();
  }

  async function askOverHttp(): Promise<void> {
    const answer = await overHttp(box());
    if (!isWanted) return;
    if (answer.result === 'retry') {
      const waitMs = backoffMs(attempt++, environment.random());
      timer.start(tryOnce, Math.max(waitMs, answer.retryInMs ?? 0));
    } else {
      isWanted = false;
      if (answer.result === 'done') onDone();
    }
  }

  return {
    start(): void {
      if (isWanted) return;
      isWanted = true;
      attempt = 0;
      tryOnce();
    },
    stop(): void {
      isWanted = false;
      timer.cancel();
    },
  };
}
