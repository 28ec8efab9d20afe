/** The two places of a session, as values: the protocol gives the page its types only. */
import type { Slot } from '../../server/protocol/frames.ts';

export type { Slot };

export function otherSlot(slot: Slot): Slot {
  return slot === 'a' ? 'b' : 'a';
}
