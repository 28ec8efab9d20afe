/** What has to be taken back with a message: its edits, in as many boxes as their size asks for. */
import { MAX_UNSEND_CIDS } from '../../server/protocol/limits.ts';
import type { Log, LogEntry } from './log.ts';
import { fits } from './sealing.ts';

/** The `of` of each unsend; every one begins with the message itself. */
export function unsendParts(log: Log, cid: string, messageBytes: number): string[][] {
  const isEdit = ({ opened }: LogEntry) =>
    opened?.content.kind === 'edit' && opened.content.of === cid;
  const edits = log.entries.filter(isEdit).map(({ entry }) => entry.cid);
  let size = Math.max(1, Math.min(edits.length, MAX_UNSEND_CIDS - 1));
  const part = (from: number) => [cid, ...edits.slice(from, from + size)];
  while (size > 1 && !fits({ kind: 'unsend', of: part(0) }, messageBytes)) size >>= 1;
  const parts = [part(0)];
  for (let from = size; from < edits.length; from += size) parts.push(part(from));
  return parts;
}
