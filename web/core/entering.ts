/**
 * From a link to a session that can be talked in: what the landing answer means for the one who
 * holds the link. Names and keys are opened here, and nowhere before.
 */
import type { Slot } from '../../server/protocol/frames.ts';
import type { SessionKeys } from '../../server/protocol/envelope/keys.ts';
import type { LinkParts } from '../../server/protocol/link.ts';
import type { Landing } from './session-api.ts';

/** All that createChat needs to know of a session. */
export interface EnteredSession {
  sid: string;
  slot: Slot;
  names: Record<Slot, string>;
  keys: SessionKeys;
  /** Of the link that was opened, in base64url: for landing and enter. */
  proof: string;
}

/**
 * `inside`: this browser holds the pass of this link's participant: go straight in ·
 * `inside_as_other`: it is the other participant: their chat, with a notice ·
 * `code_needed`: ask for the code; `session` is what to enter with once it was right ·
 * `broken`: the key does not open; the link or the server is not what it was.
 */
export type Entrance =
  | { state: 'inside' | 'inside_as_other'; session: EnteredSession; met: boolean }
  | {
      state: 'code_needed';
      session: EnteredSession;
      met: boolean;
      triesLeft: number;
      retryInMs: number;
    }
  | { state: 'broken' };

/** The proof to ask for the landing with, in base64url. */
export function proofOf(_link: LinkParts): string {
  throw new Error('being built');
}

export function openLanding(_link: LinkParts, _landing: Landing): Entrance {
  throw new Error('being built');
}
