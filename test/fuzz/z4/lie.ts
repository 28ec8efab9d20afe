/**
 * What a lie is, and the few ways of telling one. The server keeps the protocol, but shows those it
 * lies to another log than the one it has: a view that grows only at its end and, once told, stays
 * as it was told.
 */
import { randomBytes } from 'node:crypto';
import { toBase64Url } from '../../../server/protocol/encoding.ts';
import { boxHash } from '../../../server/protocol/envelope/chain.ts';
import { openEntry } from '../../../server/protocol/envelope/entry-box.ts';
import { otherSlot } from '../../../server/protocol/frames.ts';
import type { ClientFrame, Entry, ServerFrame, Slot } from '../../../server/protocol/frames.ts';
import type { EnteredSession } from '../../../web/core/entering.ts';
import type { Random } from '../../faults/world/random.ts';
import type { FakeServer, Wire } from '../../web/core/support/fake-server.ts';
import type { Step } from '../../web/core/support/schedules.ts';
import { createHonestLog, createSessions } from '../../web/core/support/session.ts';

export type Log = readonly Entry[];

/** Everything that one lie is made of. */
export interface Cast {
  random: Random;
  server: FakeServer;
  session: Pick<EnteredSession, 'sid' | 'keys'>;
  /** The participant who is lied to. */
  slot: Slot;
  isVictim: (page: string) => boolean;
  /** Nothing before this place was told otherwise, nor is. */
  from: number;
  /** From this place on all are told the same again; null until then. */
  rejoinAt: number | null;
}

export interface Lie {
  name: string;
  /**
   * When whoever was told it can know, at the latest:
   * - at once: what was told breaks a rule by itself;
   * - after ten seconds: an entry without its box, for which no word of its author comes (EV11);
   * - by a later entry: of the other participant, sealed on a device that had seen the place where
   *   the two logs part. While none arrives (a withheld tail) nothing can be known.
   */
  known: 'at once' | 'after ten seconds' | 'by a later entry';
  /**
   * `live`: of entries to come, on open connections · `history`: of what was, to pages that load ·
   * `reconnect`: of what was, to pages that held it.
   */
  how: readonly ('live' | 'history' | 'reconnect')[];
  /** One device, or all of one participant; without it either. `both`: each participant another log. */
  whom?: 'device' | 'participant' | 'both';
  /** Steps under which it would be no lie. */
  without?: readonly Step['do'][];
  view: (cast: Cast) => (truth: Log, wire: Wire) => Log;
  /** What is said in place of a frame. */
  says?: (cast: Cast) => (wire: Wire, frame: ServerFrame) => ServerFrame;
  /** What is done about a frame of a client. */
  takes?: (cast: Cast) => (wire: Wire, frame: ClientFrame) => readonly ClientFrame[];
  /** Gives the server an occasion. */
  tempt?: (server: FakeServer) => void;
}

export const renumbered = (log: Log) => log.map((entry, i) => ({ ...entry, seq: i + 1 }));
export const without = (log: Log, place: number) => log.filter((_, i) => i !== place);
const changed = (log: Log, place: number, entry: Entry) => log.with(place, entry);
export const hasBox = ({ box }: Entry) => box !== undefined;
export const isPlain = ({ box, unsends }: Entry) => box !== undefined && unsends === undefined;
export const any = () => true;

/** The place of the first entry that fits, always the same one; -1 while there is none. */
export function choose({ from }: Pick<Cast, 'from'>, fits: (entry: Entry) => boolean) {
  let cid: string | null = null;
  return (truth: Log) => {
    cid ??= truth.find((entry, i) => i >= from && fits(entry))?.cid ?? null;
    return cid === null ? -1 : truth.findIndex((entry) => entry.cid === cid);
  };
}

/** What is made once is told to everybody, whatever becomes of what it was made from. */
function keep<T>(): (make: () => T) => T {
  let kept: { value: T } | null = null;
  return (make) => (kept ??= { value: make() }).value;
}

/** One entry is told as another. */
export function altered(
  fits: (entry: Entry) => boolean,
  alter: (entry: Entry, cast: Cast) => Entry,
) {
  return (cast: Cast) => {
    const chosen = choose(cast, fits);
    const told = keep<Entry>();
    return (truth: Log) => {
      const entry = truth[chosen(truth)];
      if (!entry) return truth;
      const lie = told(() => alter(entry, cast));
      return changed(truth, entry.seq - 1, lie);
    };
  };
}

interface PairOptions {
  fits?: (entry: Entry) => boolean;
  fitsTo?: (one: Entry, other: Entry, cast: Cast) => boolean;
  /** How far behind the first the second is at least. */
  reach?: (random: Random) => number;
}

/** Two entries; of the first and what follows nothing is shown before the second is there. */
export function pairAltered(
  alter: (one: Entry, other: Entry) => [Entry, Entry],
  { fits = any, fitsTo = any, reach = () => 1 }: PairOptions = {},
) {
  return (cast: Cast) => {
    const first = choose(cast, fits);
    const distance = reach(cast.random);
    const asItWas = keep<Entry>();
    const told = keep<[Entry, Entry]>();
    let second: ReturnType<typeof choose> | null = null;
    return (truth: Log) => {
      const place = first(truth);
      const here = truth[place];
      if (!here) return truth;
      const one = asItWas(() => here);
      const isOther = (entry: Entry) => fits(entry) && fitsTo(one, entry, cast);
      second ??= choose({ from: place + distance }, isOther);
      const other = truth[second(truth)];
      if (!other) return truth.slice(0, place);
      const [inOnes, inOthers] = told(() => alter(one, other));
      return renumbered(changed(changed(truth, place, inOnes), other.seq - 1, inOthers));
    };
  };
}

/** A copy of one entry comes a few places later. */
export function replayed(
  fits: (entry: Entry) => boolean,
  copy: (entry: Entry, cast: Cast) => Entry,
  renumber: (log: Log) => Log = renumbered,
) {
  return (cast: Cast) => {
    const chosen = choose(cast, fits);
    const later = cast.random.between(1, 4);
    const told = keep<Entry>();
    return (truth: Log) => {
      const place = chosen(truth);
      const entry = truth[place];
      if (!entry || truth.length < place + later) return truth;
      const again = told(() => copy(entry, cast));
      return renumber(truth.toSpliced(place + later, 0, again));
    };
  };
}

export const exchanged = (one: Entry, other: Entry): [Entry, Entry] => [other, one];
export const realHash = (entry: Entry) => toBase64Url(boxHash(entry));
export const flip = (entry: Entry): Entry => ({ ...entry, slot: otherSlot(entry.slot) });
export const deviceOf = ({ server }: Cast, { cid }: Entry) =>
  server.authors.get(cid)?.split('.')[0];
export const bytes = (count: number) => randomBytes(count).toString('base64url');

export function withoutBox(entry: Entry, hash: string): Entry {
  const { box: _, ...rest } = entry;
  return { ...rest, hash };
}

export function withBox(entry: Entry, box = ''): Entry {
  const { hash: _, ...rest } = entry;
  return { ...rest, box };
}

type Send = Extract<ClientFrame, { type: 'send' }>;

/** With two messages that a device sealed one after the other and sent so, until that has come off. */
export function twoInARow(taken: (one: Send, next: Send) => readonly Send[]) {
  return ({ server, session: { sid, keys } }: Cast) => {
    const held = new Map<Wire, Send>();
    /** What comes again is not held: its sender waits for it. */
    const known = new Set<string>();
    let tried: { one: Send; next: Send } | null = null;
    const place = (send: Send | undefined) => server.log.findIndex(({ cid }) => cid === send?.cid);
    /** The store may not have taken it, and both have been sent again. */
    const hasComeOff = () => {
      const [one, next] = [place(tried?.one), place(tried?.next)];
      return next >= 0 && (one < 0 || one > next);
    };
    return (wire: Wire, frame: ClientFrame): readonly ClientFrame[] => {
      const one = held.get(wire);
      held.delete(wire);
      const isFirst = frame.type === 'send' && !known.has(frame.cid) && place(frame) < 0;
      if (!isFirst || wire.refused || hasComeOff()) return one ? [one, frame] : [frame];
      known.add(frame.cid);
      const { slot } = wire;
      const entry = { ...frame, seq: 1, sum: '', at: 0, slot };
      if (one && openEntry(keys, sid, entry)?.prev === one.cid) {
        tried = { one, next: frame };
        return taken(one, frame);
      }
      held.set(wire, frame);
      return one ? [one] : [];
    };
  };
}

/** An entry of a chat that other people have. */
export function foreign(slot: Slot): Entry {
  const { a } = createSessions();
  return createHonestLog(a).say(slot, 'from elsewhere');
}

export function oneBitFlipped(entry: Entry, random: Random): Entry {
  const box = Buffer.from(entry.box ?? '', 'base64url');
  const at = random.between(0, box.length - 1);
  box[at] = (box[at] ?? 0) ^ (1 << random.between(0, 7));
  return { ...entry, box: box.toString('base64url') };
}
