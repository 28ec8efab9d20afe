/**
 * The log as this device has verified it: entries, what they say, and the hash chain over them.
 * Immutable; extendLog checks each entry against the rules a dishonest server would break
 * (EV11) and sets `tampered`, for good, when one does not hold; it leaves out none. Knows no screen.
 */
import { toBase64Url } from '../../server/protocol/encoding.ts';
import { boxHash, chainNext, chainStart } from '../../server/protocol/envelope/chain.ts';
import type { SealedView } from '../../server/protocol/envelope/content.ts';
import { openEntry, type OpenedEntry } from '../../server/protocol/envelope/entry-box.ts';
import type { SessionKeys } from '../../server/protocol/envelope/keys.ts';
import type { Entry, Position, Slot } from '../../server/protocol/frames.ts';

export interface Log {
  readonly sid: string;
  /** As they came: in the order of their seqs, unless it was tampered with. */
  readonly entries: readonly LogEntry[];
  /** The highest seq that came, with its sum; null if none did. */
  readonly head: Position | null;
  /** H(0), H(1) … H(head). With a gap, one less for each seq that is not there. */
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
    head: null,
    hashes: [chainStart(sid)],
    places: new Map(),
    unexplained: new Set(),
    tampered: false,
  };
}

export function headOf(log: Log): number {
  return log.head?.seq ?? 0;
}

/** What a box sealed now says of the log. */
export function viewOf(log: Log): SealedView['after'] {
  return { seq: headOf(log), hash: toBase64Url(lastHash(log)) };
}

/** Whether a box sealed with this view belongs to the log as it is now. */
export function isOnChain(log: Log, { seq, hash }: SealedView['after']): boolean {
  const own = seq === headOf(log) ? lastHash(log) : log.hashes[seq];
  return own !== undefined && toBase64Url(own) === hash;
}

export function findEntry(log: Log, cid: string): LogEntry | undefined {
  return log.entries[log.places.get(cid) ?? -1];
}

/** Whether an entry of this log takes `cid` back, even if `cid` itself is not in it. */
export function wasUnsent(log: Log, cid: string): boolean {
  return log.entries.some(({ entry }) => entry.unsends?.includes(cid));
}

function lastHash({ sid, hashes }: Log): Uint8Array {
  return hashes.at(-1) ?? chainStart(sid);
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
  for (const entry of list) if (!isRepeat(draft, entry)) append(draft, entry, keys);
  return draft;
}

/** After ten seconds nothing may be left unexplained. */
export function settleLog(log: Log): Log {
  return log.unexplained.size > 0 ? { ...log, tampered: true } : log;
}

interface Draft extends Log {
  entries: LogEntry[];
  head: Position | null;
  hashes: Uint8Array[];
  places: Map<string, number>;
  unexplained: Set<string>;
  tampered: boolean;
}

function append(draft: Draft, entry: Entry, keys: SessionKeys): void {
  const { seq, sum, cid } = entry;
  // What its author said once is not said again because the server tells it twice.
  const isNew = !draft.places.has(cid);
  const opened = isNew ? openEntry(keys, draft.sid, entry) : null;
  if (!isNew || !isHonest(draft, entry, opened)) draft.tampered = true;
  if (isNew) draft.places.set(cid, draft.entries.length);
  draft.entries.push({ entry, opened });
  if (seq > headOf(draft)) {
    draft.hashes.push(chainNext(lastHash(draft), entry));
    draft.head = { seq, sum };
  }
  if (entry.box === undefined) draft.unexplained.add(cid);
  else takeBack(draft, entry.slot, unsentBy(opened));
}

function isHonest(draft: Draft, entry: Entry, opened: OpenedEntry | null): boolean {
  if (entry.seq !== headOf(draft) + 1) return false;
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
    const place = draft.places.get(cid) ?? -1;
    const target = draft.entries[place];
    if (!target) continue;
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
    String(boxHash(known)) === String(boxHash(entry))
  );
}
