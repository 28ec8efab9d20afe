/**
 * A store that may lose its tail (a failover): every loss is noticed by who had seen what is lost,
 * nobody is led from one log into another unawares, and what online devices hold is restored.
 * Only for histories with `mayLose`.
 */
import { name, type Standing } from './check-standing.ts';
import type { Report } from './findings.ts';
import { isFinal } from './check-order.ts';
import type { History, HistoryEvent, SeenEntry } from './history.ts';

export function checkLoss(history: History, standing: Standing, report: Report): void {
  const taken = readTaken(history.events);
  checkOneWay(history, taken, report);
  if (!history.log) return;
  const vanished = readVanished(taken, standing);
  const welcomes = readWelcomes(history.events);
  checkNoticed(history, vanished, welcomes, report);
  checkRestored(history, standing, vanished, welcomes, report);
}

const mark = ({ seq, sum }: SeenEntry) => `${seq} ${sum}`;

/** An entry that came in its turn, and the one its device holds before it, if that is known. */
interface Taken {
  entry: SeenEntry;
  device: string;
  at: number;
  previous: string | undefined;
}

/** Answers to repeats are left out: a client need not take them (rule LG2). */
function readTaken(events: readonly HistoryEvent[]): Taken[] {
  const taken: Taken[] = [];
  /** What each device holds, by seq, and where each connection stands in it. */
  const held = new Map<string, string[]>();
  const places = new Map<number, { seq: number; previous: string | undefined }>();
  for (const [at, event] of events.entries()) {
    if (event.type === 'asked') {
      const previous = event.after === 0 ? '' : held.get(event.device)?.[event.after];
      places.set(event.connection, { seq: event.after, previous });
    } else if (event.type === 'welcomed' && event.reset) {
      places.set(event.connection, { seq: 0, previous: '' });
      held.set(event.device, []);
    } else if (event.type === 'got') {
      const { entry, device, connection } = event;
      const place = places.get(connection);
      if (place?.seq !== entry.seq - 1) continue;
      taken.push({ entry, device, at, previous: place.previous });
      places.set(connection, { seq: entry.seq, previous: mark(entry) });
      const own = held.get(device) ?? [];
      own[entry.seq] = mark(entry);
      held.set(device, own);
    }
  }
  return taken;
}

/** An entry has one entry before it, for everyone: another means a change of logs unawares. */
function checkOneWay({ log }: History, taken: readonly Taken[], report: Report): void {
  const before = new Map<string, string>();
  let last = '';
  for (const entry of log ?? []) {
    before.set(mark(entry), last);
    last = mark(entry);
  }
  for (const { entry, device, previous } of taken) {
    if (previous === undefined) continue;
    const known = before.get(mark(entry)) ?? previous;
    before.set(mark(entry), known);
    if (known === previous) continue;
    const [here, there] = [previous, known].map((one) => (one === '' ? 'nothing' : `seq ${one}`));
    report(
      'I4',
      name(entry),
      `${name(entry)} follows ${here} for ${device}, and ${there} for others`,
    );
  }
}

/** An entry that somebody took and that is not in the log, and who took it, and when. */
interface Vanished {
  entry: SeenEntry;
  holders: Map<string, number>;
}

function readVanished(taken: readonly Taken[], standing: Standing): Vanished[] {
  const vanished = new Map<string, Vanished>();
  for (const { entry, device, at } of taken) {
    if (standing.holds(entry)) continue;
    const known = vanished.get(mark(entry)) ?? { entry, holders: new Map() };
    vanished.set(mark(entry), known);
    known.holders.set(device, at);
  }
  return [...vanished.values()];
}

interface Welcomes {
  resets: number[];
  /** What the reset at that time was asked after. */
  positions: Map<number, number>;
  /** Without a reset: when it was asked for. */
  asked: number[];
}

const newWelcomes = (): Welcomes => ({ resets: [], positions: new Map(), asked: [] });

/** By device, in the order of time. */
function readWelcomes(events: readonly HistoryEvent[]): Map<string, Welcomes> {
  const asked = new Map<number, { at: number; after: number }>();
  const welcomes = new Map<string, Welcomes>();
  for (const [at, event] of events.entries()) {
    if (event.type === 'asked') asked.set(event.connection, { at, after: event.after });
    if (event.type !== 'welcomed') continue;
    const own: Welcomes = welcomes.get(event.device) ?? newWelcomes();
    welcomes.set(event.device, own);
    const question = asked.get(event.connection) ?? { at, after: 0 };
    if (event.reset) {
      own.resets.push(at);
      own.positions.set(at, question.after);
    } else {
      own.asked.push(question.at);
    }
  }
  return welcomes;
}

/** The first of `times`, which ascend, that is later than `at`. */
function firstAfter(times: readonly number[] = [], at: number): number | undefined {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return times[low];
}

/**
 * Who had got what vanished is told so at the next welcome after the loss. The loss is known to
 * have happened once a holder who stood at it was told, or once what stands in its place was got:
 * a welcome before that may have been from the log as it was.
 */
function checkNoticed(
  { events }: History,
  vanished: readonly Vanished[],
  welcomes: ReadonlyMap<string, Welcomes>,
  report: Report,
): void {
  const replacedAt = firstGot(events, vanished);
  for (const { entry, holders } of vanished) {
    const told = (device: string, at: number) => firstAfter(welcomes.get(device)?.resets, at);
    const tolds = [...holders].flatMap(([device, at]) => {
      const toldAt = told(device, at) ?? Infinity;
      return welcomes.get(device)?.positions.get(toldAt) === entry.seq ? toldAt : [];
    });
    const lostAt = Math.min(replacedAt.get(entry.seq) ?? Infinity, ...tolds);
    for (const [device, at] of holders) {
      if (told(device, at) !== undefined) continue;
      const unaware = firstAfter(welcomes.get(device)?.asked, Math.max(lostAt, at));
      if (unaware === undefined) continue;
      report(
        'I1',
        `${device} ${name(entry)}`,
        `${name(entry)}, got by ${device}, vanished, and ${device} was welcomed again without a reset`,
      );
    }
  }
}

/** When the entry that now stands at the seq of a vanished one was first got by anyone. */
function firstGot(events: readonly HistoryEvent[], vanished: readonly Vanished[]) {
  const gone = new Set(vanished.map(({ entry }) => mark(entry)));
  const first = new Map<number, number>();
  for (const [at, event] of events.entries()) {
    if (event.type !== 'got' || gone.has(mark(event.entry))) continue;
    if (!first.has(event.entry.seq)) first.set(event.entry.seq, at);
  }
  return first;
}

/** What a device still open at the end had got of its own participant's messages is back. */
function checkRestored(
  { events, screens }: History,
  standing: Standing,
  vanished: readonly Vanished[],
  welcomes: ReadonlyMap<string, Welcomes>,
  report: Report,
): void {
  const slots = new Map<string, string>();
  const said = new Set<string>();
  const refused = new Set<string>();
  for (const event of events) {
    if ('slot' in event) slots.set(event.device, event.slot);
    if (event.type === 'said') said.add(event.cid);
    if (event.type === 'nacked' && isFinal(event.error)) refused.add(event.cid);
  }
  for (const { entry, holders } of vanished) {
    const { cid, slot, unsends } = entry;
    if (unsends || !said.has(cid) || refused.has(cid) || standing.seqOf(cid) !== undefined)
      continue;
    for (const [device, at] of holders) {
      if (!screens.has(device) || slots.get(device) !== slot) continue;
      if (firstAfter(welcomes.get(device)?.resets, at) === undefined) continue;
      report(
        'I1',
        cid,
        `cid ${cid} (once seq ${entry.seq}) vanished and was not restored, though ${device} held it`,
      );
    }
  }
}
