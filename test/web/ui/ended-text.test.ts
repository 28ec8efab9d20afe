import { describe, expect, it } from 'vitest';
import type { EndedChat } from '../../../web/core/chat-view.ts';
import { endedText, isDeleted } from '../../../web/ui/ended-text.ts';

const names = { a: 'Ann', b: 'Bob' };
const ended = (chat: Partial<EndedChat>): EndedChat => ({
  reason: 'ended',
  by: null,
  idleMs: 0,
  ...chat,
});

describe('the last screen, seen by Ann', () => {
  it.each([
    [{ by: 'a' as const }, 'You ended the chat', 'You ended the chat'],
    [{ by: 'b' as const }, 'Bob ended the chat', 'The other person ended the chat'],
    [{}, 'The chat was ended', 'The chat was ended'],
    [
      { reason: 'silence' as const, idleMs: 1_800_000 },
      'The chat ended after 30 minutes of silence',
      'The chat ended after 30 minutes of silence',
    ],
    [
      { reason: 'limit' as const },
      'This chat reached its time limit',
      'This chat reached its time limit',
    ],
    [{ reason: 'link' as const }, 'Bob did not come in time', 'This chat was not joined in time'],
    [
      { reason: 'unknown' as const },
      'This chat has ended or does not exist',
      'This chat has ended or does not exist',
    ],
  ])('%o', (chat, withNames, withoutNames) => {
    expect(endedText(ended(chat), 'a', names)).toBe(withNames);
    expect(endedText(ended(chat), 'a', null)).toBe(withoutNames);
  });

  it('names nobody to who does not know which of the two they were', () => {
    expect(endedText(ended({ by: 'a' }), null, null)).toBe('The chat was ended');
  });

  it('promises deletion only where it is certain', () => {
    expect(isDeleted(ended({}))).toBe(true);
    expect(isDeleted(ended({ reason: 'renewed' }))).toBe(false);
    expect(isDeleted(ended({ reason: 'unknown' }))).toBe(false);
  });
});
