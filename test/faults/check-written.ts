/**
 * I3: nothing that nobody sent. Every entry, in the log and on any wire, was written before, by a
 * device of its slot, with that cid and that box, taking back what it says it takes back.
 */
import type { Report } from './findings.ts';
import { hashOf, name } from './check-standing.ts';
import type { History, SeenEntry } from './history.ts';
import type { Slot } from '../../server/protocol/frames.ts';

/** What a slot wrote under one cid. */
interface Written {
  /** Each box, with what it takes back. */
  boxes: Set<string>;
  /** The boxes of sends: only they can be unsent. */
  sent: string[];
  /** Of the boxes of sends; made when first asked for. */
  hashes: Set<string> | null;
}

export function checkWritten({ events, log }: History, report: Report): void {
  const written = new Map<string, Written>();
  const unsent = new Set<string>();
  const judge = (entry: SeenEntry, where: string) => {
    const problem = problemWith(entry, written.get(keyOf(entry)), unsent);
    if (problem) report('I3', name(entry), `${name(entry)}, ${where}, ${problem}`);
  };
  // Both grow with the recording, so an entry is held against what was written before it came.
  for (const event of events) {
    if (event.type === 'wrote') {
      note(written, event);
      for (const cid of event.of ?? []) unsent.add(keyOf({ slot: event.slot, cid }));
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

function note(written: Map<string, Written>, { slot, cid, box, of }: Writing): void {
  const key = keyOf({ slot, cid });
  const known = written.get(key) ?? { boxes: new Set(), sent: [], hashes: null };
  written.set(key, known);
  if (known.boxes.has(boxKey(box, of))) return;
  known.boxes.add(boxKey(box, of));
  if (of) return;
  known.sent.push(box);
  known.hashes?.add(hashOf(box));
}

function problemWith(
  entry: SeenEntry,
  written: Written | undefined,
  unsent: ReadonlySet<string>,
): string | null {
  const { box, hash, unsends, slot } = entry;
  if ((box === undefined) === (hash === undefined)) return 'has not exactly one of box and hash';
  if (!written) return `was not written by any device of slot ${slot}`;
  if (box !== undefined) {
    if (written.boxes.has(boxKey(box, unsends))) return null;
    return unsends ? 'unsends what was not written so' : 'has a box that was not written for it';
  }
  if (unsends) return 'unsends, and was unsent itself';
  if (!unsent.has(keyOf(entry))) return 'was unsent by nobody';
  written.hashes ??= new Set(written.sent.map(hashOf));
  return written.hashes.has(hash ?? '') ? null : 'has the hash of no box that was written for it';
}
