/**
 * A chat: glues connection, outbox, log and view into signals to show and methods to call.
 * Knows no page. Every method returns at once; what comes of it is seen in the signals.
 */
import type { ReadonlySignal } from '@preact/signals-core';
import type { Receipt, SessionLimits, Slot } from '../../server/protocol/frames.ts';
import type {
  ConnectionStatus,
  EndedChat,
  Expiry,
  Item,
  Notices,
  PeerStatus,
} from './chat-view.ts';
import type { EnteredSession } from './entering.ts';
import type { Environment } from './environment.ts';
import type { SessionApi } from './session-api.ts';

export interface ChatOptions {
  session: EnteredSession;
  api: SessionApi;
  /** ws(s)://host/base/ws/SID */
  socketUrl: string;
  environment: Environment;
}

export interface Chat {
  readonly sid: string;
  /** Which of the two this participant is. */
  readonly slot: Slot;
  readonly names: Readonly<Record<Slot, string>>;

  readonly items: ReadonlySignal<readonly Item[]>;
  /** False until the log was read to its head for the first time. */
  readonly loaded: ReadonlySignal<boolean>;
  readonly connection: ReadonlySignal<ConnectionStatus>;
  readonly peer: ReadonlySignal<PeerStatus>;
  /** The other's and one's own: for ticks (deliveryOf) and for counting what is unread. */
  readonly receipts: ReadonlySignal<Readonly<Record<Slot, Receipt>>>;
  readonly expiry: ReadonlySignal<Expiry | null>;
  readonly notices: ReadonlySignal<Notices>;
  readonly limits: ReadonlySignal<SessionLimits | null>;
  readonly ended: ReadonlySignal<EndedChat | null>;

  /** Shown at once as `sending`; returns its cid, or null if it is too long for one message. */
  send(text: string, options?: { re?: string }): string | null;
  /** Own messages only. Null if too long, or not there to be edited. */
  edit(cid: string, text: string): string | null;
  /** Null takes the reaction back. */
  react(cid: string, emoji: string | null): void;
  /** Removes an own message for both; one that was never sent just goes. */
  unsend(cid: string): void;
  /** A failed message: tries again, or forgets it. */
  retry(cid: string): void;
  discard(cid: string): void;

  /** Call on every input: frames are throttled. False when the field is empty. */
  typing(on: boolean): void;
  /** Everything up to `seq` was on screen in a visible, focused page. */
  markRead(seq: number): void;
  /** Moves the deadline without a message. */
  keep(): void;
  /** For both, over the connection if it is live, else over HTTP until it succeeds. */
  end(): void;
  /** Takes the chat over from another page (`elsewhere`). */
  useHere(): void;

  /** visible, online, pageshow: the socket is probed or replaced. */
  woke(): void;
  /** The browser says there is no network. */
  offline(): void;
  /** pagehide, or leaving: closes the connection; the outbox is left to the next page. */
  stop(): void;
  /** After leaving: also deletes this session's outboxes from storage. */
  wipe(): void;
}

export function createChat(_options: ChatOptions): Chat {
  throw new Error('being built');
}
