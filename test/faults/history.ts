/**
 * What happened in one session, as its devices saw it: the recording that check.ts judges. All
 * devices of a run are in one process, so the order of `events` is the order in time.
 */
import type { Slot } from '../../server/protocol/frames.ts';

/** An entry as it came over the wire, also inside `entries`. */
export interface SeenEntry {
  seq: number;
  sum: string;
  slot: Slot;
  cid: string;
  /** Exactly one of the two: the box, or its hash once it was unsent. */
  box?: string;
  hash?: string;
  unsends?: readonly string[];
}

/**
 * `device` is unique in a history and belongs to one slot; a page that is loaded again is another
 * device. `connection` is unique in a history.
 *
 * `said`: a person pressed send: in the order of pressing, once for each cid ·
 * `removed`: a person removed a message of their own, sent or not ·
 * `wrote`: a send or unsend frame left a device; a cid may be written often, by several devices of
 * its slot, with another box when it was sealed anew ·
 * `opened`: a socket whose address says hello before the frame does, which follows as `asked`; to
 * the judge that is when it asked ·
 * `asked`: hello left, with the seq it came after (0: the whole log) ·
 * `welcomed`: with the head that was told; `reset` if the position asked after is no more ·
 * `got`: an entry, in the order of the wire ·
 * `frame`: any other frame after the welcome ·
 * `ended`: the frame that says the session is over, or the answer of the landing that does.
 */
export type HistoryEvent =
  | { type: 'said'; device: string; slot: Slot; cid: string }
  | { type: 'removed'; device: string; slot: Slot; cid: string }
  | {
      type: 'wrote';
      device: string;
      connection: number;
      slot: Slot;
      cid: string;
      box: string;
      of?: readonly string[];
    }
  | { type: 'opened'; device: string; connection: number }
  | { type: 'asked'; device: string; connection: number; slot?: Slot; after: number }
  | {
      type: 'welcomed';
      device: string;
      connection: number;
      head: number;
      reset: boolean;
    }
  | { type: 'got'; device: string; connection: number; entry: SeenEntry }
  | { type: 'nacked'; device: string; connection: number; cid: string; error: string }
  | { type: 'frame'; device: string; connection: number; name: string }
  | { type: 'ended'; device: string; connection: number | null }
  | { type: 'closed'; device: string; connection: number; code: number };

export interface History {
  sid: string;
  events: readonly HistoryEvent[];
  /** The whole log, read when all was quiet; null if the session is over. */
  log: readonly SeenEntry[] | null;
  /** The cids on each screen when all was quiet, from top to bottom, of messages in the log. */
  screens: ReadonlyMap<string, readonly string[]>;
  /** Devices that told their person of tampering when all was quiet. */
  accusers?: readonly string[];
  /** The store was allowed to lose its tail (a failover): I1, I4, I5 and I7 start anew at a reset. */
  mayLose?: boolean;
}

export interface Violation {
  rule: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9';
  sid: string;
  /** What is wrong, in words, with the cid or seq it is about. */
  what: string;
}
