/**
 * Trying a code: what is asked of the server when, what is wrong, when to try again by itself.
 * Knows no element; the form shows `problem` and gives its field the focus when `turn` moves.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import { backoffMs } from '../core/backoff.ts';
import type { Environment } from '../core/environment.ts';
import type { EnterResult, Gone, Refused, Retry } from '../core/session-api.ts';
import { normaliseCode } from '../core/typed-input.ts';

/** `until`: on the clock of Environment.now(). */
export type CodeProblem =
  | { kind: 'empty' | 'length' | 'characters' | 'offline' | 'notAnswering' | 'refused' }
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'locked' | 'busy'; until: number };

export interface CodeForm {
  readonly problem: ReadonlySignal<CodeProblem | null>;
  readonly busy: ReadonlySignal<boolean>;
  /** Counts the answers to who pressed: each gives them the field back. No try by itself does. */
  readonly turn: ReadonlySignal<number>;
  submit(typed: string): void;
  /** The field holds something else now: what it held is not tried again. */
  edited(): void;
  stop(): void;
}

type Answer = EnterResult | Retry | Gone | Refused;

export interface CodeFormOptions {
  environment: Pick<Environment, 'now' | 'schedule' | 'random'>;
  isOffline: () => boolean;
  /** From the landing: above zero when this address has to wait already. */
  retryInMs: number;
  enter: (code: string) => Promise<Answer>;
  /** Told of what ends the asking. */
  settled: (answer: Exclude<Answer, Retry | Refused>) => void;
}

const LOCKED_MS = 60_000;

/** What was said of another text, and the tries of it: no more so once something else stands there. */
const OF_THE_TYPED: ReadonlySet<CodeProblem['kind'] | undefined> = new Set([
  'empty',
  'length',
  'characters',
  'busy',
  'notAnswering',
] as const);

export function createCodeForm(options: CodeFormOptions): CodeForm {
  const { environment, isOffline, enter, settled } = options;
  const problem = signal<CodeProblem | null>(null);
  const busy = signal(false);
  const turn = signal(0);
  let cancelTimer = () => {};
  /** Tries by itself since someone pressed. */
  let attempt = 0;
  /** Whether the field still holds what is tried. */
  let isCurrent = true;
  let stopped = false;

  function after(delayMs: number, run: () => void): void {
    cancelTimer();
    cancelTimer = environment.schedule(run, delayMs);
  }

  function say(found: CodeProblem): void {
    problem.value = found;
    if (attempt === 0) turn.value += 1;
  }

  function lock(retryInMs: number): void {
    say({ kind: 'locked', until: environment.now() + retryInMs });
    after(retryInMs, () => (problem.value = null));
  }

  function submit(typed: string): void {
    if (busy.value || stopped) return;
    attempt = 0;
    isCurrent = true;
    const code = normaliseCode(typed);
    if (problem.value?.kind === 'locked') turn.value += 1;
    else if (code === null) say(codeProblem(typed));
    else if (isOffline()) say({ kind: 'offline' });
    else void ask(code);
  }

  async function ask(code: string): Promise<void> {
    cancelTimer();
    busy.value = true;
    const answer = await enter(code);
    if (stopped) return;
    busy.value = false;
    hear(answer, code);
  }

  function hear(answer: Answer, code: string): void {
    switch (answer.result) {
      case 'wrong_code':
        if (answer.triesLeft > 0) say({ kind: 'wrong', triesLeft: answer.triesLeft });
        else lock(answer.retryInMs ?? LOCKED_MS);
        break;
      case 'too_many_tries':
        lock(answer.retryInMs);
        break;
      case 'retry':
        wait(answer, code);
        break;
      case 'refused':
        say({ kind: 'refused' });
        break;
      case 'entered':
      case 'other_participant':
      case 'gone':
        settled(answer);
        break;
    }
  }

  function wait({ code: reason, retryInMs }: Retry, code: string): void {
    if (reason === 'rate_limited') return lock(retryInMs ?? LOCKED_MS);
    if (reason === null && isOffline()) return say({ kind: 'offline' });
    if (!isCurrent) return void (problem.value = null);
    const delayMs = (retryInMs ?? 0) + backoffMs(attempt, environment.random());
    say(
      reason === 'busy'
        ? { kind: 'busy', until: environment.now() + delayMs }
        : { kind: 'notAnswering' },
    );
    attempt += 1;
    after(delayMs, () => void ask(code));
  }

  if (options.retryInMs > 0) lock(options.retryInMs);
  turn.value = 0;

  return {
    problem,
    busy,
    turn,
    submit,
    edited() {
      isCurrent = false;
      if (!OF_THE_TYPED.has(problem.value?.kind)) return;
      cancelTimer();
      problem.value = null;
    },
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
}

/** Found on this device, so it costs no try. */
function codeProblem(typed: string): CodeProblem {
  const signs = typed.replace(/[\s\p{Pd}]/gu, '');
  if (signs === '') return { kind: 'empty' };
  return { kind: [...signs].length === 8 ? 'characters' : 'length' };
}
