/** What the components do with what people press and type, seen by their roles and names. */
import { signal } from '@preact/signals-core';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Ending } from '../../../web/core/chat-view.ts';
import * as extras from '../../../web/ui/chat-extras.ts';
import { ChatMenu } from '../../../web/ui/components/ChatMenu.tsx';
import { CopyRow } from '../../../web/ui/components/CopyRow.tsx';
import { chatText } from '../../../web/ui/catalogue/chat-catalogue.ts';
import { EndDialog } from '../../../web/ui/components/EndDialog.tsx';
import { Composer } from '../../../web/ui/components/Composer.tsx';
import {
  MessageBubble,
  type MessageBubbleProps,
} from '../../../web/ui/components/MessageBubble.tsx';
import { StartPage } from '../../../web/ui/pages/Start.tsx';
import { createFakeEnvironment } from '../core/support/fake-world.ts';
import { mine, theirs } from './timeline-items.ts';

afterEach(cleanup);

const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name });
const typeInto = (name: string, value: string) =>
  fireEvent.input(field(name), { target: { value } });

describe('Start', () => {
  function setup() {
    const create = vi.fn(() => new Promise<never>(() => {}));
    const environment = createFakeEnvironment();
    render(<StartPage {...{ environment, create }} prepare={() => {}} onCreated={() => {}} />);
    const submit = () => fireEvent.click(screen.getByRole('button', { name: /^Creat/ }));
    return { create, submit };
  }

  it('sums up two errors and takes the focus there', () => {
    const { create, submit } = setup();
    submit();
    const summary = screen.getByRole('region', { name: '2 entries need a change' });
    expect(document.activeElement).toBe(summary);
    expect(create).not.toHaveBeenCalled();
  });

  it('gives a single wrong field the focus and keeps what was typed', () => {
    const { submit } = setup();
    typeInto('Your name', 'Ann');
    typeInto('Their name', 'ann');
    submit();
    const wrong = field('Their name');
    expect(document.activeElement).toBe(wrong);
    expect(wrong.value).toBe('ann');
    expect(wrong.getAttribute('aria-invalid')).toBe('true');
    const described = wrong.getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(described)?.textContent).toBe('Enter two different names');
  });

  it('speaks a single error at every press, also from the field; two are told by the summary', () => {
    const { submit } = setup();
    submit();
    expect(screen.getAllByRole('alert').map((region) => region.textContent)).toEqual(['']);
    typeInto('Your name', 'Ann');
    submit();
    const alert = document.getElementById('their-name-error');
    expect(alert?.closest('[role="alert"]')?.textContent).toBe('Enter their name');
    submit();
    // Another node: what stays as it is is not spoken again.
    expect(document.getElementById('their-name-error')).not.toBe(alert);
    expect(document.getElementById('their-name-error')?.textContent).toBe('Enter their name');
  });

  it('[23] creates once, however often it is pressed', () => {
    const { create, submit } = setup();
    typeInto('Your name', 'Ann');
    typeInto('Their name', 'Bob');
    submit();
    submit();
    expect(create).toHaveBeenCalledOnce();
    expect(create).toHaveBeenCalledWith(['Ann', 'Bob'], '');
  });
});

describe('Composer', () => {
  function setup({ taken = true } = {}) {
    const send = vi.fn(() => taken);
    const onDraft = vi.fn();
    render(
      <Composer
        draft=""
        send={send}
        onDraft={onDraft}
        attach={() => {}}
        tray={null}
        voice={null}
        bar={null}
        onUp={() => {}}
      />,
    );
    return { send, onDraft };
  }

  it('[21] sends by Enter and is empty again', () => {
    const { send, onDraft } = setup();
    typeInto('Message', 'hello \n');
    fireEvent.keyDown(field('Message'), { key: 'Enter' });
    expect(send).toHaveBeenCalledWith('hello');
    expect(field('Message').value).toBe('');
    expect(onDraft).toHaveBeenLastCalledWith('');
  });

  it('sends nothing that is blank', () => {
    const { send } = setup();
    typeInto('Message', ' \n ');
    fireEvent.keyDown(field('Message'), { key: 'Enter' });
    expect(send).not.toHaveBeenCalled();
  });

  it('keeps what was not taken, and says why', () => {
    setup({ taken: false });
    typeInto('Message', 'long');
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    expect(field('Message').value).toBe('long');
    expect(screen.getByRole('alert').textContent).toContain('too long');
  });
});

describe('the menu', () => {
  it('fetches its list, and keeps the focus when the choice is gone', async () => {
    const [onChoice, onMissing] = [vi.fn(), vi.fn()];
    render(<ChatMenu onChoice={onChoice} onMissing={onMissing} />);
    const button = screen.getByRole('button', { name: 'Menu' });
    fireEvent.click(button);
    const choice = await screen.findByRole('button', { name: /^Leave/ });
    choice.focus();
    fireEvent.click(choice);
    expect(onChoice).toHaveBeenCalledExactlyOnceWith('leave');
    expect(onMissing).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(button);
  });
});

describe('ending', () => {
  const nothing = () => {};
  const ending = signal<Ending>('no');
  const chat = { ending, end: nothing, cancelEnd: nothing };

  it('says when it is under way, and what to do where it failed', async () => {
    render(<EndDialog chat={chat} words={chatText} onClose={nothing} />);
    expect(screen.getByRole('button', { name: 'End chat' })).toBeTruthy();
    const described = document.querySelector('dialog')?.getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(described)?.textContent).toContain('cannot be undone');
    await act(() => void (ending.value = 'under_way'));
    const button = screen.getByRole('button', { name: 'Ending…' });
    expect(button.getAttribute('aria-busy')).toBe('true');
    expect(screen.getByRole('alert').textContent).toBe('');
    await act(() => void (ending.value = 'failed'));
    expect(screen.getByRole('button', { name: 'End chat' })).toBeTruthy();
    expect(screen.getByRole('alert').textContent).toContain('Reload the page');
  });
});

describe('a message', () => {
  const bubble = (props: Partial<MessageBubbleProps>) => (
    <MessageBubble
      item={mine(1, 'hello')}
      first
      last
      delivery="read"
      isNewestOwn
      isNewest
      names={{ a: 'Ann', b: 'Bob' }}
      quoted={undefined}
      isFull={false}
      parts={null}
      {...props}
    />
  );

  it('says its tick in words', () => {
    render(bubble({ delivery: 'delivered', isNewestOwn: false }));
    expect(screen.getByText('Delivered')).toBeTruthy();
    expect(document.querySelector('time')?.dateTime).toMatch(/^2024-05-15T/);
  });

  it('[24] shows markup as text', () => {
    render(bubble({ item: theirs(1, '<img src=x onerror=alert(1)>'), delivery: null }));
    expect(document.querySelector('img')).toBe(null);
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
  });

  it('makes links that give nothing away', () => {
    render(
      bubble({ item: theirs(1, 'see https://example.com/ now'), parts: extras, delivery: null }),
    );
    const link = screen.getByRole('link');
    expect(link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(link.getAttribute('target')).toBe('_blank');
  });

  it('[18] failed: says so and offers what can be done', () => {
    render(bubble({ delivery: 'failed', isFull: true, parts: extras }));
    expect(screen.getByText(/Not sent\. This chat is full\./)).toBeTruthy();
    const choices = screen.getAllByRole('button', { name: /^(Try again|Delete)$/ });
    expect(choices.map((button) => button.dataset['failed'])).toEqual(['retry', 'discard']);
  });
});

describe('Copy', () => {
  function setup() {
    const onCopied = vi.fn();
    render(
      <CopyRow
        label="Secret code"
        value="7K3M-Q9TX"
        copyLabel="Copy Bob's secret code"
        copiedText="Bob's secret code copied."
        class=""
        onCopied={onCopied}
      />,
    );
    return { onCopied, button: screen.getByRole('button', { name: "Copy Bob's secret code" }) };
  }

  it('says "Copied" once it was', async () => {
    vi.stubGlobal('navigator', { platform: 'Linux', clipboard: { writeText: async () => {} } });
    const { button, onCopied } = setup();
    fireEvent.click(button);
    expect(button.textContent).toBe('Copy');
    await vi.waitFor(() => expect(button.textContent).toBe('Copied'));
    expect(onCopied).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });

  it('[31] selects and names the keys where nothing can be copied', async () => {
    vi.stubGlobal('navigator', { platform: 'Linux' });
    document.execCommand = () => false;
    const { button } = setup();
    fireEvent.click(button);
    await vi.waitFor(() => expect(button.textContent).toBe('Press Ctrl+C'));
    expect(getSelection()?.toString()).toBe('7K3M-Q9TX');
    vi.unstubAllGlobals();
  });
});
