/**
 * What people do to a message in the list, heard at the list: there are hundreds of messages.
 * Presses of what is in a bubble, a long press on it by touch, and the arrow keys.
 */
import { locale } from './dates.ts';

interface MessageGestures {
  /** The actions of a message are wanted; they open beside `anchor`. */
  opened: (cid: string, anchor: HTMLElement) => void;
  /** What is quoted is to be seen. */
  followed: (cid: string) => void;
  reacted: (cid: string, emoji: string) => void;
  /** What failed is to be sent again, or to go. */
  decided: (cid: string, choice: 'retry' | 'discard') => void;
}

/** For a time that is looked at, not for hundreds that are shown. */
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' });

const LONG_PRESS_MS = 450;
/** A finger is never quite still. */
const STILL_PX = 10;

export function hearGestures(list: HTMLElement, gestures: MessageGestures): () => void {
  const listening = new AbortController();
  const on = <T extends keyof HTMLElementEventMap>(
    type: T,
    hear: (event: HTMLElementEventMap[T], target: Element) => void,
  ) => {
    list.addEventListener(
      type,
      (event) => event.target instanceof Element && hear(event, event.target),
      { signal: listening.signal, capture: true, passive: false },
    );
  };

  let pressing: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | null = null;
  let wasLong = false;
  const letGo = () => {
    clearTimeout(pressing?.timer);
    pressing = null;
  };

  on('pointerdown', ({ pointerType, isPrimary, clientX, clientY }, target) => {
    letGo();
    wasLong = false;
    const message = target.closest('.bubble, .reactions')?.closest('.message');
    const bubble = message?.querySelector<HTMLElement>('.bubble');
    const cid = cidOf(target);
    if (pointerType !== 'touch' || !isPrimary || !bubble || !cid) return;
    if (!message?.querySelector('.more')) return;
    const timer = setTimeout(() => {
      wasLong = true;
      gestures.opened(cid, bubble);
    }, LONG_PRESS_MS);
    pressing = { timer, x: clientX, y: clientY };
  });
  on('pointermove', ({ clientX, clientY }) => {
    if (pressing && Math.hypot(clientX - pressing.x, clientY - pressing.y) > STILL_PX) letGo();
  });
  on('pointerup', letGo);
  on('pointercancel', letGo);
  // Neither the browser's own menu nor a click is what a long press asks for.
  on('contextmenu', (event) => {
    if (pressing || wasLong) event.preventDefault();
  });

  on('touchend', (event) => wasLong && event.preventDefault());

  on('click', (_, target) => {
    const cid = cidOf(target);
    const pressed = target.closest<HTMLElement>('.more, [data-goto], [data-emoji], [data-failed]');
    if (!pressed || !cid) return;
    const { goto, emoji, failed } = pressed.dataset;
    if (goto !== undefined) gestures.followed(goto);
    else if (emoji !== undefined) gestures.reacted(cid, emoji);
    else if (failed === 'retry' || failed === 'discard') gestures.decided(cid, failed);
    else gestures.opened(cid, pressed);
  });

  on('pointerover', (_, target) => {
    const tick = target.closest<HTMLElement>('.tick');
    if (tick) tick.title = tick.textContent;
    else if (target instanceof HTMLTimeElement) {
      target.title ||= full.format(Date.parse(target.dateTime));
    }
  });

  on('focusin', (_, target) => describe(target));
  if (document.activeElement) describe(document.activeElement);

  on('keydown', (event, target) => {
    const step = STEPS[event.key];
    if (!step || !target.matches('.more')) return;
    const buttons = [...list.querySelectorAll<HTMLElement>('.more')];
    event.preventDefault();
    buttons[
      step(
        buttons.findIndex((one) => one === target),
        buttons.length,
      )
    ]?.focus();
  });

  return () => {
    letGo();
    listening.abort();
  };
}

/** The button of a message says which it is of, to who comes from one to the next. */
function describe(button: Element): void {
  const bubble = button.matches('.more') && button.closest('.message')?.querySelector('.bubble');
  if (!bubble) return;
  bubble.id ||= `of-${cidOf(button)}`;
  button.setAttribute('aria-describedby', bubble.id);
  button.setAttribute('aria-expanded', 'false');
}

const STEPS: Readonly<Record<string, (place: number, count: number) => number>> = {
  ArrowUp: (place) => place - 1,
  ArrowDown: (place) => place + 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

function cidOf(target: Element): string | undefined {
  return target.closest<HTMLElement>('.message')?.dataset['cid'];
}
