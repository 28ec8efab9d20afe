/**
 * Making a chat: asked of the server, and asked again by itself where the server has said when.
 * Knows no element; the start page shows `problem`.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import type { Environment } from '../core/environment.ts';
import type { NewSession } from '../core/new-session.ts';
import type { Refused, Retry } from '../core/session-api.ts';

/** `until`: on the clock of Environment.now(), when it is tried again. */
export type CreateProblem =
  | { kind: 'offline' | 'notAnswering' | 'refused' }
  | { kind: 'tooMany' | 'busy'; until: number };

export interface CreateForm {
  readonly problem: ReadonlySignal<CreateProblem | null>;
  readonly busy: ReadonlySignal<boolean>;
  submit(names: [string, string], idle: string): void;
  /** The fields hold something else now: what they held is not tried again. */
  edited(): void;
  stop(): void;
}

export interface CreateFormOptions {
  environment: Pick<Environment, 'now' | 'schedule' | 'random'>;
  isOffline: () => boolean;
  create: (names: [string, string], idle: string) => Promise<NewSession | Retry | Refused>;
  onCreated: (created: NewSession) => void;
}

const TOO_MANY_MS = 60_000;
/** Not all at once again. */
const BUSY_MS = [2_000, 8_000] as const;

export function createCreateForm(options: CreateFormOptions): CreateForm {
  const { environment, isOffline, create, onCreated } = options;
  const problem = signal<CreateProblem | null>(null);
  const busy = signal(false);
  let cancelTimer = () => {};
  /** Whether the fields still hold what is tried. */
  let isCurrent = true;

  async function ask(names: [string, string], idle: string): Promise<void> {
    cancelTimer();
    busy.value = true;
    const answer = await create(names, idle);
    busy.value = false;
    if (answer.result === 'created') return onCreated(answer);
    if (answer.result === 'refused') return say({ kind: 'refused' });
    const { code, retryInMs } = answer;
    if (code !== 'rate_limited' && code !== 'busy') {
      return say({ kind: code === null && isOffline() ? 'offline' : 'notAnswering' });
    }
    if (!isCurrent) return say(null);
    const isBusy = code === 'busy';
    const delayMs = retryInMs ?? (isBusy ? busyMs(environment.random()) : TOO_MANY_MS);
    say({ kind: isBusy ? 'busy' : 'tooMany', until: environment.now() + delayMs });
    cancelTimer = environment.schedule(() => void ask(names, idle), delayMs);
  }

  function say(found: CreateProblem | null): void {
    problem.value = found;
  }

  function stop(): void {
    isCurrent = false;
    cancelTimer();
  }

  return {
    problem,
    busy,
    submit(names, idle) {
      if (busy.value) return;
      isCurrent = true;
      problem.value = null;
      void ask(names, idle);
    },
    edited() {
      stop();
      if (!busy.value) problem.value = null;
    },
    stop,
  };
}

function busyMs(random: number): number {
  const [least, most] = BUSY_MS;
  return least + random * (most - least);
}
