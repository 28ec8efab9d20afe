/**
 * What a reset took away: the store came back with less than this device has seen (RS3, RS4).
 * Pure comparison of the log that was with the log that is.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import type { Log, LogEntry } from './log.ts';

export interface Loss {
  /** The last seq that both logs hold in common; the `seq` of the control entry `reset`. */
  readonly since: number;
  /** This participant's entries that are gone, in their old order. */
  readonly own: readonly LogEntry[];
  /** Another device has written the `reset` entry for it. */
  readonly isAnnounced: boolean;
}

export function lossBetween(before: Log, after: Log, slot: Slot): Loss {
  const isKept = ({ entry }: LogEntry, place: number) =>
    after.entries[place]?.entry.sum === entry.sum;
  const kept = before.entries.findIndex((entry, place) => !isKept(entry, place));
  return {
    since: kept < 0 ? before.entries.length : kept,
    own: before.entries.filter(({ entry }) => entry.slot === slot && !after.places.has(entry.cid)),
    isAnnounced: after.entries.some(
      ({ entry, opened }) => opened?.content.kind === 'reset' && !before.places.has(entry.cid),
    ),
  };
}
