/** What the list counts as new, on a stand-in for layout: every row is as high as its screen. */
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, expect, it, vi } from 'vitest';
import type { Chat, Item } from '../../../web/core/chat-view.ts';
import { MessageList } from '../../../web/ui/components/MessageList.tsx';
import { theirs } from './timeline-items.ts';

const ROW = 100;

afterEach(cleanup);

/** Rows above each other in a window of one row's height; the test scrolls. */
function layOut(): void {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(ROW);
  vi.spyOn(HTMLElement.prototype, 'scrollHeight', 'get').mockImplementation(
    () => document.querySelectorAll('.messages [role="listitem"]').length * ROW,
  );
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
    const scroller = screen.getByRole('region');
    const index = [...document.querySelectorAll('.messages [role="listitem"]')].indexOf(this);
    return new DOMRect(0, index < 0 ? 0 : index * ROW - scroller.scrollTop, 300, ROW);
  });
}

// as: nothing is fetched here that would ask it for more
const chat = { markRead() {} } as unknown as Chat;

const names = { a: 'Ann', b: 'Bob' };

const list = (items: readonly Item[], rereads = 0) => (
  <MessageList
    {...{ items, rereads, slot: 'a', names, isFull: false }}
    theirs={{ received: 0, read: 0 }}
    about={null}
    tools={{ chat, setAim() {}, setDialog() {}, arrived() {} }}
    askForParts={() => {}}
  />
);

it('counts what comes while one reads further up, also after the server lost messages', async () => {
  vi.useFakeTimers();
  layOut();
  const before = [1, 2, 3, 4].map((seq) => theirs(seq));
  const { rerender } = render(list(before));
  // What was on the screen is looked at a moment later, and is not new then.
  await act(async () => void (await vi.advanceTimersByTimeAsync(100)));
  const scroller = screen.getByRole('region');
  scroller.scrollTop = ROW;
  await act(() => void fireEvent.scroll(scroller));
  expect(screen.getByRole('button', { name: 'Go to the newest message' })).toBeTruthy();
  rerender(list([...before, theirs(5)]));
  expect(screen.getByRole('button', { name: '1 new message' })).toBeTruthy();

  // The third and fourth were lost, and others took their places.
  const others = [3, 4, 5].map((seq) => ({ ...theirs(seq), cid: `other ${seq}` }));
  rerender(list([theirs(1), theirs(2), ...others], 1));
  await act(async () => void (await vi.advanceTimersByTimeAsync(100)));
  expect(screen.getByRole('button', { name: '4 new messages' })).toBeTruthy();
  vi.useRealTimers();
});

it('renders nothing anew of a message that has not changed', async () => {
  layOut();
  const items = Array.from({ length: 45 }, (_, index) => theirs(index + 1));
  const { rerender } = render(list(items));
  // Each message that is rendered asks for its time in this form.
  const rendered = vi.spyOn(Date.prototype, 'toISOString');
  rerender(list([...items, theirs(46)]));
  await act(() => {});
  expect(screen.getAllByRole('listitem')).toHaveLength(47);
  // It, and the one that was the newest until now.
  expect(rendered).toHaveBeenCalledTimes(2);
});

it('what "Show earlier" brings has the focus', async () => {
  layOut();
  render(
    list(Array.from({ length: 700 }, (_, index) => theirs(index + 1, `Message ${index + 1}`))),
  );
  // The last ones first; the others once these have been painted.
  expect(screen.queryByText('Message 201')).toBe(null);
  expect(await screen.findByText('Message 201')).toBeTruthy();
  expect(screen.queryByText('Message 1')).toBe(null);
  await act(() => void fireEvent.click(screen.getByRole('button', { name: 'Show earlier' })));
  expect(screen.getByText('Message 1')).toBeTruthy();
  expect(document.activeElement).toBe(document.querySelector('.messages [role="listitem"]'));
});
