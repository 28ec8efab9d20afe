/** Items of a timeline for tests, with only what the test is about spelled out. */
import type { MessageItem } from '../../../web/core/chat-view.ts';

export const noon = new Date(2024, 4, 15, 12).getTime();

export function theirs(seq: number, text = `message ${seq}`, at = noon + seq * 1000): MessageItem {
  return {
    type: 'message',
    cid: `cid ${seq}`,
    slot: 'b',
    mine: false,
    seq,
    at,
    body: { kind: 'text', text },
    re: null,
    edited: false,
    reactions: {},
    state: 'stored',
  };
}

export function mine(seq: number, text = `message ${seq}`, at = noon + seq * 1000): MessageItem {
  return { ...theirs(seq, text, at), slot: 'a', mine: true };
}

/** Own, and not in the log yet. */
export function pending(text: string): MessageItem {
  return { ...mine(0, text), cid: text, seq: null, at: null, state: 'sending' };
}
