/**
 * What the page writes into history.state: never a name, a key or a code, only what Back and
 * reload need to find the right screen again.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import type { EndedChat } from '../core/chat-view.ts';

export type Memo =
  /** At the start page's address: the cards of this session are shown there. */
  | { screen: 'ready'; sid: string }
  /** At a link's address: who this browser was, to say later who ended the chat. */
  | { screen: 'inside'; slot: Slot }
  /** At the link page's address without fragment. */
  | { screen: 'ended'; chat: EndedChat; slot: Slot | null }
  | { screen: 'left' };

// as: only writeMemo writes there, under a name of ours.
export function readMemo(): Memo | null {
  const state: unknown = history.state;
  if (typeof state !== 'object' || state === null || !('duologue' in state)) return null;
  return state.duologue as Memo;
}

/** On the present entry of the history; `address` also replaces what the address bar shows. */
export function writeMemo(memo: Memo | null, address?: string): void {
  history.replaceState(memo && { duologue: memo }, '', address);
}
