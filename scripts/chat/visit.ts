/**
 * From a link to its chat, without a page: ask what the link leads to, show the code, go in, leave.
 * Knows nothing of terminals: bots begin here.
 */
import { newCid } from '../../server/protocol/envelope/entry-box.ts';
import { backoffMs } from '../../web/core/backoff.ts';
import { createChat } from '../../web/core/chat.ts';
import type { Chat, ConnectionStatus } from '../../web/core/chat-view.ts';
import {
  openLanding,
  proofOf,
  type EnteredSession,
  type Entrance,
} from '../../web/core/entering.ts';
import { createFileFetching, type FileFetching } from '../../web/core/file-fetching.ts';
import { createFileSending, type FileSending } from '../../web/core/file-sending.ts';
import {
  createSessionApi,
  type EnterResult,
  type Gone,
  type Refused,
  type Retry,
} from '../../web/core/session-api.ts';
import { readLocation } from '../../web/core/session-link.ts';
import { normaliseCode } from '../../web/core/typed-input.ts';
import { createNodeEnvironment } from './node-environment.ts';

/** A chat one is in. */
export interface Inside {
  session: EnteredSession;
  chat: Chat;
  sending: FileSending;
  fetching: FileFetching;
  /** Closes the connection and gives the pass back; the chat goes on. Ends within two seconds. */
  leave: () => Promise<void>;
}

export interface Visit {
  /** Where the link leads, without its secret: https://host/base */
  base: string;
  /** Over https, or within this machine: nobody on the way sees the code. */
  isPrivate: boolean;
  /** This and `enter` ask until there is an answer. */
  knock(): Promise<Entrance | Gone | Refused>;
  /** `no_code`: what was typed cannot be one, and nobody was asked. */
  enter(typed: string): Promise<EnterResult | Gone | Refused | { result: 'no_code' }>;
  /** After `inside`, or `entered`. */
  goIn(session: EnteredSession): Inside;
}

export interface VisitOptions {
  /** Nobody answered (null), or who did has no time; the same is asked again after `waitMs`. */
  onWaiting?: (why: Retry['code'], waitMs: number) => void;
}

const LEAVING_MS = 2_000;
const LOCAL = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/** Null if `typed` is no link of a chat. */
export function visit(typed: string, { onWaiting = () => {} }: VisitOptions = {}): Visit | null {
  const address = URL.canParse(typed.trim()) ? new URL(typed.trim()) : null;
  if (!address || !/^https?:$/.test(address.protocol)) return null;
  const { base, link } = readLocation(address);
  if (!link) return null;
  const { sid } = link;
  const proof = proofOf(link);
  const { environment, exchange } = createNodeEnvironment(address.origin);
  const api = createSessionApi({ environment, base });

  /** Asks until there is an answer. A code that was right is right again, should its answer be lost. */
  async function untilAnswered<T extends { result: string }>(
    ask: () => Promise<T | Retry>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const answer = await ask();
      if (!isRetry(answer)) return answer;
      const waitMs = (answer.retryInMs ?? 0) + backoffMs(attempt, environment.random());
      onWaiting(answer.code, waitMs);
      await new Promise<void>((resolve) => environment.schedule(resolve, waitMs));
    }
  }

  function goIn(session: EnteredSession): Inside {
    const socketUrl = `${base.replace(/^http/, 'ws')}/ws/${sid}`;
    const chat = createChat({ session, api, socketUrl, environment });
    const fetching = createFileFetching({ session, environment, exchange, base });
    const sending = createFileSending({
      ...{ session, chat, environment, exchange, base, newCid },
      onSealed: () => {},
    });
    return {
      ...{ session, chat, sending, fetching },
      async leave() {
        sending.close();
        fetching.close();
        chat.stop();
        const late = new Promise<void>((resolve) => environment.schedule(resolve, LEAVING_MS));
        // A pass that nobody gives back counts among the ten that a person can have.
        if (!chat.ended.value) await Promise.race([api.leave(sid), late]);
      },
    };
  }

  return {
    base,
    isPrivate: address.protocol === 'https:' || LOCAL.test(address.hostname),
    async knock() {
      const answer = await untilAnswered(() => api.landing(sid, proof));
      return answer.result === 'landing' ? openLanding(link, answer) : answer;
    },
    async enter(typed) {
      const code = normaliseCode(typed);
      if (code === null) return { result: 'no_code' };
      return untilAnswered(() => api.enter(sid, proof, code));
    },
    goIn,
  };
}

function isRetry(answer: { result: string }): answer is Retry {
  return answer.result === 'retry';
}

/** Connections that do not come back. */
export const OVER: ReadonlySet<ConnectionStatus> = new Set(['ended', 'pass_gone', 'refused']);

/** What a program says that is not let in, and how it ends. */
export function turnedAway(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(3);
}

/** For a program that has link and code; throws an Error that says why it is not let in. */
export async function enterChat(link: string, code: string): Promise<Inside> {
  const visited = visit(link);
  if (!visited) throw new Error('This is not a whole link.');
  const entrance = await visited.knock();
  if (!('state' in entrance) || entrance.state === 'broken') {
    throw new Error('The link leads to no chat, or to one that has ended.');
  }
  const answer = await visited.enter(code);
  if (answer.result !== 'entered') throw new Error(`Not let in: ${answer.result}.`);
  return visited.goIn(entrance.session);
}
