/**
 * From a link to a session that can be talked in: what the landing answer means for the one who
 * holds the link. Names and keys are opened here, and nowhere before.
 */
import { toBase64Url } from '../../server/protocol/encoding.ts';
import { openKey, openName } from '../../server/protocol/envelope/session-boxes.ts';
import { deriveLinkKeys, deriveSessionKeys } from '../../server/protocol/envelope/keys.ts';
import type { SessionKeys } from '../../server/protocol/envelope/keys.ts';
import type { Slot } from '../../server/protocol/frames.ts';
import type { LinkParts } from '../../server/protocol/link.ts';
import type { Landing } from './session-api.ts';

/** All that createChat needs to know of a session. */
export interface EnteredSession {
  sid: string;
  slot: Slot;
  names: Record<Slot, string>;
  keys: SessionKeys;
  /**
   * Of the link that was opened, in base64url: for landing and enter. Another one once that link
   * was renewed from here.
   */
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
export function proofOf({ sid, secret }: LinkParts): string {
  return toBase64Url(deriveLinkKeys(secret, sid).proof);
}

export function openLanding({ sid, secret }: LinkParts, landing: Landing): Entrance {
  const { slot, here, met, triesLeft, retryInMs } = landing;
  const { proof, wrap } = deriveLinkKeys(secret, sid);
  const key = openKey(wrap, sid, slot, landing.key);
  if (!key) return { state: 'broken' };
  const keys = deriveSessionKeys(key, sid);
  const names = {
    a: openName(keys, sid, 'a', landing.names.a),
    b: openName(keys, sid, 'b', landing.names.b),
  };
  const session = { sid, slot: here ?? slot, names, keys, proof: toBase64Url(proof) };
  if (here === null) return { state: 'code_needed', session, met, triesLeft, retryInMs };
  return { state: here === slot ? 'inside' : 'inside_as_other', session, met };
}
