/** What becomes of connections and messages, for whoever counts it. */
import type { Appended } from '../store/store.ts';

/** `waiting`: another that was refused has to come first; the store was not asked. */
export type AppendResult = Appended['result'] | 'store_unavailable' | 'waiting';

/**
 * Why a connection is over: a close code of ours, or that the other end has gone (`left`), is
 * silent (`lost`), or sends what is no WebSocket, or too much at once (`broken`).
 */
export type Closing = number | 'left' | 'lost' | 'broken';

/**
 * Called in the middle of all this: takes no time worth speaking of, and does not throw. Nothing
 * that it is told says who it was.
 */
export interface LiveRecorder {
  /** A message, or an unsend, has its outcome, so many ms after the store was asked. */
  appended(result: AppendResult, tookMs: number): void;
  /**
   * An entry was written to its sender's socket so many ms after the store was asked to take it:
   * by the publication that brings it to everybody. At most one at a time for each connection.
   */
  delivered(tookMs: number): void;
  closed(why: Closing): void;
  /** A client knows a position that the store does not: it has lost entries. */
  reset(): void;
}
