/**
 * Files in Redis: piece by piece, each one script, so that what chats do comes in between. Knows
 * the arguments and replies of lua/put-file.lua and lua/read-file.lua.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../protocol/errors.ts';
import { pieceOf, piecesIn } from './file-pieces.ts';
import { toBytes, toList, toNumber, toWord } from './redis-reply.ts';
import type { ScriptArg, ScriptName } from './redis-scripts.ts';
import { FILES_SHARE } from './store.ts';
import type { FileKept, FilePiece, NewFile, Store, StoreOptions } from './store.ts';

const REFUSALS = ['taken', 'full', 'no_room', 'not_met', 'pass_gone', 'gone'] as const;

type Run = <T>(
  sid: string,
  name: ScriptName,
  args: readonly ScriptArg[],
  read: (reply: unknown) => T,
) => Promise<T>;

export function createRedisFiles(
  run: Run,
  { maxFiles, maxFilesBytes }: StoreOptions,
): Pick<Store, 'putFile' | 'readFile'> {
  async function putFile(sid: string, file: NewFile): Promise<FileKept> {
    const { slot, passHash, cid, box } = file;
    const hash = createHash('sha256').update(box).digest('base64url');
    const pieces = piecesIn(box.length);
    const limits = [maxFiles, maxFilesBytes, FILES_SHARE];
    for (let index = 0; index < pieces; index++) {
      const whole = [slot, passHash, cid, hash, box.length, index, pieces];
      const args = [...whole, pieceOf(box, index), ...limits];
      const kept = await run(sid, 'put-file', args, (reply) =>
        toWord(reply, 'more', 'stored', 'repeated', 'lost', ...REFUSALS),
      );
      if (kept === 'lost') break;
      if (kept !== 'more') return kept;
    }
    // Unsent meanwhile, or Redis has forgotten it: whoever puts it again is told which.
    throw new AppError('store_unavailable', { message: 'a file went while it was stored' });
  }

  return {
    putFile,
    readFile: (sid, cid, index) => run(sid, 'read-file', [cid, index], toFilePiece),
  };
}

function toFilePiece(reply: unknown): FilePiece | null {
  if (reply === null) return null;
  const [bytes, piece] = toList(reply);
  return { bytes: toNumber(bytes), piece: toBytes(piece) };
}
