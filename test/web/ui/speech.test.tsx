/** What a screen reader is told of an open chat: which words, in which regions, and when. */
import { cleanup, render, screen } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Expiry } from '../../../web/core/chat-view.ts';
import {
  SpokenMessages,
  SpokenStatus,
  type SpokenStatusProps,
} from '../../../web/ui/components/Speech.tsx';
import { mine, theirs } from './timeline-items.ts';

afterEach(cleanup);

describe('[25] what is spoken', () => {
  const lines = () => [...screen.getByRole('log').children].map((line) => line.textContent);

  it('is what comes in, never history or own messages', async () => {
    vi.useFakeTimers();
    const { rerender } = render(<SpokenMessages items={[theirs(1)]} loaded={false} other="Bob" />);
    rerender(<SpokenMessages items={[theirs(1), theirs(2)]} loaded other="Bob" />);
    const items = [theirs(1), theirs(2), mine(3), theirs(4, 'new')];
    rerender(<SpokenMessages items={items} loaded other="Bob" />);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines()).toEqual(['Bob: new']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lines()).toEqual([]);
    vi.useRealTimers();
  });

  it('waits while nothing is heard', async () => {
    vi.useFakeTimers();
    const { rerender } = render(<SpokenMessages items={[theirs(1)]} loaded other="Bob" />);
    const items = [theirs(1), theirs(2, 'meanwhile')];
    rerender(<SpokenMessages items={items} loaded={false} other="Bob" />);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines()).toEqual([]);
    rerender(<SpokenMessages items={items} loaded other="Bob" />);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines()).toEqual(['Bob: meanwhile']);
    vi.useRealTimers();
  });

  it('is what comes in place of what the server lost, and nothing again', async () => {
    vi.useFakeTimers();
    const { rerender } = render(
      <SpokenMessages items={[theirs(1), theirs(2), theirs(3, 'lost')]} loaded other="Bob" />,
    );
    const again = { ...theirs(3, 'lost'), seq: 4 };
    const items = [theirs(1), { ...theirs(2, 'other'), cid: 'other' }, again];
    rerender(<SpokenMessages items={items} loaded other="Bob" />);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lines()).toEqual(['Bob: other']);
    vi.useRealTimers();
  });
});

describe('the fate of the chat, spoken', () => {
  const quiet = { tampered: false, reset: false, full: false, tries: {} };
  const status = (props: Partial<SpokenStatusProps>) => (
    <SpokenStatus
      slot="a"
      names={{ a: 'Ann', b: 'Bob' }}
      trouble={null}
      peer={null}
      notices={quiet}
      expiry={null}
      now={() => 0}
      asOther={false}
      failure={null}
      hasFailed={false}
      {...props}
    />
  );
  const told = () =>
    screen
      .getAllByRole('status')
      .map(({ textContent }) => textContent)
      .filter((words) => words !== '');

  it('is put into regions that were there before, none of which hides another', async () => {
    vi.useFakeTimers();
    const notices = { ...quiet, tampered: true, full: true, tries: { a: 5, b: 0 } };
    const all = status({ asOther: true, hasFailed: true, failure: 'Not answering.', notices });
    const { rerender } = render(all);
    const regions = screen.getAllByRole('status');
    expect(told()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    rerender(all);
    expect(screen.getAllByRole('status')).toEqual(regions);
    expect(screen.getByRole('alert').textContent).toContain('The server changed or hid messages.');
    expect(told()).toEqual([
      'Not answering.',
      'Not sent.',
      'This chat is full. Nothing more can be sent.',
      'Someone tried 5 wrong codes for your link.',
      'You are already in this chat as Ann.',
    ]);
    vi.useRealTimers();
  });

  it('tells who comes and goes, not how it was at first or while cut off', async () => {
    vi.useFakeTimers();
    const { rerender } = render(status({ peer: null }));
    await vi.advanceTimersByTimeAsync(1000);
    rerender(status({ peer: 'online' }));
    expect(told()).toEqual([]);
    rerender(status({ peer: null }));
    rerender(status({ peer: 'online' }));
    expect(told()).toEqual([]);
    rerender(status({ peer: 'offline' }));
    expect(told()).toEqual(['Bob has left.']);
    rerender(status({ peer: 'online' }));
    expect(told()).toEqual(['Bob is here.']);
    vi.useRealTimers();
  });

  it('[30] warns at two minutes and at thirty seconds', async () => {
    vi.useFakeTimers();
    const expiry: Expiry = { deadline: 150_000, by: 'silence', idleMs: 600_000, warnMs: 120_000 };
    const startedAt = Date.now();
    render(status({ expiry, now: () => Date.now() - startedAt }));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(told()).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(told()).toEqual(['This chat will end in 2 minutes.']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told()).toEqual(['This chat will end in 2 minutes.']);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(told()).toEqual(['This chat will end in 30 seconds.']);
    vi.useRealTimers();
  });
});
