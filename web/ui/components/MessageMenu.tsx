/** The actions of one message, beside it. Closes by Esc, a choice, or a press or focus elsewhere. */
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { otherSlot, type MessageItem } from '../../core/chat-view.ts';
import { extrasText } from '../catalogue/extras-catalogue.ts';
import { copyText } from '../copy-text.ts';
import { actionsOf, type Action } from '../message-lookup.ts';
import { placeBeside } from '../place-beside.ts';
import { ACTION_PATHS } from './action-paths.ts';
import { EmojiRow } from './EmojiRow.tsx';
import { Icon } from './Icon.tsx';

const COPIED_MS = 900;

interface MessageMenuProps {
  item: MessageItem;
  /** Its button, or by touch its bubble. */
  anchor: HTMLElement;
  close: () => void;
  react: (emoji: string) => void;
  choose: (action: Exclude<Action, 'react' | 'copy'>) => void;
}

export function MessageMenu({ item, anchor, close, react, choose }: MessageMenuProps) {
  const element = useRef<HTMLDivElement>(null);
  const [copied, setCopied] = useState<string | null>(null);
  const actions = actionsOf(item);
  const button = anchor.closest('.message')?.querySelector<HTMLElement>('.more');
  const leave = () => {
    // What it leads to may be closed again: then it goes on from here.
    button?.focus({ preventScroll: true });
    close();
  };
  useOpen(element, anchor, button, close, leave);

  async function copy(): Promise<void> {
    const words = anchor.closest('.message')?.querySelector<HTMLElement>('.bubble-text');
    if (item.body.kind !== 'text' || !words) return;
    const result = await copyText(item.body.text, words);
    setCopied(result === 'copied' ? extrasText.copied : extrasText.copySelected);
    if (result === 'copied') setTimeout(leave, COPIED_MS);
  }

  return (
    <div
      ref={element}
      class="menu-list message-menu"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- not of a form
      role="group"
      aria-label={extrasText.actions}
    >
      {actions.includes('react') && (
        <EmojiRow
          given={item.reactions[item.mine ? item.slot : otherSlot(item.slot)]}
          give={(emoji) => {
            leave();
            react(emoji);
          }}
        />
      )}
      {actions.map(
        (action) =>
          action !== 'react' && (
            <button
              key={action}
              type="button"
              class="menu-item"
              onClick={() => {
                if (action === 'copy') void copy();
                else {
                  leave();
                  choose(action);
                }
              }}
            >
              <Icon path={ACTION_PATHS[action]} />
              {(action === 'copy' && copied) || extrasText[action]}
            </button>
          ),
      )}
      <output class="sr-only">{copied}</output>
    </div>
  );
}

/** Beside its message while it is open, with the focus in it. */
function useOpen(
  element: RefObject<HTMLDivElement | null>,
  anchor: HTMLElement,
  button: HTMLElement | null | undefined,
  close: () => void,
  leave: () => void,
): void {
  useLayoutEffect(() => {
    const menu = element.current;
    if (menu === null) return undefined;
    const place = () => placeBeside(menu, anchor);
    place();
    // It is another size when the text is.
    const sizes = new ResizeObserver(place);
    sizes.observe(menu);
    menu.querySelector('button')?.focus({ preventScroll: true });
    button?.setAttribute('aria-expanded', 'true');
    const listening = new AbortController();
    const on = { signal: listening.signal, capture: true };
    menu.addEventListener('keydown', (event) => step(menu, event), on);
    const onOutside = ({ target }: Event) => {
      // A press on its own button closes it by itself; the field is one a text is copied from.
      if (!(target instanceof Element) || menu.contains(target)) return;
      if (target !== button && !target.matches('.sr-only')) close();
    };
    document.addEventListener('pointerdown', onOutside, on);
    document.addEventListener('focusin', onOutside, on);
    document.addEventListener('scroll', place, on);
    addEventListener('resize', place, on);
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape' || event.isComposing) return;
        event.preventDefault();
        leave();
      },
      on,
    );
    return () => {
      listening.abort();
      sizes.disconnect();
      button?.setAttribute('aria-expanded', 'false');
    };
  }, []);
}

/** The arrows go from one to the next, as Tab does. */
function step(menu: HTMLElement, event: KeyboardEvent): void {
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (by === undefined || !(event.target instanceof HTMLButtonElement)) return;
  event.preventDefault();
  const all = [...menu.querySelectorAll('button')];
  all[(all.indexOf(event.target) + by + all.length) % all.length]?.focus();
}
