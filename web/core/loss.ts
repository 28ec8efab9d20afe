/**
 * What a reset took away: the store came back with less than this device has seen (RS3, RS4).
 * Pure comparison of the log that was with the log that is.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import type { Log, LogEntry } from './log.ts';

export interface Loss {
  /** The head of the log that came back: the `seq` of the control entry `reset`. */
  readonly head: number;
  /** This participant's entries that are gone, in their old order. */
  readonly own: readonly LogEntry[];
  /** Another device has written the `reset` entry for it. */
  readonly isAnnounced: boolean;
}

export function lossBetween(before: Log, after: Log, slot: Slot, head: number): Loss {
  return {
    head,
    own: before.entries.filter(({ entry }) => entry.slot === slot && !after.places.has(entry.cid)),
    isAnnounced: after.entries.some(
      ({ entry, opened }) => opened?.content.kind === 'reset' && !before.places.has(entry.cid),
    ),
  };
}
