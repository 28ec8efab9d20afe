/**
 * From a link to its chat and to its end: landing, code, chat, leaving. Owns the session's traces
 * on this device and removes them. Knows no element; the screens show `state`. Long because all
 * ways in and out lead through one state.
 */
import { computed, effect, signal, type ReadonlySignal } from '@preact/signals-core';
import type { LinkParts } from '../../server/protocol/link.ts';
import type { Slot } from '../../server/protocol/frames.ts';
import { backoffMs } from '../core/backoff.ts';
import type * as chatParts from './chat-parts.ts';
import type { Chat, EndedChat } from '../core/chat-view.ts';
import { linkFragment } from '../core/typed-input.ts';
import { openLanding, proofOf, type EnteredSession, type Entrance } from '../core/entering.ts';
import type { Environment } from '../core/environment.ts';
import { wipeOutboxes } from '../core/left-outboxes.ts';
import type { Gone, SessionApi } from '../core/session-api.ts';
import { createCodeForm, type CodeForm } from './code-form.ts';
import type { DraftSeal } from '../core/draft-seal.ts';
import { forgetDraft } from './draft.ts';
import { writeMemo } from './history-memo.ts';
import type { LinkPlace } from './link-place.ts';
import { forgetReadyCards } from './ready-cards.ts';
import type { SessionTabs, TabNews } from './session-tabs.ts';

type ChatParts = typeof chatParts;

export type LinkState =
  | { state: 'opening' | 'unreachable' | 'offline' | 'broken' | 'refused' | 'not_loaded' | 'left' }
  /** Too much was asked from this network; `until`: on the clock of Environment.now(). */
  | { state: 'crowded'; until: number }
  | { state: 'asking'; session: EnteredSession; form: CodeForm }
  | ({ state: 'inside'; chat: Chat; draftSeal: DraftSeal } & Inside)
  | { state: 'ended'; chat: EndedChat; slot: Slot | null; names: Record<Slot, string> | null };

type Inside = { session: EnteredSession; asOther: boolean; parts: ChatParts };

export interface LinkFlow extends LinkPlace {
  readonly state: ReadonlySignal<LinkState>;
  /** Asks the server what the link leads to; also after a page comes back from the back-cache. */
  open: () => void;
  /** False if the server could not be told: then one is still inside. */
  leave: () => Promise<boolean>;
  /** Leaves as the one this browser is, and opens the link as the other. */
  enterAsOther: () => Promise<boolean>;
  woke: () => void;
  wentOffline: () => void;
  /** Closes the connection and forgets what is on screen, keeps what a reload needs. */
  stop: () => void;
}

export interface LinkFlowOptions {
  api: SessionApi;
  environment: Environment;
  base: string;
  link: LinkParts;
  tabs: SessionTabs;
  /** Who this browser was here before, from history.state; names an end it comes too late for. */
  rememberedSlot: Slot | null;
  /** The code that was just shown to who opens this, so that it need not be typed. */
  code: string | null;
  loadChat: () => Promise<ChatParts>;
  isOffline: () => boolean;
}

/** States in which the link is asked again by itself. */
const WAITING: ReadonlySet<LinkState['state']> = new Set(['unreachable', 'offline', 'crowded']);

/** Who was inside for this long had a pass that held. */
const SETTLED_MS = 15_000;

export function createLinkFlow(options: LinkFlowOptions): LinkFlow {
  const { api, environment, base, tabs, loadChat, isOffline } = options;
  let { link } = options;
  const { sid } = link;
  let proof = proofOf(link);
  const state = signal<LinkState>({ state: 'opening' });
  let code = options.code;
  let slot = options.rememberedSlot;
  // A new run makes the answers of an older one worthless.
  let run = 0;
  /** Landings without an answer, one after the other. */
  let attempt = 0;
  /** Passes lost soon after coming in, one after the other. */
  let losses = 0;
  // The last one opened: what it keeps on this device is to go, whatever is on screen by then.
  let opened: Chat | null = null;
  let cancelTimer = () => {};
  let dispose = () => {};
  let deafen = () => {};
  // Of the chat that was entered last: names its end, even when another tab brings the news.
  let entered: EnteredSession | null = null;

  function begin(): number {
    cancelTimer();
    dispose();
    dispose = () => {};
    const { value } = state;
    if (value.state === 'asking') value.form.stop();
    if (value.state === 'inside') value.chat.stop();
    return (run += 1);
  }

  async function open(): Promise<void> {
    const mine = begin();
    if (!WAITING.has(state.value.state)) state.value = { state: 'opening' };
    const landing = await api.landing(sid, proof);
    if (mine !== run) return;
    if (landing.result !== 'retry') attempt = 0;
    switch (landing.result) {
      case 'landing':
        return meet(openLanding(link, landing));
      case 'gone':
        return finish(endedOf(landing), entered);
      case 'refused':
        state.value = { state: 'refused' };
        return;
      case 'retry': {
        const { code: why, retryInMs } = landing;
        const delayMs = (retryInMs ?? 0) + backoffMs(attempt++, environment.random());
        state.value =
          why === 'rate_limited'
            ? { state: 'crowded', until: environment.now() + delayMs }
            : { state: isOffline() ? 'offline' : 'unreachable' };
        cancelTimer = environment.schedule(() => void open(), delayMs);
      }
    }
  }

  function meet(entrance: Entrance): void {
    switch (entrance.state) {
      case 'inside':
      case 'inside_as_other':
        void goIn(entrance.session, entrance.state === 'inside_as_other');
        break;
      case 'code_needed':
        ask(entrance.session, entrance.retryInMs);
        break;
      case 'broken':
        state.value = { state: 'broken' };
    }
  }

  function ask(session: EnteredSession, retryInMs: number): void {
    const form = createCodeForm({
      environment,
      isOffline,
      retryInMs,
      enter: (typed) => api.enter(sid, proof, typed),
      settled(answer) {
        losses = 0;
        if (answer.result === 'entered') void goIn(session, false);
        else if (answer.result === 'gone') finish(endedOf(answer), session);
        else void open();
      },
    });
    state.value = { state: 'asking', session, form };
    // While the code is being typed, so that nothing is waited for after it.
    loadChat().catch(() => {});
    if (code !== null) form.submit(code);
    code = null;
  }

  async function goIn(session: EnteredSession, asOther: boolean): Promise<void> {
    const mine = run;
    const parts = await loadChat().catch(() => null);
    if (mine !== run) return;
    if (parts === null) {
      state.value = { state: 'not_loaded' };
      return;
    }
    slot = session.slot;
    entered = session;
    writeMemo({ screen: 'inside', slot });
    const socketUrl = `${base.replace(/^http/, 'ws')}/ws/${sid}`;
    const chat = parts.createChat({ session, api, socketUrl, environment });
    opened = chat;
    const draftSeal = parts.createDraftSeal(session);
    state.value = { state: 'inside', chat, session, draftSeal, asOther, parts };
    const cameInAt = environment.now();
    const hasMet = computed(() => chat.peer.value.state !== 'never');
    // Not within an effect: what runs then disposes of it.
    const soon = (next: () => void) => queueMicrotask(() => mine === run && next());
    const disposers = [
      effect(() => {
        const ended = chat.ended.value;
        if (ended !== null) soon(() => finish(ended, session));
      }),
      effect(() => {
        if (chat.connection.value === 'pass_gone')
          soon(() => comeBack(environment.now() - cameInAt));
      }),
      effect(() => {
        if (!hasMet.value) return;
        forgetReadyCards(sid);
        tabs.tell({ sid, type: 'met' });
      }),
    ];
    dispose = () => disposers.forEach((stop) => stop());
  }

  /** Not at once every time: a landing may go on saying "inside" while the socket denies it. */
  function comeBack(stayedMs: number): void {
    if (stayedMs >= SETTLED_MS) losses = 0;
    if (losses > 0) {
      begin();
      state.value = { state: 'unreachable' };
      cancelTimer = environment.schedule(
        () => void open(),
        backoffMs(losses, environment.random()),
      );
    } else void open();
    losses += 1;
  }

  function hear(news: TabNews): void {
    if (news.sid !== sid) return;
    if (news.type === 'ended') finish(news.chat, entered, { tell: false });
    if (news.type === 'renewed' && news.from === linkFragment(link)) moveTo(news.to);
    // Also where the server was quicker to say that the pass is gone.
    if (news.type === 'left' && entered !== null) depart();
  }

  function moveTo(next: LinkParts): void {
    link = next;
    proof = proofOf(link);
    if (entered) entered.proof = proof;
    history.replaceState(history.state, '', `#${linkFragment(link)}`);
  }

  function endedOf({ reason, by, idleMs }: Gone): EndedChat {
    return { reason, by, idleMs };
  }

  function finish(chat: EndedChat, session: EnteredSession | null, { tell = true } = {}): void {
    if (state.value.state === 'ended' || state.value.state === 'left') return;
    const { reason } = chat;
    wipe(reason);
    // The outbox of a replaced link waits for who comes back by the new one.
    if (reason !== 'renewed') wipeOutboxes(environment, sid);
    // Else it may be only this link that is over, while the chat goes on in another tab.
    if (reason !== 'renewed' && reason !== 'unknown') {
      if (tell) tabs.tell({ sid, type: 'ended', chat });
      // An end that came over the connection could not clear the pass.
      void api.leave(sid);
    }
    writeMemo({ screen: 'ended', chat, slot }, location.pathname);
    state.value = { state: 'ended', chat, slot, names: session?.names ?? null };
  }

  function depart(): void {
    if (state.value.state === 'ended' || state.value.state === 'left') return;
    wipe();
    writeMemo({ screen: 'left' }, location.pathname);
    state.value = { state: 'left' };
  }

  /** Nothing of the session stays on this device. */
  function wipe(reason?: EndedChat['reason']): void {
    wipeChat(reason);
    forgetReadyCards(sid);
  }

  /** Its own end, which comes of this, is nothing to show any more. */
  function wipeChat(reason?: EndedChat['reason']): void {
    begin();
    opened?.wipe(reason);
    opened = null;
    forgetDraft(sid);
  }

  async function leave(): Promise<boolean> {
    const { result } = await api.leave(sid);
    if (result !== 'done') return false;
    tabs.tell({ sid, type: 'left' });
    depart();
    return true;
  }

  async function enterAsOther(): Promise<boolean> {
    const { result } = await api.leave(sid);
    if (result !== 'done') return false;
    wipeChat();
    void open();
    return true;
  }

  return {
    state,
    open() {
      deafen();
      deafen = tabs.listen(hear);
      void open();
    },
    leave,
    enterAsOther,
    link: () => link,
    moveTo(next) {
      tabs.tell({ sid, type: 'renewed', from: linkFragment(link), to: next });
      moveTo(next);
    },
    woke() {
      const { value } = state;
      if (value.state === 'inside') value.chat.woke();
      if (value.state === 'offline' || value.state === 'unreachable') void open();
    },
    wentOffline() {
      const { value } = state;
      if (value.state === 'inside') value.chat.offline();
    },
    stop() {
      begin();
      deafen();
      state.value = { state: 'opening' };
    },
  };
}
