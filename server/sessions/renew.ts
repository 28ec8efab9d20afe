/**
 * Renewing: a participant's link and code are replaced, by whoever of the two holds a pass. The
 * new link is made by that page; here are the code, and what the store makes of both.
 */
import { nanoid } from 'nanoid';
import { formatCode } from '../protocol/code.ts';
import { AppError, assertNever } from '../protocol/errors.ts';
import type { Position, Slot } from '../protocol/frames.ts';
import { SUM_LENGTH } from '../protocol/limits.ts';
import type { Store } from '../store/store.ts';
import { drawHashedCode } from './codes.ts';
import { findByPass } from './find-by-pass.ts';
import type { Hasher } from './hasher.ts';
import type { Pass } from './passes.ts';

export interface RenewRequest {
  sid: string;
  passes: readonly Pass[];
  /** Whose link and code. */
  slot: Slot;
  proofHash: string;
  key: string;
  cid: string;
  /** The control entry that tells of it. */
  box: string;
  /** Where the log stood when it was sealed. */
  seen: Position | null;
}

/**
 * The new code, with the dash. The same request again brings another code, which is the one that
 * holds. Throws `pass_required`, the same whether the session is there or not, `connected`,
 * `id_taken`, `session_full`, `busy`; `store_unavailable` also if the log is not the one it was.
 */
export async function renew(
  { store, hasher }: { store: Store; hasher: Hasher },
  { sid, passes, ...renewal }: RenewRequest,
): Promise<string> {
  const inside = await findByPass(store, sid, passes);
  if (!inside) throw new AppError('pass_required');
  const { slot: by, passHash } = inside.pass;
  const { code, codeHash } = await drawHashedCode(hasher);
  const sum = nanoid(SUM_LENGTH);
  const result = await store.renew(sid, { by, passHash, codeHash, sum, ...renewal });
  switch (result) {
    case 'renewed':
      return formatCode(code);
    case 'connected':
      throw new AppError('connected');
    case 'taken':
      throw new AppError('id_taken', { message: 'The cid or the proof hash is in use.' });
    case 'full':
      throw new AppError('session_full');
    case 'diverged':
      throw new AppError('store_unavailable');
    case 'pass_gone':
    case 'gone':
      throw new AppError('pass_required');
    default:
      return assertNever(result);
  }
}
