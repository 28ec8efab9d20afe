/**
 * The words of a connection: every frame either side may send (PROTOCOL.md, all rules).
 * server/protocol/parse-*.ts turns untrusted text into them.
 */
import type { NackError } from './errors.ts';

export const SLOTS = ['a', 'b'] as const;
export type Slot = (typeof SLOTS)[number];

/** A place in the log with the random mark of the entry that stands there. */
export interface Position {
  seq: number;
  sum: string;
}

/** One element of the log, as stored and as sent. `at` is store time in ms, for display only. */
export interface Entry extends Position {
  slot: Slot;
  cid: string;
  at: number;
  /** The ciphertext in base64url; absent once the entry was unsent. */
  box?: string;
  /** SHA-256 of the box that stood here, in base64url; present once the entry was unsent. */
  hash?: string;
  /** The cids that this entry took back; such an entry opens as control. */
  unsends?: readonly string[];
}

/** How far a participant has come, over all their devices. `read` ≤ `received` ≤ head. */
export interface Receipt {
  received: number;
  read: number;
}

export const EXPIRES_BY = ['silence', 'limit', 'link'] as const;
export type ExpiresBy = (typeof EXPIRES_BY)[number];
export const END_REASONS = ['ended', ...EXPIRES_BY] as const;
export type EndReason = (typeof END_REASONS)[number];

/** `never`: has not entered yet. `lastAt`: store time in ms when the last lease ended. */
export interface Peer {
  state: 'never' | 'online' | 'offline';
  lastAt?: number;
}

/** What the server takes at most; bytes of a message are of its padded plaintext. */
export interface SessionLimits {
  messageBytes: number;
  fileBytes: number;
  filesBytes: number;
  files: number;
  entries: number;
}

export type ClientFrame =
  /** `device`: random, one per page load. */
  | { type: 'hello'; v: 1; after: Position | null; device?: string }
  | { type: 'send'; cid: string; box: string }
  | { type: 'unsend'; of: string[]; cid: string; box: string }
  | { type: 'receipt'; received: number; read: number }
  | { type: 'typing'; on: boolean }
  | { type: 'keep' }
  | { type: 'end'; box?: string }
  | { type: 'ping' };

export interface Welcome {
  type: 'welcome';
  slot: Slot;
  /** The last seq of the log, 0 if it is empty; `sum` is then the empty string. */
  head: number;
  sum: string;
  /** The log no longer holds the position of `hello`: what follows is the whole log. */
  reset: boolean;
  idleMs: number;
  expiresInMs: number;
  expiresBy: ExpiresBy;
  limits: SessionLimits;
  receipts: { a: Receipt; b: Receipt };
  peer: Peer;
}

export interface Ended {
  type: 'ended';
  reason: EndReason;
  by?: Slot;
  box?: string;
}

export type ServerFrame =
  | Welcome
  | { type: 'entries'; list: Entry[] }
  | ({ type: 'entry' } & Entry)
  | { type: 'nack'; cid: string; error: NackError; retryInMs?: number }
  | { type: 'receipt'; slot: Slot; received: number; read: number }
  | ({ type: 'peer' } & Peer)
  | { type: 'typing'; slot: Slot; on: boolean }
  | { type: 'expires'; inMs: number; by: ExpiresBy }
  | { type: 'notice'; kind: 'tries'; slot: Slot; count: number }
  | Ended
  | { type: 'pong' };

export function otherSlot(slot: Slot): Slot {
  return slot === 'a' ? 'b' : 'a';
}
