/** What the chat says of itself: who can read it, and what its end depends on right now. */
import { cleanup, render, screen } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import type { Expiry } from '../../../web/core/chat-view.ts';
import { AboutChat } from '../../../web/ui/components/AboutChat.tsx';

const HOUR = 3_600_000;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show({ hasMet }: { hasMet: boolean }) {
  const expiry: Expiry = {
    ...{ deadline: 1000 + 23 * HOUR, by: hasMet ? 'silence' : 'link' },
    ...{ idleMs: HOUR / 2, warnMs: 120_000 },
  };
  const props = { other: 'Bob', loaded: true, isEmpty: true, hasMet, expiry, showCards: null };
  render(<AboutChat {...props} now={() => 1000} />);
}

it('says how long the other can still come in, and only then how much silence there may be', () => {
  show({ hasMet: false });
  expect(screen.getByText('Bob can come in for another 23 hours')).toBeTruthy();
  expect(screen.queryByText(/of silence/)).toBe(null);
  cleanup();
  show({ hasMet: true });
  expect(screen.getByText('Ends after 30 min of silence')).toBeTruthy();
  expect(screen.queryByText(/come in/)).toBe(null);
});

it('promises nothing about who can read where the page itself came without https', () => {
  vi.stubGlobal('location', new URL('http://192.168.1.5:3000/c'));
  show({ hasMet: true });
  expect(screen.getByText(/not protected by https/)).toBeTruthy();
  expect(screen.queryByText(/Only the two of you/)).toBe(null);
  cleanup();
  vi.stubGlobal('location', new URL('http://localhost:3000/c'));
  show({ hasMet: true });
  expect(screen.getByText('Only the two of you can read this chat.')).toBeTruthy();
});
