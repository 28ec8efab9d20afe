/**
 * Where a participant is told of messages while their page is closed: asked for, and given up, by
 * a browser that holds their pass.
 */
import { AppError, assertNever } from '../protocol/errors.ts';
import type { Slot } from '../protocol/frames.ts';
import type { Store } from '../store/store.ts';
import { findByPass } from './find-by-pass.ts';
import type { Pass } from './passes.ts';

export interface EndpointRequest {
  sid: string;
  passes: readonly Pass[];
  /** Whose it is: a pass of the other one is of no use. */
  slot: Slot;
  endpoint: string;
}

/** Throws `pass_required`, the same whether the session is there or not; `busy`: no room. */
export async function keepEndpoint(
  store: Store,
  { sid, passes, slot, endpoint }: EndpointRequest,
): Promise<void> {
  const { passHash } = await passOf(store, { sid, passes, slot });
  const kept = await store.putEndpoint(sid, { slot, passHash, endpoint });
  switch (kept) {
    case 'kept':
      return;
    case 'no_room':
      throw new AppError('busy');
    case 'pass_gone':
    case 'gone':
      throw new AppError('pass_required');
    default:
      assertNever(kept);
  }
}

/** Throws `pass_required`. One that is not there is the same success. */
export async function dropEndpoint(
  store: Store,
  { sid, passes, slot, endpoint }: EndpointRequest,
): Promise<void> {
  await passOf(store, { sid, passes, slot });
  await store.dropEndpoint(sid, slot, endpoint);
}

async function passOf(
  store: Store,
  { sid, passes, slot }: Omit<EndpointRequest, 'endpoint'>,
): Promise<Pass> {
  const inside = await findByPass(store, sid, passes, slot);
  if (inside?.pass.slot !== slot) throw new AppError('pass_required');
  return inside.pass;
}
