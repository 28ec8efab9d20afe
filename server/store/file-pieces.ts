/**
 * In which pieces a store takes and hands out the box of a file. A whole one at once would keep
 * Redis, and the connection that chats use, from everything else for tens of milliseconds. With
 * what Redis puts around it a piece fills 64 KiB: a byte more, and it would take 80.
 */
export const PIECE_BYTES = 64 * 1024 - 64;

export function piecesIn(bytes: number): number {
  return Math.ceil(bytes / PIECE_BYTES);
}

/** Shares its memory with `box`; empty past the end. */
export function pieceOf(box: Buffer, index: number): Buffer {
  return box.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);
}
