/**
 * The log as this device has verified it: entries, what they say, and the hash chain over them.
 * Immutable; extendLog checks each entry against the rules a dishonest server would break
 * (EV11) and sets `tampered`, for good, when one does not hold. Knows no screen.
 */
import { toBase64Url } from '../../server/protocol/encoding.ts';
import { boxHash, chainNext, chainStart } from '../../server/protocol/envelope/chain.ts';
import type { SealedView } from '../../server/protocol/envelope/content.ts';
import { openEntry, type OpenedEntry } from '../../server/protocol/envelope/entry-box.ts';
import type { SessionKeys } from '../../server/protocol/envelope/keys.ts';
import type { Entry, Position, Slot } from '../../server/protocol/frames.ts';

export interface Log {
  readonly sid: string;
  readonly entries: readonly LogEntry[];
  /** H(0), H(1) … : one more than there are entries. */
  readonly hashes: readonly Uint8Array[];
  /** cid → index in `entries`. */
  readonly places: ReadonlyMap<string, number>;
  /** Cids of entries that came without box and whose unsending was not seen yet. */
  readonly unexplained: ReadonlySet<string>;
  readonly tampered: boolean;
}

export interface LogEntry {
  readonly entry: Entry;
  /** Null once unsent, and where the box does not open. */
  readonly opened: OpenedEntry | null;
}

export function emptyLog(sid: string): Log {
  return {
    sid,
    entries: [],
    hashes: [chainStart(sid)],
    places: new Map(),
    unexplained: new Set(),
    tampered: false,
  };
}

export function headOf(log: Log): number {
  return log.entries.at(-1)?.entry.seq ?? 0;
}

export function positionOf(log: Log): Position | null {
  const last = log.entries.at(-1)?.entry;
  return last ? { seq: last.seq, sum: last.sum } : null;
}

/** What a box sealed now says of the log. */
export function viewOf(log: Log): SealedView['after'] {
  return { seq: headOf(log), hash: toBase64Url(hashAt(log, headOf(log)) ?? new Uint8Array()) };
}

/** Whether a box sealed with this view belongs to the log as it is now. */
export function isOnChain(log: Log, after: SealedView['after']): boolean {
  const hash = hashAt(log, after.seq);
  return hash !== undefined && toBase64Url(hash) === after.hash;
}

export function findEntry(log: Log, cid: string): LogEntry | undefined {
  const place = log.places.get(cid);
  return place === undefined ? undefined : log.entries[place];
}

/** Whether an entry of this log takes `cid` back, even if `cid` itself is not in it. */
export function wasUnsent(log: Log, cid: string): boolean {
  return log.entries.some(({ entry }) => entry.unsends?.includes(cid));
}

function hashAt(log: Pick<Log, 'hashes'>, seq: number): Uint8Array | undefined {
  return log.hashes[seq];
}

/** The log with `list` behind it; what was there already is compared instead. O(log + list). */
export function extendLog(log: Log, list: readonly Entry[], keys: SessionKeys): Log {
  const draft: Draft = {
    ...log,
    entries: [...log.entries],
    hashes: [...log.hashes],
    places: new Map(log.places),
    unexplained: new Set(log.unexplained),
  };
  for (const entry of list) {
    if (entry.seq <= headOf(draft)) {
      if (!isRepeat(draft, entry)) draft.tampered = true;
    } else append(draft, entry, keys);
  }
  return draft;
}

/** After ten seconds nothing may be left unexplained. */
export function settleLog(log: Log): Log {
  return log.unexplained.size > 0 ? { ...log, tampered: true } : log;
}

interface Draft extends Log {
  entries: LogEntry[];
  hashes: Uint8Array[];
  places: Map<string, number>;
  unexplained: Set<string>;
  tampered: boolean;
}

function append(draft: Draft, entry: Entry, keys: SessionKeys): void {
  const opened = openEntry(keys, draft.sid, entry);
  if (!isHonest(draft, entry, opened)) draft.tampered = true;
  const previous = draft.hashes.at(-1) ?? chainStart(draft.sid);
  draft.hashes.push(chainNext(previous, entry));
  draft.entries.push({ entry, opened });
  if (!draft.places.has(entry.cid)) draft.places.set(entry.cid, draft.entries.length - 1);
  if (entry.box === undefined) draft.unexplained.add(entry.cid);
  else takeBack(draft, entry.slot, unsentBy(opened));
}

function isHonest(draft: Draft, entry: Entry, opened: OpenedEntry | null): boolean {
  if (entry.seq !== headOf(draft) + 1 || draft.places.has(entry.cid)) return false;
  if (entry.box === undefined) return true;
  if (!opened) return false;
  // The server acts on its word, the reader on the author's: they have to be one.
  if (String(unsentBy(opened)) !== String(entry.unsends ?? [])) return false;
  const { prev, after } = opened;
  if (prev !== null && findEntry(draft, prev)?.entry.slot !== entry.slot) return false;
  return after.seq < entry.seq && isOnChain(draft, after);
}

/** What its author took back with this entry: the sealed word for it. */
function unsentBy(opened: OpenedEntry | null): readonly string[] {
  return opened?.content.kind === 'unsend' ? opened.content.of : [];
}

/** Replaces the boxes of what was unsent by their hashes, as the server has done. */
function takeBack(draft: Draft, slot: Slot, cids: readonly string[]): void {
  for (const cid of cids) {
    const place = draft.places.get(cid);
    const target = place === undefined ? undefined : draft.entries[place];
    if (place === undefined || !target) continue;
    if (target.entry.slot !== slot) {
      draft.tampered = true;
      continue;
    }
    draft.unexplained.delete(cid);
    const { box: _, ...rest } = target.entry;
    const hash = toBase64Url(boxHash(target.entry));
    draft.entries[place] = { entry: { ...rest, hash }, opened: null };
  }
}

/** The same entry again: every byte equal, apart from a box that was unsent meanwhile. */
function isRepeat(draft: Draft, entry: Entry): boolean {
  const known = findEntry(draft, entry.cid)?.entry;
  return (
    known !== undefined &&
    known.seq === entry.seq &&
    known.sum === entry.sum &&
    known.slot === entry.slot &&
    known.at === entry.at &&
    String(known.unsends) === String(entry.unsends) &&
    toBase64Url(boxHash(known)) === toBase64Url(boxHash(entry))
  );
}
