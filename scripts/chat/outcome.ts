/** How a visit to a chat can end, what is said of it, and the exit code that tells scripts. */
import type { EndedChat } from '../../web/core/chat-view.ts';
import type { Retry } from '../../web/core/session-api.ts';
import type { Over } from './following.ts';
import type { Inside } from './visit.ts';
import { endedText, leftText } from './wording.ts';

type Session = Inside['session'];

export type Outcome =
  /** The chat goes on. `unsent`: messages and files that were not stored. */
  | { type: 'left'; unsent: number }
  | {
      type: 'ended';
      chat: EndedChat;
      /** Null for who was never in. */
      slot: Session['slot'] | null;
      names: Session['names'] | null;
    }
  /** The link or the server is not what it was. */
  | { type: 'broken' }
  /** Another version of this program would be needed. */
  | { type: 'refused' }
  /** The code would be needed again. */
  | { type: 'pass_gone' }
  | { type: 'bad_link' | 'no_code' | 'wrong_code' };

export function outcomeOf(over: Over, { chat }: Pick<Inside, 'chat'>, unsent: number): Outcome {
  const { slot, names } = chat;
  if (over.type === 'left') return { ...over, unsent };
  return over.type === 'ended' ? { ...over, slot, names } : over;
}

/** As the README and --help say. */
export function exitCode(outcome: Outcome): number {
  if (outcome.type === 'left') return outcome.unsent === 0 ? 0 : 5;
  if (outcome.type !== 'ended') return EXIT_CODES[outcome.type];
  const { chat, slot } = outcome;
  return chat.reason === 'ended' && slot !== null && chat.by === slot ? 0 : 4;
}

const EXIT_CODES = {
  ...{ broken: 1, refused: 1 },
  ...{ bad_link: 2, no_code: 2 },
  ...{ wrong_code: 3, pass_gone: 3 },
} as const;

export function outcomeText(outcome: Outcome): string {
  if (outcome.type === 'ended') return endedText(outcome.chat, outcome.slot, outcome.names);
  if (outcome.type !== 'left') return TEXTS[outcome.type];
  const unsent = outcome.unsent === 0 ? '' : ` Not sent: ${outcome.unsent}.`;
  return `You left. The chat goes on.${unsent}`;
}

const TEXTS = {
  bad_link: 'This is not a whole link.',
  no_code: 'There is no code: DUOLOGUE_CODE, or the first line of the input.',
  wrong_code: 'Not let in: the code is wrong, or was tried too often.',
  pass_gone: 'Not let in any more: the code is needed again.',
  broken:
    'This link does not open what the server has: it is damaged, or the server is not what it was.',
  refused: 'This program and the server do not understand each other.',
} as const;

export const PLAIN_HTTP =
  'This connection is not protected by https. Others on this network may be able to see your code.';

export function waitingText(why: Retry['code'], waitMs: number): string {
  const what = why === null ? 'No answer from the server' : 'The server has no time';
  return `${what}. Trying again in ${leftText(waitMs)}.`;
}
