/**
 * A new session, whole: its id, its key, a link secret for each of the two, and what the server
 * is given of all that. Drawn and sealed by whoever makes it, before anything is sent.
 */
import type { Slot } from '../frames.ts';
import { newLinkSecret, newSid } from '../link.ts';
import { deriveLinkKeys, deriveSessionKeys, hashProof, newSessionKey } from './keys.ts';
import { sealKey, sealName } from './session-boxes.ts';

/** What the server keeps of one participant: nothing that opens anything. In base64url. */
export interface SealedParticipant {
  proofHash: string;
  key: string;
  name: string;
}

export interface DrawnSession {
  sid: string;
  participants: Record<Slot, { secret: Uint8Array; sealed: SealedParticipant }>;
}

/** `names` must have come out of parseName. */
export function drawSession(names: Readonly<Record<Slot, string>>): DrawnSession {
  const sid = newSid();
  const key = newSessionKey();
  const keys = deriveSessionKeys(key, sid);
  const draw = (slot: Slot) => {
    const secret = newLinkSecret(sid);
    const { proof, wrap } = deriveLinkKeys(secret, sid);
    const sealed = {
      proofHash: hashProof(proof),
      key: sealKey(wrap, sid, slot, key),
      name: sealName(keys, sid, slot, names[slot]),
    };
    return { secret, sealed };
  };
  return { sid, participants: { a: draw('a'), b: draw('b') } };
}
