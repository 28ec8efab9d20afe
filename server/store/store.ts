/**
 * The seam between the product and where sessions live. MemoryStore and RedisStore implement it
 * and pass one contract suite (test/store/store-contract.ts), so nothing above knows which it has.
 * Long because it is all of the seam, and most of it prose.
 *
 * Guarantees, for every implementation:
 *
 * - Each operation is atomic: it happens wholly or not at all, also against other nodes.
 * - `append` decides deduplication, the next seq, limits, the deadline and publication in one
 *   step. A cid stands at most once in a log; seq counts 1, 2, 3 … without gaps.
 * - Entries are published in seq order. A publication is a hint: it can be lost, never altered.
 *   The log is the truth; whoever sees a gap or is told `interrupted` reads the log.
 * - Operations started one after the other on one store take effect in that order, also across
 *   reconnects: one that fails is never carried out after a later one succeeded. A failed one
 *   may have been carried out: the outcome is unknown and every operation may be repeated.
 * - All that belongs to a session shares one deadline. Past it the session is gone at once for
 *   every operation, and nothing is ever created for a session that is not there. What stays is
 *   the reason, until `endedNoticeTtlMs` later.
 * - Time is the store's. Callers get what is left, in ms; `at` and `lastAt` are for display.
 * - The deadline moves only when it shifts by more than a second; each move publishes `expires`.
 *   While waiting (not both have entered): creation + linkTtlMs, and nothing extends it. Then:
 *   last activity + idleMs, never past creation + maxTtlMs. Activity is a stored message, an
 *   entering, a `keep`; not a repeat, a receipt, typing, a lease.
 * - A file is put in pieces: it can be read when it is whole, and counts from its first piece on.
 *   One that was begun and never finished counts as long as it is neither put again nor unsent.
 * - Only sealed boxes, hashes and public facts are handed to a store. It cannot tell a secret.
 *
 * Every operation rejects with AppError `store_unavailable` when the store cannot be reached or
 * does not answer in time, and with nothing else. Inputs were validated by the caller.
 */
import type { EndReason, ExpiresBy, Peer, Position, Receipt, Slot } from '../protocol/frames.ts';

/** Of all memory. The rest is for what is said in the sessions there are. */
export const CREATING_SHARE = 0.9;
/** Of all memory: files are taken as long as no more is filled. */
export const FILES_SHARE = 0.75;
/** Of so many links that were replaced in a session it is known that they were: the last ones. */
export const REPLACED_LINKS_KEPT = 20;

export interface StoreOptions {
  linkTtlMs: number;
  maxTtlMs: number;
  endedNoticeTtlMs: number;
  maxSessions: number;
  maxEntries: number;
  /** Bytes of boxes (raw, not base64url) a log may hold. */
  maxSessionBytes: number;
  maxFiles: number;
  /** Bytes of the boxes of all files of a session. */
  maxFilesBytes: number;
}

export interface NewParticipant {
  proofHash: string;
  /** The session key sealed under this participant's wrap key. */
  key: string;
  /** The sealed name. */
  name: string;
  /** bcrypt hash of the code. */
  codeHash: string;
}

export interface NewSession {
  sid: string;
  idleMs: number;
  participants: Record<Slot, NewParticipant>;
}

export interface Expiry {
  expiresInMs: number;
  expiresBy: ExpiresBy;
}

export interface ParticipantRecord extends NewParticipant {
  entered: boolean;
  /** Hashes of the ids of the passes that are valid, oldest first. */
  passes: readonly string[];
  /** Where push services take word for this participant's browsers, oldest first. */
  endpoints: readonly string[];
}

export interface SessionRecord extends Expiry {
  idleMs: number;
  participants: Record<Slot, ParticipantRecord>;
}

export interface EndedRecord {
  reason: EndReason;
  by?: Slot;
  /** The control box that came with the end. */
  box?: string;
  idleMs: number;
  /** Who may be told: the proof hashes of both participants. */
  proofHashes: Record<Slot, string>;
}

/** `replaced`: asked for with the proof of a link that was renewed, whatever became of the session. */
export type Found =
  | { state: 'live'; session: SessionRecord }
  | { state: 'ended'; ended: EndedRecord }
  | { state: 'replaced' }
  | { state: 'unknown' };

/** `triesLeft` before a wait begins; `retryInMs` 0 when a try may be made now. */
export interface Tries {
  triesLeft: number;
  retryInMs: number;
}

/**
 * A try that was taken counts as failed until `enter` forgives it. `triesLeft` and `retryInMs`
 * say what holds if it fails; `failures` counts all failed tries for this participant, `told` is of
 * how many of them both were told.
 */
export type TryTaken =
  | ({ taken: true; failures: number; told: number } & Tries)
  | { taken: false; retryInMs: number };

/**
 * Where a try comes from, as opaque hashes: one address, and the neighbourhood of addresses that
 * whoever has the one easily has too.
 */
export interface Caller {
  address: string;
  neighbourhood: string;
}

export interface Append {
  slot: Slot;
  cid: string;
  box: string;
  /** The new entry's sum, drawn by the node. */
  sum: string;
  /** The last position delivered on the sender's connection, null for none. */
  seen: Position | null;
}

/**
 * `repeated`: the cid stands in the log already; `entry` is that element as JSON (an Entry).
 * `diverged`: the log does not hold `seen`, so the store has lost what it once held.
 * `foreign`: the cid, or the target of an unsend, belongs to the other participant; or the
 * target is itself an unsend, which nothing takes back.
 */
export type Appended =
  | { result: 'stored'; seq: number; push?: DuePush }
  | { result: 'repeated'; entry: string }
  | { result: 'full' | 'gone' | 'diverged' | 'foreign' };

/** Whom to tell of an entry through push services: given once, to whoever appended it. */
export interface DuePush {
  slot: Slot;
  endpoints: readonly string[];
  expiresInMs: number;
}

export interface NewEndpoint {
  slot: Slot;
  /** It goes with this pass. */
  passHash: string;
  endpoint: string;
}

/** `no_room`: FILES_SHARE of the memory there is would be filled. */
export type EndpointKept = 'kept' | 'no_room' | 'pass_gone' | 'gone';

/** A new link and code for a participant, and the entry that tells of it. */
export interface Renewal extends Omit<Append, 'slot'> {
  /** Who asks, and writes the entry. */
  by: Slot;
  passHash: string;
  /** Whose link and code they are. */
  slot: Slot;
  proofHash: string;
  key: string;
  codeHash: string;
}

/**
 * `connected`: it is the other's, who is connected. `taken`: the cid stands in the log with
 * something else, or the proof hash is, or was, that of a link of this session; or it is a repeat,
 * and somebody has come in with the code meanwhile. The others as for `Appended` and leases.
 */
export type RenewalResult =
  | 'renewed'
  | 'connected'
  | 'taken'
  | 'full'
  | 'diverged'
  | 'pass_gone'
  | 'gone';

export interface NewFile {
  slot: Slot;
  passHash: string;
  cid: string;
  /** Not changed by anybody from now on: the store may keep these very bytes. */
  box: Buffer;
}

/**
 * `repeated`: this participant has put these very bytes before. `taken`: the cid is that of
 * another file, of the other's message, or of one that was unsent. `full`: the session has no
 * room for it; `no_room`: FILES_SHARE of the memory there is would be filled. `not_met`: not both have entered.
 */
export type FileKept =
  | 'stored'
  | 'repeated'
  | 'taken'
  | 'full'
  | 'no_room'
  | 'not_met'
  | 'pass_gone'
  | 'gone';

/** `bytes`: of the whole box, of which there are more pieces until they are as many. */
export interface FilePiece {
  bytes: number;
  piece: Buffer;
}

export interface Lease {
  slot: Slot;
  passHash: string;
  /** Random, one per connection. */
  connectionId: string;
  /** Random, one per page load; null if the client does not tell. */
  device: string | null;
}

/** `pass_gone`: the pass was revoked. */
export type LeaseRefused = { result: 'gone' } | { result: 'pass_gone' };

export interface Connected extends Expiry {
  result: 'connected';
  /** The head of the log: seq 0 and sum '' if it is empty. */
  head: Position;
  /** The position to read the log after, null for its beginning. */
  from: Position | null;
  /** `after` was given and is not in the log. */
  reset: boolean;
  idleMs: number;
  receipts: Record<Slot, Receipt>;
  peer: Peer;
}

export interface Renewed extends Expiry {
  result: 'renewed';
  head: Position;
}

/** `entries` are Entry objects as JSON, in seq order; at most PAGE_ENTRIES and about PAGE_BYTES. */
export type LogPage =
  | { result: 'page'; entries: string[]; head: number }
  | { result: 'gone' | 'diverged' };

/**
 * `to`: everyone `*`, one participant's connections, or `!` the nodes themselves. `seq` is that
 * of the entry the frame carries, 0 for every other frame; `before` the sum of the entry before it,
 * '' for the first: a store may have lost what it published, and go on from there. `frame` is JSON
 * text: a ServerFrame, or for `!` a NodeOrder. Nodes forward frames as they are.
 */
export interface Publication {
  to: '*' | Slot | '!';
  seq: number;
  before?: string;
  frame: string;
}

/** Close, with this close code: all connections, those of a pass, or one. */
export interface NodeOrder {
  close: number;
  pass?: string;
  connection?: string;
}

export interface Subscriber {
  published(publication: Publication): void;
  /** Publications may have been lost: read the log. */
  interrupted(): void;
}

export interface Store {
  /**
   * Waiting for both, nothing said yet. `id_taken` also while an ended notice of it is kept.
   * `full`: there are maxSessions, or they fill CREATING_SHARE of the memory there is.
   */
  create(session: NewSession): Promise<'created' | 'id_taken' | 'full'>;

  /**
   * With `proofHash`: unknown also where that is of neither participant, and nothing that is done
   * or takes its time depends on whether there is such a session. Of a link that was replaced one
   * learns that alone, as long as anything is known of the session.
   */
  find(sid: string, proofHash?: string): Promise<Found>;

  /**
   * The attempt budget of one participant. Per address: 5 tries, then one after each wait of 1, 5,
   * 15, 15 … minutes. Over all addresses, continuous buckets: 800 an hour, 100 at once, for
   * neighbourhoods from which a try failed here before; 200 an hour for new ones.
   */
  takeTry(sid: string, slot: Slot, caller: Caller): Promise<TryTaken | null>;
  /** What the next try would meet; takes nothing. Null when the session is gone. */
  peekTries(sid: string, slot: Slot, caller: Caller): Promise<Tries | null>;
  /** Tells both that `count` tries for `slot` have failed, unless they were told of as many. */
  announceTries(sid: string, slot: Slot, count: number): Promise<void>;

  /**
   * The code was right: the pass is valid, the try and its address are forgiven, the deadline
   * moves, and at the first entering the peer is told. The eleventh pass revokes the oldest.
   * `changed`: `codeHash` is not the participant's any more.
   */
  enter(
    sid: string,
    slot: Slot,
    with_: { codeHash: string; passHash: string; caller: Caller },
  ): Promise<'entered' | 'changed' | 'gone'>;
  /** Revokes a pass, closes its connections, on every node, and forgets its endpoints. */
  leave(sid: string, slot: Slot, passHash: string): Promise<void>;
  /**
   * The participant's link and code are replaced, their tries begin anew, and their passes are
   * revoked, but for the one that asks; in the same step the entry is appended. Repeated with the
   * same cid, box and proof hash, nothing is appended or revoked, but `codeHash` is in force: of
   * several codes the last.
   */
  renew(sid: string, renewal: Renewal): Promise<RenewalResult>;

  /**
   * Takes a lease, and gives all a welcome needs. It takes the place of an earlier one of the
   * same device, whose connection may be half open or a dead node's, and closes that (replaced).
   * The fifth of a participant closes the oldest (openedElsewhere). Presence that changes by it
   * is published to the peer.
   */
  connect(sid: string, lease: Lease, after: Position | null): Promise<Connected | LeaseRefused>;
  /** Keeps the lease for LEASE_MS more; drops leases that have expired and tells whom it concerns. */
  renewLease(sid: string, lease: Lease): Promise<Renewed | LeaseRefused>;
  /**
   * As with `append`, a push is due if it was the last connection and a message has come that was
   * not received: a connection may look alive for a while after its device has gone.
   */
  disconnect(sid: string, lease: Lease): Promise<DuePush | null>;

  /** The page of the log after `after`; `diverged` if that position is not in it. */
  readLog(sid: string, after: Position | null): Promise<LogPage>;
  /**
   * With `push` if the other participant has endpoints and no connection: once for each absence,
   * and not within the pause after the last time. A hint, like a publication: it can be lost.
   */
  append(sid: string, append: Append): Promise<Appended>;
  /**
   * Appends an entry with `unsends` and, in the same step, replaces the boxes of `of` by their
   * hashes and deletes this participant's files of these cids, whether whole or in the log or not.
   * Targets that are not in the log, or were unsent, are passed over otherwise. Not refused as
   * full if it frees a box.
   */
  unsend(sid: string, append: Append & { of: readonly string[] }): Promise<Appended>;

  /** Under the cid of its message, for good. No activity, and nobody is told. */
  putFile(sid: string, file: NewFile): Promise<FileKept>;
  /** A piece of its box, counted from 0. Null: no such piece, or no such file, or not whole. */
  readFile(sid: string, cid: string, index: number): Promise<FilePiece | null>;

  /**
   * Keeps where word for a participant can be sent while they are away, or puts it last if it was
   * kept before. The sixth of a participant takes the place of the oldest. No activity.
   */
  putEndpoint(sid: string, endpoint: NewEndpoint): Promise<EndpointKept>;
  dropEndpoint(sid: string, slot: Slot, endpoint: string): Promise<void>;

  /** Keeps the maximum, bounded by head, and publishes what changed. */
  receipt(sid: string, slot: Slot, receipt: Receipt): Promise<void>;
  /** Tells the other participant's connections. */
  typing(sid: string, slot: Slot, on: boolean): Promise<void>;
  /** Activity without a message. */
  keep(sid: string): Promise<void>;
  /** Deletes all of the session but the reason, tells both, closes their connections. */
  end(sid: string, by: Slot, box: string | null): Promise<'ended' | 'gone'>;

  /** From when the promise resolves, all that is published for `sid`. Resolves to unsubscribe. */
  subscribe(sid: string, subscriber: Subscriber): Promise<() => void>;

  /**
   * How many sessions are alive, about: one that has just ended may be counted, and one that was
   * made by a node that died then.
   */
  count(): Promise<number>;

  /** Rejects unless people can work: not when the store answers but refuses all that is written. */
  ping(): Promise<void>;
  /**
   * A random secret that all nodes on this store share, made at first use (base64url, 32 bytes).
   */
  sharedSecret(): Promise<string>;
  close(): Promise<void>;
}
