/**
 * What each page was really told of the log, frame by frame, and how two such tellings compare.
 * Knows nothing of lies: it is what shows that one was told at all, and to whom.
 */
import { toBase64Url } from '../../../server/protocol/encoding.ts';
import { boxHash } from '../../../server/protocol/envelope/chain.ts';
import { openEntry } from '../../../server/protocol/envelope/entry-box.ts';
import type { EnteredSession } from '../../../web/core/entering.ts';
import type { Entry, ServerFrame } from '../../../server/protocol/frames.ts';
import type { FakeServer, Wire } from '../../web/core/support/fake-server.ts';

export interface Told {
  /** Every entry that this page was told since it was loaded, or since its log began anew. */
  by(page: string): readonly Entry[];
}

export function recordTold(server: FakeServer): Told {
  const pages = new Map<string, Entry[]>();
  const of = (page: string) => pages.get(page) ?? [];

  function read(wire: Wire, frame: ServerFrame): void {
    const told = of(wire.page);
    pages.set(wire.page, told);
    if (frame.type === 'welcome' && frame.reset) told.length = 0;
    const list = frame.type === 'entries' ? frame.list : frame.type === 'entry' ? [frame] : [];
    for (const entry of list) {
      const isAnswer =
        frame.type === 'entry' &&
        entry.slot === wire.slot &&
        entry.seq > Math.max(0, ...told.map(({ seq }) => seq)) + 1;
      // An answer before its turn says nothing (LG2), nor does what was said before.
      if (isAnswer || told.some((known) => isRepeat(known, entry))) continue;
      told.push(entry);
    }
  }

  server.onRead = read;
  return { by: of };
}

function isRepeat(one: Entry, other: Entry): boolean {
  return isSame(one, other) && one.sum === other.sum && one.at === other.at;
}

/** The same place in the chain, said in the same words; one of the two may have been unsent since. */
function isSame(one: Entry, other: Entry): boolean {
  return isSameLink(one, other) && String(one.unsends) === String(other.unsends);
}

function isSameLink(one: Entry, other: Entry): boolean {
  return (
    one.seq === other.seq &&
    one.slot === other.slot &&
    one.cid === other.cid &&
    toBase64Url(boxHash(one)) === toBase64Url(boxHash(other))
  );
}

/**
 * Whether what was told is anything else than the beginning of the truth, or the truth itself is
 * not what was sent: an entry stands in it before the one that its device had sent before.
 */
export function isLie(
  told: readonly Entry[],
  truth: readonly Entry[],
  { sid, keys }: Pick<EnteredSession, 'sid' | 'keys'>,
): boolean {
  return told.some((entry, i) => {
    const real = truth[i];
    const isBlanked = entry.box === undefined && real?.box !== undefined;
    const prev = openEntry(keys, sid, entry)?.prev ?? null;
    const isEarly = prev !== null && !told.slice(0, i).some(({ cid }) => cid === prev);
    return !real || !isSame(entry, real) || isBlanked || isEarly;
  });
}

/** The first place in which the chains of two tellings differ; where one of them ends, if in none. */
export function partingOf(one: readonly Entry[], other: readonly Entry[]): number {
  const both = Math.min(one.length, other.length);
  for (let i = 0; i < both; i++) if (!isSameLink(one[i]!, other[i]!)) return i;
  return both;
}
