/**
 * What came over each connection: entries without a gap from where it asked (I4), a head that
 * holds all that was echoed before (I7), a reset only where something was lost.
 */
import { name, type Standing } from './check-standing.ts';
import type { Report } from './findings.ts';
import type { History, HistoryEvent, SeenEntry } from './history.ts';

/** One connection, as far as the recording has come. */
interface Wire {
  title: string;
  device: string;
  /** The seq it asked after, and the highest that anyone had got before. */
  after: number;
  echoedBefore: number;
  isWelcome: boolean;
  /** Where it begins, and the last entry that came in its turn. */
  base: number;
  last: number;
  /** How often each cid was written here, how often it came, and as what seq. */
  written: Map<string, number>;
  came: Map<string, { seq: number; times: number }>;
}

type On<Type extends HistoryEvent['type']> = Extract<HistoryEvent, { type: Type }>;

/** Returns up to which seq each device was given all entries. */
export function checkConnections(
  history: History,
  standing: Standing,
  report: Report,
): ReadonlyMap<string, number> {
  const wires = new Map<number, Wire>();
  const reach = new Map<string, number>();
  let echoed = 0;
  const wireOf = ({ connection, device }: { connection: number; device: string }) => {
    const wire = wires.get(connection) ?? newWire(connection, device);
    wires.set(connection, wire);
    return wire;
  };
  for (const event of history.events) {
    if (event.type === 'asked') {
      const wire = wireOf(event);
      Object.assign(wire, { after: event.after, echoedBefore: echoed });
      const given = reach.get(wire.device) ?? event.after;
      if (event.after > given) {
        report(
          'I4',
          wire.title,
          `${wire.title} asked after seq ${event.after}, though it was given all only up to seq ${given}`,
        );
      }
    } else if (event.type === 'welcomed') {
      const wire = wireOf(event);
      const given = reach.get(wire.device) ?? 0;
      welcome(wire, event, { history, given, report });
      reach.set(wire.device, Math.max(wire.last, given));
    } else if (event.type === 'wrote') {
      const { written } = wireOf(event);
      written.set(event.cid, (written.get(event.cid) ?? 0) + 1);
    } else if (event.type === 'got') {
      const wire = wireOf(event);
      take(wire, event.entry, report);
      reach.set(wire.device, Math.max(wire.last, reach.get(wire.device) ?? 0));
      // What a store has lost need not be told any more.
      if (!history.mayLose || standing.holds(event.entry)) {
        echoed = Math.max(echoed, event.entry.seq);
      }
    }
  }
  return reach;
}

function newWire(connection: number, device: string): Wire {
  return {
    title: `connection ${connection} of ${device}`,
    device,
    after: 0,
    echoedBefore: 0,
    isWelcome: false,
    base: 0,
    last: 0,
    written: new Map(),
    came: new Map(),
  };
}

/** `given`: up to which seq the device had been given all entries. */
function welcome(
  wire: Wire,
  { head, reset }: On<'welcomed'>,
  { history, given, report }: { history: History; given: number; report: Report },
): void {
  const { log, mayLose } = history;
  const { title, after, echoedBefore } = wire;
  const say = (what: string) => report('I7', title, `${title} was welcomed ${what}`);
  wire.isWelcome = true;
  wire.base = wire.last = reset ? 0 : after;
  if (head < echoedBefore) {
    say(`with head ${head}, though seq ${echoedBefore} was echoed before it asked`);
  }
  if (!reset && head < after) say(`with head ${head}, though it asked after seq ${after}`);
  if (!mayLose && log && head > log.length) {
    say(`with head ${head}, though the log ends at ${log.length}`);
  }
  // A position that it was never given may be made up: it is right to know nothing of it.
  if (reset && (after === 0 || (!mayLose && after <= given))) {
    say(`with a reset, though what it asked after (seq ${after}) was not lost`);
  }
}

/**
 * An entry in its turn is the next one. Any other is an answer to a repeated cid (rule LG2): it
 * was written on this connection, and comes at most once for each time that it was.
 */
function take(wire: Wire, entry: SeenEntry, report: Report): void {
  const { title, base, last, written, came } = wire;
  const { seq, cid } = entry;
  if (!wire.isWelcome) report('I7', title, `${title} got ${name(entry)} before its welcome`);
  const before = came.get(cid);
  if (before && before.seq !== seq) {
    report('I2', cid, `${title} got cid ${cid} as seq ${before.seq} and as seq ${seq}`);
  }
  const times = (before?.times ?? 0) + 1;
  came.set(cid, { seq, times });
  if (seq === last + 1) {
    wire.last = seq;
    return;
  }
  const answers = written.get(cid) ?? 0;
  const inTurn = seq > base && seq <= last ? 1 : 0;
  if (times <= answers + inTurn) return;
  report('I4', title, `${title} got ${name(entry)} where seq ${last + 1} should come`);
  // Told once; what follows is judged from here.
  wire.last = Math.max(last, seq);
}
