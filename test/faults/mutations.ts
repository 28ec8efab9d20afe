/**
 * Single faults put into an honest history, each surely wrong, with the rules that may tell so.
 * A mutation that finds no place for its fault returns null. Long because it is one table.
 */
import type { History, HistoryEvent, SeenEntry, Violation } from './history.ts';
import type { Random } from './world/random.ts';

type Rule = Violation['rule'];
type Got = Extract<HistoryEvent, { type: 'got' }>;
type Said = Extract<HistoryEvent, { type: 'said' }>;
type Welcomed = Extract<HistoryEvent, { type: 'welcomed' }>;

export interface Mutation {
  name: string;
  rules: readonly Rule[];
  /** Of histories that may lose their tail; else of those that may not. */
  mayLose?: true;
  apply: (history: History, random: Random) => History | null;
}

const FOREIGN = 'AAAAAAAAAAAAAAAAAAAAAA';

interface Placed<E> {
  event: E;
  at: number;
}

function placed<T extends HistoryEvent['type']>({ events }: History, type: T) {
  return [...events.entries()].flatMap(([at, event]) =>
    // as: an event of that type, which the compiler does not see through the parameter
    event.type === type ? [{ event: event as Extract<HistoryEvent, { type: T }>, at }] : [],
  );
}

/** The same history with other events at one place. */
function withEvents(history: History, at: number, count: number, ...events: HistoryEvent[]) {
  return { ...history, events: history.events.toSpliced(at, count, ...events) };
}

function withLog(history: History, log: readonly SeenEntry[]): History {
  return { ...history, log };
}

const oneOf = <T>(list: readonly T[], random: Random): T | null =>
  list.length === 0 ? null : random.oneOf(list);

const flipped = (box: string) => `${box.startsWith('A') ? 'B' : 'A'}${box.slice(1)}`;

const gotCids = (history: History) =>
  new Set(placed(history, 'got').map(({ event }) => event.entry.cid));

/** An entry of the log that somebody got, by its place. */
function echoedPlace(history: History, random: Random): number | null {
  const cids = gotCids(history);
  return oneOf(
    [...(history.log ?? []).keys()].filter((i) => cids.has(history.log?.[i]?.cid ?? '')),
    random,
  );
}

function changeGot(change: (entry: SeenEntry) => SeenEntry | null): Mutation['apply'] {
  return (history, random) => {
    const found = oneOf(
      placed(history, 'got').filter(({ event }) => change(event.entry)),
      random,
    );
    const entry = found && change(found.event.entry);
    return entry && withEvents(history, found.at, 1, { ...found.event, entry });
  };
}

function changeScreen(
  change: (screen: string[], history: History, random: Random) => string[] | null,
): Mutation['apply'] {
  return (history, random) => {
    const chosen = oneOf([...history.screens], random);
    const screen = chosen && change([...chosen[1]], history, random);
    return screen && { ...history, screens: new Map([...history.screens, [chosen[0], screen]]) };
  };
}

/** Gots in their turn whose connection never wrote the cid, so no answer to a repeat. */
function plainGots(history: History): Placed<Got>[] {
  const wrote = new Set(
    placed(history, 'wrote').map(({ event }) => `${event.connection} ${event.cid}`),
  );
  return placed(history, 'got').filter(
    ({ event }) => !wrote.has(`${event.connection} ${event.entry.cid}`),
  );
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'an echoed entry is not in the log',
    rules: ['I1'],
    apply(history, random) {
      const place = echoedPlace(history, random);
      if (place === null || !history.log) return null;
      const log = history.log.toSpliced(place, 1);
      return withLog(
        history,
        log.map((entry, i) => ({ ...entry, seq: i + 1 })),
      );
    },
  },
  {
    name: 'the log has a gap',
    rules: ['I4'],
    apply(history, random) {
      if (!history.log || history.log.length < 2) return null;
      return withLog(history, history.log.toSpliced(random.between(0, history.log.length - 2), 1));
    },
  },
  {
    name: 'two entries of the log change places',
    rules: ['I1'],
    apply(history, random) {
      const place = echoedPlace(history, random);
      const [one, two] = place === null ? [] : (history.log ?? []).slice(place, place + 2);
      if (place === null || !history.log || !one || !two) return null;
      const log = history.log.toSpliced(
        place,
        2,
        { ...two, seq: one.seq },
        { ...one, seq: two.seq },
      );
      return withLog(history, log);
    },
  },
  {
    name: 'a cid twice in the log',
    rules: ['I2'],
    apply(history, random) {
      const { log } = history;
      const entry = oneOf(log ?? [], random);
      return (
        entry && log && withLog(history, [...log, { ...entry, seq: log.length + 1, sum: 'other' }])
      );
    },
  },
  {
    name: 'an entry that nobody wrote',
    rules: ['I3'],
    apply({ log, ...rest }, random) {
      if (!log) return null;
      const slot = random.oneOf(['a', 'b'] as const);
      const entry = { seq: log.length + 1, sum: 'other', slot, cid: FOREIGN, box: FOREIGN };
      return { ...rest, log: [...log, entry] };
    },
  },
  {
    name: 'a byte of a box that was got',
    rules: ['I3'],
    apply: changeGot(({ box, ...entry }) =>
      box === undefined ? null : { ...entry, box: flipped(box) },
    ),
  },
  {
    name: 'a byte of a hash that was got',
    rules: ['I3'],
    apply: changeGot(({ hash, ...entry }) =>
      hash === undefined ? null : { ...entry, hash: flipped(hash) },
    ),
  },
  {
    name: 'a byte of a box in the log',
    rules: ['I3'],
    apply(history, random) {
      const entry = oneOf(
        (history.log ?? []).filter(({ box }) => box !== undefined),
        random,
      );
      if (!entry || !history.log) return null;
      const changed = { ...entry, box: flipped(entry.box ?? '') };
      return withLog(history, history.log.toSpliced(entry.seq - 1, 1, changed));
    },
  },
  {
    name: 'the other slot',
    rules: ['I3'],
    apply: changeGot((entry) => ({ ...entry, slot: entry.slot === 'a' ? 'b' : 'a' })),
  },
  {
    name: 'another sum',
    rules: ['I1', 'I4'],
    apply(history, random) {
      // Where there is no log, somebody else must have got it as well.
      const twice = placed(history, 'got').filter(
        ({ event }, _, all) =>
          history.log || all.filter((one) => one.event.entry.seq === event.entry.seq).length > 1,
      );
      const found = oneOf(twice, random);
      if (!found) return null;
      const entry = { ...found.event.entry, sum: 'other' };
      return withEvents(history, found.at, 1, { ...found.event, entry });
    },
  },
  {
    name: 'a cid of elsewhere',
    rules: ['I3'],
    apply: changeGot((entry) => ({ ...entry, cid: FOREIGN })),
  },
  {
    name: 'another message taken back',
    rules: ['I3'],
    apply: changeGot((entry) => (entry.unsends ? { ...entry, unsends: [FOREIGN] } : null)),
  },
  {
    name: 'a gap on a connection',
    rules: ['I4'],
    apply(history, random) {
      const plain = new Set(plainGots(history).map(({ at }) => at));
      const lastOn = new Map<number, Placed<Got>>();
      const followed: Placed<Got>[] = [];
      for (const got of placed(history, 'got')) {
        const last = lastOn.get(got.event.connection);
        const isNext = last && last.event.entry.seq + 1 === got.event.entry.seq;
        if (isNext && plain.has(last.at) && plain.has(got.at)) followed.push(last);
        lastOn.set(got.event.connection, got);
      }
      const found = oneOf(followed, random);
      return found && withEvents(history, found.at, 1);
    },
  },
  {
    name: 'an entry twice on a connection',
    rules: ['I4'],
    apply(history, random) {
      const found = oneOf(plainGots(history), random);
      return found && withEvents(history, found.at, 0, found.event);
    },
  },
  {
    name: 'a message twice on a screen',
    rules: ['I2'],
    apply: changeScreen((screen, _, random) => {
      const cid = oneOf(screen, random);
      return cid === null ? null : [...screen, cid];
    }),
  },
  {
    name: 'a message missing on a screen',
    rules: ['I2'],
    apply: changeScreen((screen, history, random) => {
      const removed = new Set(placed(history, 'removed').map(({ event }) => event.cid));
      const cid = oneOf(
        screen.filter((one) => !removed.has(one)),
        random,
      );
      return cid === null ? null : screen.filter((one) => one !== cid);
    }),
  },
  {
    name: 'two messages of a screen change places',
    rules: ['I2'],
    apply: changeScreen((screen, _, random) => {
      if (screen.length < 2) return null;
      const at = random.between(0, screen.length - 2);
      return screen.toSpliced(at, 2, ...screen.slice(at, at + 2).toReversed());
    }),
  },
  {
    name: 'a message on a screen that is not in the log',
    rules: ['I2'],
    apply: changeScreen((screen) => [...screen, FOREIGN]),
  },
  {
    name: 'the sayings of a device in another order',
    rules: ['I6'],
    apply(history, random) {
      const refused = new Set(placed(history, 'nacked').map(({ event }) => event.cid));
      const counted = placed(history, 'said').filter(
        ({ event }) => history.log?.some(({ cid }) => cid === event.cid) && !refused.has(event.cid),
      );
      const pairs = counted.flatMap((one) => {
        const other = counted.find(
          ({ event, at }) => at > one.at && event.device === one.event.device,
        );
        return other ? [[one, other] as const] : [];
      });
      const pair = oneOf(pairs, random);
      if (!pair) return null;
      const [one, other] = pair;
      return withEvents(withEvents(history, one.at, 1, other.event), other.at, 1, one.event);
    },
  },
  {
    name: 'said after the echo of what stands behind it',
    rules: ['I5'],
    apply(history, random) {
      const seqs = new Map((history.log ?? []).map(({ cid, seq }) => [cid, seq]));
      const gots = placed(history, 'got');
      const echoAfter = ({ event, at }: Placed<Said>) =>
        gots.find((got) => got.at > at && got.event.entry.seq > (seqs.get(event.cid) ?? Infinity));
      const found = oneOf(placed(history, 'said').filter(echoAfter), random);
      const echo = found && echoAfter(found);
      if (!echo) return null;
      return withEvents(withEvents(history, echo.at + 1, 0, found.event), found.at, 1);
    },
  },
  {
    name: 'a head that lacks what was echoed',
    rules: ['I7'],
    apply(history, random) {
      let echoed = 0;
      const echoedAt = new Map<number, number>();
      const late: Placed<Welcomed>[] = [];
      for (const [at, event] of history.events.entries()) {
        if (event.type === 'got') echoed = Math.max(echoed, event.entry.seq);
        if (event.type === 'asked') echoedAt.set(event.connection, echoed);
        if (event.type === 'welcomed' && echoedAt.get(event.connection)) late.push({ event, at });
      }
      const found = oneOf(late, random);
      if (!found) return null;
      const head = (echoedAt.get(found.event.connection) ?? 1) - 1;
      return withEvents(history, found.at, 1, { ...found.event, head });
    },
  },
  {
    name: 'a reset without a loss',
    rules: ['I7'],
    apply(history, random) {
      const found = oneOf(placed(history, 'welcomed'), random);
      return found && withEvents(history, found.at, 1, { ...found.event, reset: true });
    },
  },
  {
    name: 'a loss that is not told',
    rules: ['I4'],
    mayLose: true,
    apply(history, random) {
      // Nothing was written before the log came anew, so no part of it can pass for an answer.
      const wrote = new Map<number, number>();
      for (const { at, event } of placed(history, 'wrote').toReversed()) {
        wrote.set(event.connection, at);
      }
      const anew = placed(history, 'got').filter(
        ({ at, event }) => event.entry.seq === 1 && at < (wrote.get(event.connection) ?? Infinity),
      );
      const read = new Set(anew.map(({ event }) => event.connection));
      const resets = placed(history, 'welcomed').filter(
        ({ event }) => event.reset && read.has(event.connection),
      );
      const found = oneOf(resets, random);
      return found && withEvents(history, found.at, 1, { ...found.event, reset: false });
    },
  },
  {
    name: 'a frame after the end',
    rules: ['I9'],
    apply(history, random) {
      const found = oneOf(placed(history, 'ended'), random);
      if (!found) return null;
      const { device, connection } = found.event;
      const frame = { type: 'frame', device, connection: connection ?? 0, name: 'peer' } as const;
      return withEvents(history, found.at + 1, 0, frame);
    },
  },
  {
    name: 'a welcome after the end',
    rules: ['I9'],
    apply(history) {
      if (placed(history, 'ended').length === 0) return null;
      const here = { device: 'late', connection: 1_000_000 };
      const asked = { type: 'asked', ...here, after: 0 } as const;
      const welcomed = { type: 'welcomed', ...here, head: 1_000, reset: false } as const;
      return withEvents(history, history.events.length, 0, asked, welcomed);
    },
  },
  {
    name: 'a log after the end',
    rules: ['I9'],
    apply: (history) => (placed(history, 'ended').length > 0 ? withLog(history, []) : null),
  },
];
