/**
 * The files of a session in memory: keeping, reading, deleting. Decides as lua/put-file.lua does,
 * in the same order: not met, taken, repeated, full, no room, stored.
 */
import type { Slot } from '../protocol/frames.ts';
import { pieceOf, piecesIn } from './file-pieces.ts';
import { parseEntry } from './entry-json.ts';
import { stored } from './memory-log.ts';
import type { MemorySession } from './memory-session.ts';
import type { FileKept, FilePiece, NewFile } from './store.ts';

/** What a file is reckoned to take beside its box. */
export const FILE_OVERHEAD_BYTES = 300;

export interface FileRoom {
  maxFiles: number;
  maxFilesBytes: number;
  /** What files of all sessions together may still grow by. */
  memoryBytes: number;
}

export function putFile(
  session: MemorySession,
  { slot, cid, box }: NewFile,
  room: FileRoom,
): FileKept {
  if (!session.met) return 'not_met';
  const kept = session.files.get(cid);
  if (kept) return kept.slot === slot && kept.box.equals(box) ? 'repeated' : 'taken';
  if (isUsedUp(session, slot, cid)) return 'taken';
  const isFull =
    session.files.size + 1 > room.maxFiles || session.filesBytes + box.length > room.maxFilesBytes;
  if (isFull) return 'full';
  if (box.length + FILE_OVERHEAD_BYTES > room.memoryBytes) return 'no_room';
  session.files.set(cid, { slot, box });
  session.filesBytes += box.length;
  return 'stored';
}

/** A copy, which does not keep the whole in memory for a reader who is slow. */
export function readFile({ files }: MemorySession, cid: string, index: number): FilePiece | null {
  const box = files.get(cid)?.box;
  return box === undefined || index >= piecesIn(box.length)
    ? null
    : { bytes: box.length, piece: Buffer.from(pieceOf(box, index)) };
}

/** Those of this participant. */
export function deleteFiles(session: MemorySession, slot: Slot, cids: readonly string[]): void {
  for (const cid of cids) {
    const file = session.files.get(cid);
    if (file?.slot !== slot) continue;
    session.files.delete(cid);
    session.filesBytes -= file.box.length;
  }
}

/** The message of this cid is the other's, or was unsent. */
function isUsedUp(session: MemorySession, slot: Slot, cid: string): boolean {
  const frame = stored(session, cid);
  if (frame === undefined) return false;
  const entry = parseEntry(frame);
  return entry.slot !== slot || entry.box === undefined;
}
