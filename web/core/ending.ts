/**
 * Ends the chat for both and does not let go before it is ended, refused or no longer wanted: over
 * the connection while that answers, else over HTTP, again and again.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import { sealControl } from '../../server/protocol/envelope/entry-box.ts';
import type { ClientFrame } from '../../server/protocol/frames.ts';
import { backoffMs } from './backoff.ts';
import type { Ending } from './chat-view.ts';
import type { EnteredSession } from './entering.ts';
import type { Environment } from './environment.ts';
import { viewOf, type Log } from './log.ts';
import type { SessionApi } from './session-api.ts';
import { createTimer } from './timer.ts';

/** How long the frame `ended` may take before HTTP is tried. */
const ANSWER_WITHIN_MS = 3_000;

interface EndingOptions {
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
  const state = signal<Ending>('no');
  let attempt = 0;

  function tryOnce(): void {
    if (send({ type: 'end', box: box() })) timer.start(() => void askOverHttp(), ANSWER_WITHIN_MS);
    else void askOverHttp();
  }

  async function askOverHttp(): Promise<void> {
    const answer = await overHttp(box());
    // Also when it was given up meanwhile: it is over all the same.
    if (answer.result === 'done') return onDone();
    if (state.value !== 'under_way') return;
    if (answer.result === 'retry') {
      const waitMs = backoffMs(attempt++, environment.random());
      timer.start(tryOnce, Math.max(waitMs, answer.retryInMs ?? 0));
    } else {
      state.value = 'failed';
    }
  }

  return {
    state: state as ReadonlySignal<Ending>,
    start(): void {
      if (state.value === 'under_way') return;
      state.value = 'under_way';
      attempt = 0;
      tryOnce();
    },
    stop(): void {
      state.value = 'no';
      timer.cancel();
    },
  };
}
