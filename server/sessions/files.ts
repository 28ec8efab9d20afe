/**
 * Files of a session, sealed: putting and reading them takes a pass that the store still lists,
 * and both must have entered. A file that is not there says nothing about the session.
 */
import { AppError, assertNever } from '../protocol/errors.ts';
import type { FilePiece, Store } from '../store/store.ts';
import { findByPass } from './find-by-pass.ts';
import type { Pass } from './passes.ts';

export interface FilePlace {
  sid: string;
  cid: string;
}

/** Throws `pass_required`, the same whether the session is there or not, or `not_met`. */
export async function checkFilesOpen(
  store: Store,
  sid: string,
  passes: readonly Pass[],
): Promise<Pass> {
  const inside = await findByPass(store, sid, passes);
  if (!inside) throw new AppError('pass_required');
  const { a, b } = inside.session.participants;
  if (!a.entered || !b.entered) throw new AppError('not_met');
  return inside.pass;
}

/** Throws `pass_required`, `not_met`, `id_taken`, `files_full`, or `busy` if the store is. */
export async function putFile(
  store: Store,
  { sid, cid, pass, box }: FilePlace & { pass: Pass; box: Buffer },
): Promise<void> {
  const kept = await store.putFile(sid, { ...pass, cid, box });
  switch (kept) {
    case 'stored':
    case 'repeated':
      return;
    case 'taken':
      throw new AppError('id_taken');
    case 'full':
      throw new AppError('files_full');
    case 'no_room':
      throw new AppError('busy', { message: 'There is no room for more files.' });
    case 'not_met':
      throw new AppError('not_met');
    case 'pass_gone':
    case 'gone':
      throw new AppError('pass_required');
    default:
      assertNever(kept);
  }
}

/**
 * How long the box is, and its bytes as they come from the store. Throws `not_found`; the pieces
 * end with an error if the file goes while they are read.
 */
export async function readFile(
  store: Store,
  place: FilePlace,
): Promise<{ bytes: number; pieces: AsyncGenerator<Buffer> }> {
  const first = await store.readFile(place.sid, place.cid, 0);
  if (!first) throw new AppError('not_found');
  return { bytes: first.bytes, pieces: piecesFrom(store, place, first) };
}

async function* piecesFrom(store: Store, { sid, cid }: FilePlace, first: FilePiece) {
  let read: FilePiece | null = first;
  for (let index = 1, have = 0; ; index++) {
    if (!read) throw new Error('a file went while it was read');
    yield read.piece;
    have += read.piece.length;
    if (have >= read.bytes) return;
    read = await store.readFile(sid, cid, index);
  }
}
