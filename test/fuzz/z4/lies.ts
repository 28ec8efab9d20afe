/**
 * Every lie that is tried. Not among them, since nobody can know: a tail that is withheld, and what
 * is the server's word in any case (times, receipts, who is here, that the chat is over). A loss
 * that all are told alike is none: it is said, and healed, as any loss is (RS4). The same entry
 * again, byte by byte, says nothing (LG2). Long because it is the list.
 */
import { newCid } from '../../../server/protocol/envelope/entry-box.ts';
import type { Entry } from '../../../server/protocol/frames.ts';
import { newSum } from '../../web/core/support/session.ts';
import {
  altered,
  any,
  bytes,
  choose,
  deviceOf,
  exchanged,
  flip,
  foreign,
  hasBox,
  isPlain,
  oneBitFlipped,
  pairAltered,
  realHash,
  renumbered,
  replayed,
  twoInARow,
  withBox,
  without,
  withoutBox,
  type Cast,
  type Lie,
} from './lie.ts';

/** What was refused though it is stored. */
const refusedFor = new WeakMap<Cast, string>();

export const LIES: readonly Lie[] = [
  {
    name: 'an entry is left out, the rest closes up',
    known: 'by a later entry',
    how: ['live', 'history'],
    view(cast) {
      const chosen = choose(cast, any);
      return (truth) => renumbered(without(truth, chosen(truth)));
    },
  },
  {
    name: 'an entry is left out, a gap stays',
    known: 'by a later entry',
    how: ['live', 'history'],
    view(cast) {
      const chosen = choose(cast, any);
      return (truth) => without(truth, chosen(truth));
    },
  },
  {
    name: 'an entry comes again at its own seq, with another sum',
    known: 'at once',
    how: ['live', 'history'],
    view: replayed(
      any,
      (entry) => ({ ...entry, sum: newSum() }),
      (log) => log,
    ),
  },
  {
    name: 'an entry comes again at a new seq',
    known: 'at once',
    how: ['live', 'history'],
    view: replayed(any, (entry) => ({ ...entry, sum: newSum() })),
  },
  {
    name: 'an entry comes again under a new cid',
    known: 'at once',
    how: ['live', 'history'],
    view: replayed(any, (entry, { server }) => ({
      ...withBox(entry, server.boxes.get(entry.cid)),
      ...{ cid: newCid(), sum: newSum() },
    })),
  },
  {
    name: 'two neighbours change places',
    known: 'by a later entry',
    how: ['live', 'history'],
    view: pairAltered(exchanged),
  },
  {
    name: 'two distant entries change places',
    known: 'by a later entry',
    how: ['live', 'history'],
    view: pairAltered(exchanged, { reach: (random) => random.between(2, 6) }),
  },
  {
    name: 'entries of two devices of one participant change places',
    known: 'by a later entry',
    how: ['live', 'history'],
    view: pairAltered(exchanged, {
      fitsTo: (one, other, cast) =>
        one.slot === other.slot && deviceOf(cast, one) !== deviceOf(cast, other),
    }),
  },
  {
    name: 'an entry is told as the other participant’s',
    known: 'at once',
    how: ['live', 'history'],
    view: altered(hasBox, flip),
  },
  {
    name: 'two entries exchange their authors',
    known: 'at once',
    how: ['live', 'history'],
    view: pairAltered((one, other) => [flip(one), flip(other)], {
      fits: hasBox,
      fitsTo: (one, other) => one.slot !== other.slot,
    }),
  },
  {
    name: 'two entries exchange their cids',
    known: 'at once',
    how: ['live', 'history'],
    view: pairAltered(
      (one, other) => [
        { ...one, cid: other.cid },
        { ...other, cid: one.cid },
      ],
      { fits: hasBox },
    ),
  },
  {
    name: 'two entries exchange their boxes',
    known: 'at once',
    how: ['live', 'history'],
    view: pairAltered(
      // as: both were chosen for having one
      (one, other) => [
        { ...one, box: other.box as string },
        { ...other, box: one.box as string },
      ],
      { fits: hasBox },
    ),
  },
  {
    name: 'one bit of a box is another',
    known: 'at once',
    how: ['live', 'history'],
    view: altered(hasBox, (entry, { random }) => oneBitFlipped(entry, random)),
  },
  {
    name: 'a box is one of another session',
    known: 'at once',
    how: ['live', 'history'],
    view: altered(hasBox, (entry) => ({ ...entry, box: foreign(entry.slot).box ?? '' })),
  },
  {
    name: 'an entry of another session stands among the others',
    known: 'at once',
    how: ['live', 'history'],
    view: replayed(any, (entry) => foreign(entry.slot)),
  },
  {
    name: 'an entry is echoed that its sender never made',
    known: 'at once',
    how: ['live', 'history'],
    view: replayed(any, ({ seq, at }, { slot }) => ({
      ...{ seq, sum: newSum(), slot, cid: newCid(), at, box: bytes(296) },
    })),
  },
  {
    name: 'the two participants are shown two logs',
    known: 'by a later entry',
    how: ['live'],
    whom: 'both',
    view: (cast) => (truth, wire) => {
      const isShown = ({ slot }: Entry, i: number) =>
        i < cast.from || i >= (cast.rejoinAt ?? Infinity) || slot === wire.slot;
      return renumbered(truth.filter(isShown));
    },
  },
  {
    name: 'two devices of one participant are shown two logs',
    known: 'by a later entry',
    how: ['live'],
    whom: 'participant',
    view: (cast) => (truth, wire) => {
      const [device] = wire.page.split('.');
      const isShown = (entry: Entry, i: number) =>
        i < cast.from ||
        i >= (cast.rejoinAt ?? Infinity) ||
        entry.slot !== wire.slot ||
        deviceOf(cast, entry) === device;
      return renumbered(truth.filter(isShown));
    },
  },
  {
    name: 'a loss is hidden: the log goes on from the old one',
    known: 'by a later entry',
    how: ['reconnect'],
    whom: 'participant',
    view({ server, random, slot }) {
      const old = server.log;
      // Something of those it is hidden from, or the others would put all of it back as it was.
      const own = old.findLastIndex((entry) => entry.slot === slot);
      const lost = Math.min(old.length, old.length - own + random.between(0, 2));
      const isCunning = random() < 0.5;
      server.loseTail(lost);
      const isNews = ({ cid }: Entry) => !old.some((known) => known.cid === cid);
      return (truth) =>
        isCunning
          ? renumbered([...old, ...truth.slice(old.length - lost).filter(isNews)])
          : [...old, ...truth.slice(old.length)];
    },
  },
  {
    name: 'a loss is made up to leave out an entry',
    known: 'by a later entry',
    how: ['reconnect'],
    view(cast) {
      const chosen = choose(cast, any);
      return (truth) => renumbered(without(truth, chosen(truth)));
    },
  },
  {
    name: 'an unsend is told to be of another entry',
    known: 'at once',
    how: ['live', 'history'],
    view: altered(
      ({ unsends, box }) => unsends !== undefined && box !== undefined,
      (entry, { random, server }) => ({
        ...entry,
        unsends: [random.oneOf(server.log.filter(({ cid }) => !entry.unsends?.includes(cid))).cid],
      }),
    ),
  },
  {
    name: 'an unsend is told to be of nothing',
    known: 'at once',
    how: ['live', 'history'],
    view: altered(
      ({ unsends }) => unsends !== undefined,
      (entry) => {
        const { unsends: _, ...rest } = entry;
        return rest;
      },
    ),
  },
  {
    name: 'a message is told to be an unsend',
    known: 'at once',
    how: ['live', 'history'],
    view: altered(isPlain, (entry, { random, server }) => ({
      ...entry,
      unsends: [random.oneOf(server.log).cid],
    })),
  },
  {
    name: 'an entry is told as unsent that nobody unsent',
    known: 'after ten seconds',
    how: ['live', 'history'],
    without: ['unsend'],
    view: altered(isPlain, (entry) => withoutBox(entry, realHash(entry))),
  },
  {
    name: 'an unsend is withheld, and what it took back is shown',
    known: 'by a later entry',
    how: ['live', 'history'],
    view(cast) {
      const chosen = choose(cast, ({ unsends }) => unsends !== undefined);
      return (truth) => {
        const place = chosen(truth);
        const of = truth[place]?.unsends ?? [];
        const shown = truth.map((entry) => {
          return of.includes(entry.cid) ? withBox(entry, cast.server.boxes.get(entry.cid)) : entry;
        });
        return renumbered(without(shown, place));
      };
    },
  },
  {
    name: 'an unsent entry has the hash of something else',
    known: 'by a later entry',
    how: ['history'],
    view: altered(
      ({ box }) => box === undefined,
      (entry) => withoutBox(entry, bytes(32)),
    ),
  },
  {
    name: 'an entry is refused for good, stored, and shown to all but its sender',
    known: 'by a later entry',
    how: ['live'],
    view(cast) {
      const { server, random, isVictim } = cast;
      const authorOf = ({ cid }: Entry) => server.authors.get(cid) ?? '';
      const chosen = choose(cast, (entry) => isVictim(authorOf(entry)));
      const error = random.oneOf(['session_full', 'gone', 'store_unavailable'] as const);
      let isRefused = false;
      return (truth, wire) => {
        const place = chosen(truth);
        const entry = truth[place];
        if (entry && !isRefused && authorOf(entry) === wire.page) {
          isRefused = true;
          refusedFor.set(cast, entry.cid);
          wire.toClient.push({ type: 'nack', cid: entry.cid, error });
        }
        return renumbered(without(truth, place));
      };
    },
    // It goes on taking what comes: a server that takes nothing more tells no lie.
    takes: (cast) => (wire, frame) => {
      if (wire.refused?.cid === refusedFor.get(cast)) wire.refused = null;
      return [frame];
    },
  },
  {
    name: 'a repeat is answered with other bytes',
    known: 'at once',
    how: ['live'],
    view: () => (truth) => truth,
    tempt({ outcomes, wires }) {
      for (const _ of wires) outcomes.push('unavailable-but-stored');
    },
    says({ random }) {
      return (wire, frame) => {
        if (frame.type !== 'entry' || frame.seq > (wire.seen?.seq ?? 0)) return frame;
        const { type, ...entry } = frame;
        const answers: Entry[] = [
          { ...entry, sum: newSum() },
          { ...entry, at: entry.at + 1 },
          { ...entry, cid: newCid() },
          withoutBox(entry, bytes(32)),
          entry.box === undefined ? withoutBox(entry, bytes(32)) : oneBitFlipped(entry, random),
        ];
        return { type, ...random.oneOf(answers) };
      };
    },
  },
  {
    name: 'two entries of one device are stored in the other order',
    known: 'at once',
    how: ['live'],
    whom: 'both',
    view: () => (truth) => truth,
    takes: twoInARow((one, next) => [next, one]),
  },
  {
    name: 'an entry is not stored, and what its device sent next is',
    known: 'at once',
    how: ['live'],
    whom: 'both',
    view: () => (truth) => truth,
    takes: twoInARow((_one, next) => [next]),
  },
];
