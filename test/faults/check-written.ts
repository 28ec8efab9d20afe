/**
 * I3: nothing that nobody sent. Every entry, in the log and on any wire, was written before, by a
 * device of its slot, with that cid and that box, taking back what it says it takes back.
 */
import type { Report } from './check.ts';
import { hashOf, name } from './check-standing.ts';
import type { History, SeenEntry } from './history.ts';
import type { Slot } from '../../server/protocol/frames.ts';

/** What a slot wrote under one cid, with the place in the recording where it first did so. */
interface Written {
  /** By box and what it takes back. */
  boxes: Map<string, number>;
  /** By hash of the box; made when first asked for. */
  hashes: Map<string, number> | null;
  /** The boxes of sends, in the order of `boxes`: only they can be unsent. */
  sent: { box: string; at: number }[];
}

export function checkWritten({ events, log }: History, report: Report): void {
  const written = new Map<string, Written>();
  const unsent = new Map<string, number>();
  const judge = (entry: SeenEntry, where: string) => {
    const problem =
      problemWith(entry, written.get(keyOf(entry))) ??
      (entry.hash !== undefined && !unsent.has(keyOf(entry)) ? 'was unsent by nobody' : null);
    if (problem) report('I3', name(entry), `${name(entry)}, ${where}, ${problem}`);
  };
  // The maps grow with the recording, so an entry is held against what was written before it.
  for (const [at, event] of events.entries()) {
    if (event.type === 'wrote') {
      note(written, event, at);
      for (const cid of event.of ?? []) unsent.set(keyOf({ slot: event.slot, cid }), at);
    } else if (event.type === 'got') {
      judge(event.entry, `got by ${event.device}`);
    }
  }
  for (const entry of log ?? []) judge(entry, 'in the log');
}

const keyOf = ({ slot, cid }: { slot: Slot; cid: string }) => `${slot} ${cid}`;
const boxKey = (box: string, of?: readonly string[]) => (of ? `${box} ${of.join()}` : box);

interface Writing {
  slot: Slot;
  cid: string;
  box: string;
  of?: readonly string[];
}

function note(written: Map<string, Written>, { slot, cid, box, of }: Writing, at: number): void {
  const key = keyOf({ slot, cid });
  const known = written.get(key) ?? { boxes: new Map(), hashes: null, sent: [] };
  written.set(key, known);
  if (known.boxes.has(boxKey(box, of))) return;
  known.boxes.set(boxKey(box, of), at);
  if (of) return;
  known.sent.push({ box, at });
  known.hashes?.set(hashOf(box), at);
}

function problemWith(entry: SeenEntry, written: Written | undefined): string | null {
  const { box, hash, unsends, slot } = entry;
  if ((box === undefined) === (hash === undefined)) return 'has not exactly one of box and hash';
  if (!written) return `was not written by any device of slot ${slot}`;
  if (box !== undefined) {
    if (written.boxes.has(boxKey(box, unsends))) return null;
    return unsends ? 'unsends what was not written so' : 'has a box that was not written for it';
  }
  if (unsends) return 'unsends, and was unsent itself';
  written.hashes ??= new Map(written.sent.map(({ box, at }) => [hashOf(box), at]));
  return written.hashes.has(hash ?? '') ? null : 'has the hash of no box that was written for it';
}
