/** The two cards: whose they are, and which address their links lead to. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/preact';
import { afterEach, expect, it } from 'vitest';
import { ReadyPage } from '../../../web/ui/pages/Ready.tsx';

afterEach(cleanup);

const LOCAL = 'http://localhost:3000';
const LAN = 'http://192.168.1.5:3000';

function show() {
  const cards = {
    sid: 'S',
    participants: [
      { slot: 'a', name: 'Ann', link: `${LOCAL}/c#ann`, code: 'AAAA-AAAA' },
      { slot: 'b', name: 'Bob', link: `${LOCAL}/c#bob`, code: 'BBBB-BBBB' },
    ],
    lanLinks: [`${LAN}/c#ann`, `${LAN}/c#bob`],
    expiresAt: Date.now() + 3_600_000,
  } satisfies Parameters<typeof ReadyPage>[0]['cards'];
  render(<ReadyPage cards={cards} openAs={() => {}} onSeen={() => {}} />);
}

const card = (name: string) => within(screen.getByRole('region', { name }));

it('marks the card of who made the chat, beside the name', () => {
  show();
  expect(card('Ann').getByText('You')).toBeTruthy();
  expect(card('Bob').queryByText('You')).toBe(null);
});

it('says that the links have changed once they have', () => {
  show();
  expect(card('Bob').getByText(`${LOCAL}/c#bob`)).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: 'Use that address in the links' }));
  expect(card('Bob').getByText(`${LAN}/c#bob`)).toBeTruthy();
  expect(screen.getByText(`The links now use ${LAN}.`)).toBeTruthy();
});
