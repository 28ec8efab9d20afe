/**
 * What a reset took away: the store came back with less than this device has seen (RS3, RS4).
 * Pure comparison of the log that was with the log that is.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import { findEntry, type Log, type LogEntry } from './log.ts';

export interface Loss {
  /** The head of the log that came back: the `seq` of the control entry `reset`. */
  readonly head: number;
  /** This participant's entries that are gone, in their old order. */
  readonly own: readonly LogEntry[];
  /** Own messages that were deleted and stand again: whoever put them back did not know. */
  readonly revived: readonly string[];
  /** Another device has written the `reset` entry for it. */
  readonly isAnnounced: boolean;
}

export function lossBetween(before: Log, after: Log, slot: Slot, head: number): Loss {
  // What a server has put under a cid that stood already is not to be put back as well.
  const own = before.entries.filter(
    (one) => one.entry.slot === slot && findEntry(before, one.entry.cid) === one,
  );
  const isVoid = ({ opened }: LogEntry) => opened?.content.kind === 'void';
  const isMessage = (cid: string) => {
    const kind = findEntry(after, cid)?.opened?.content.kind;
    return kind === 'text' || kind === 'file';
  };
  return {
    head,
    own: own.filter(({ entry }) => !after.places.has(entry.cid)),
    revived: own
      .filter(isVoid)
      .map(({ entry }) => entry.cid)
      .filter(isMessage),
    isAnnounced: after.entries.some(
      ({ entry, opened }) => opened?.content.kind === 'reset' && !before.places.has(entry.cid),
    ),
  };
}
