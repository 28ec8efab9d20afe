/**
 * What a screen shows of a chat and may ask of it, and nothing of how that comes about. All
 * values are immutable; an item that did not change is the same object, so comparing by
 * identity is enough.
 */
import type { ReadonlySignal } from '@preact/signals-core';
import type { FileContent } from '../../server/protocol/envelope/content.ts';
import type {
  EndReason,
  ExpiresBy,
  Peer,
  Position,
  Receipt,
  SessionLimits,
  Slot,
} from '../../server/protocol/frames.ts';

export type { FileContent } from '../../server/protocol/envelope/content.ts';
export { otherSlot } from '../../server/protocol/frames.ts';

/** The timeline: the log in its order, then what is still in the outbox in the order of sending. */
export type Item = MessageItem | NoteItem;

export interface MessageItem {
  type: 'message';
  /** Unique, and stays the same from the first moment of sending on: the key of the bubble. */
  cid: string;
  slot: Slot;
  mine: boolean;
  /** Place in the log; null while only this device knows the message. */
  seq: number | null;
  /** Store time in ms; null with `seq`. */
  at: number | null;
  body: Body;
  /** The cid of the message this answers. It need not exist. */
  re: string | null;
  edited: boolean;
  reactions: Readonly<Partial<Record<Slot, string>>>;
  /** `failed` has been given up: offer retry(cid) and discard(cid). */
  state: 'sending' | 'stored' | 'failed';
}

export type Body =
  | { kind: 'text'; text: string }
  | FileContent
  /** Removed for both by its author. */
  | { kind: 'unsent' }
  /** Of a newer version: "Cannot be shown here". */
  | { kind: 'unknown' }
  | { kind: 'undecryptable' };

/** What happened between messages. `reset`: the server had lost messages; they were sent again. */
export interface NoteItem {
  type: 'note';
  cid: string;
  seq: number;
  at: number;
  /** Whose device wrote it. */
  by: Slot;
  note: { kind: 'reset' } | { kind: 'renewed'; slot: Slot };
}

export type Delivery = 'sending' | 'sent' | 'delivered' | 'read' | 'failed';

/** The ticks of an own message, from the other's receipt. */
export function deliveryOf(item: MessageItem, theirs: Receipt): Delivery {
  if (item.seq === null) return item.state === 'failed' ? 'failed' : 'sending';
  if (item.seq <= theirs.read) return 'read';
  return item.seq <= theirs.received ? 'delivered' : 'sent';
}

/**
 * `connecting`: never live yet · `reconnecting`: was live, being repaired (banner after 2 s) ·
 * `crowded`: the server answers, but lets no connection through; tried again at `retryAt` ·
 * `elsewhere`: 4504, call useHere() · `pass_gone`: the code is needed again ·
 * `refused`: this client and the server do not understand each other; a reload may help ·
 * `ended`: see `ended` · `stopped`: stop() was called.
 */
export type ConnectionStatus =
  | 'connecting'
  | 'live'
  | 'reconnecting'
  | 'offline'
  | 'crowded'
  | 'elsewhere'
  | 'pass_gone'
  | 'refused'
  | 'ended'
  | 'stopped';

/** The other participant. `typing` clears by itself. */
export interface PeerStatus extends Peer {
  typing: boolean;
}

export interface Expiry {
  /** When the chat ends, on the clock of Environment.now(). */
  deadline: number;
  by: ExpiresBy;
  idleMs: number;
  /** Warn when less than this is left. "Keep open" helps only where `by` is silence. */
  warnMs: number;
}

export interface Notices {
  /** The server dropped, repeated, reordered, swapped or forged. Lasting. */
  tampered: boolean;
  /** The server lost messages, and they were sent again. Lasting. */
  reset: boolean;
  /** Nothing more can be sent. */
  full: boolean;
  /** The last number of wrong codes told, for each participant's link. */
  tries: Readonly<Partial<Record<Slot, number>>>;
}

/** `renewed`: this link was replaced; `unknown`: no such chat (any more). */
export interface EndedChat {
  reason: EndReason | 'renewed' | 'unknown';
  /** Who ended it, if that is proven; null for all other reasons. */
  by: Slot | null;
  /** 0 where not known. */
  idleMs: number;
}

/** `failed`: the server refused it, and nothing is tried any more. */
export type Ending = 'no' | 'under_way' | 'failed';

export interface Chat {
  readonly sid: string;
  /** Which of the two this participant is. */
  readonly slot: Slot;
  readonly names: Readonly<Record<Slot, string>>;

  /** What the log holds is in it from `loaded` on; an own message at once. */
  readonly items: ReadonlySignal<readonly Item[]>;
  /** False until the log was read to its head for the first time. */
  readonly loaded: ReadonlySignal<boolean>;
  /**
   * How often the log was read anew because the server had lost a part of it. It changes with
   * `items`; every `seq` that was kept from before may mean another entry now.
   */
  readonly rereads: ReadonlySignal<number>;
  readonly connection: ReadonlySignal<ConnectionStatus>;
  /** When a connection is tried again, on the clock of Environment.now(). */
  readonly retryAt: ReadonlySignal<number>;
  readonly peer: ReadonlySignal<PeerStatus>;
  /** The other's and one's own: for ticks (deliveryOf) and for counting what is unread. */
  readonly receipts: ReadonlySignal<Readonly<Record<Slot, Receipt>>>;
  readonly expiry: ReadonlySignal<Expiry | null>;
  readonly notices: ReadonlySignal<Notices>;
  readonly limits: ReadonlySignal<SessionLimits | null>;
  readonly ended: ReadonlySignal<EndedChat | null>;
  /** What has become of end(). */
  readonly ending: ReadonlySignal<Ending>;

  /** Shown at once as `sending`; returns its cid, or null if it is too long for one box or the chat is over. */
  send(text: string, options?: { re?: string }): string | null;
  /** The message of a file that was uploaded under `cid`. False if it does not fit, or the chat is over. */
  sendFile(cid: string, file: FileContent): boolean;
  /** Has the server delete what was uploaded under `cid`, whose message was never sent. */
  dropFile(cid: string): void;
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
  /** Gives up an end that has not been carried out yet, or has failed. */
  cancelEnd(): void;
  /** Takes the chat over from another page (`elsewhere`). */
  useHere(): void;

  /**
   * The entry that tells of a new link for `slot`, sealed for the log as it stands now; whoever
   * asks has it appended. Null while the log is not known to its head.
   */
  sealRenewal(slot: Slot): { cid: string; box: string; after: Position | null } | null;

  /** visible, online, pageshow: the socket is probed or replaced. */
  woke(): void;
  /** The browser says there is no network. */
  offline(): void;
  /** pagehide, or leaving: closes the connection; the outbox is left to the next page. */
  stop(): void;
  /**
   * After leaving, or when another page has told of the end: this chat is over here, and its
   * outboxes are deleted from storage. An end that the chat tells itself (`ended`) has done so
   * already. Only for the reason `renewed` the outbox is kept: the new link will send it.
   */
  wipe(reason?: EndedChat['reason']): void;
}
