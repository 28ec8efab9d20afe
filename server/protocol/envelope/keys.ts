/**
 * Every key there is, derived with HKDF-SHA256 (RFC 5869): salt = the 8 raw bytes of the sid,
 * info = UTF-8 "duologue/v1/" + name, 32 bytes out. No key is ever used for two things.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { fromBase64Url, toBase64Url, type Random } from '../encoding.ts';
import { KEY_BYTES, SID_BYTES } from '../limits.ts';
import type { Slot } from '../frames.ts';

/** What a link secret gives its holder. */
export interface LinkKeys {
  /** Shown to the server to prove that one has the link. */
  proof: Uint8Array;
  /** Opens the key box. */
  wrap: Uint8Array;
}

/** What the session key gives both: one key for each kind and author, so nothing can be reflected. */
export interface SessionKeys {
  names: Uint8Array;
  message: Record<Slot, Uint8Array>;
  control: Record<Slot, Uint8Array>;
  file: Uint8Array;
}

export function newSessionKey(random: Random = randomBytes): Uint8Array {
  return random(KEY_BYTES);
}

export function deriveLinkKeys(secret: Uint8Array, sid: string): LinkKeys {
  return { proof: derive(secret, sid, 'proof'), wrap: derive(secret, sid, 'wrap') };
}

export function deriveSessionKeys(key: Uint8Array, sid: string): SessionKeys {
  return {
    names: derive(key, sid, 'names'),
    message: { a: derive(key, sid, 'message/a'), b: derive(key, sid, 'message/b') },
    control: { a: derive(key, sid, 'control/a'), b: derive(key, sid, 'control/b') },
    file: derive(key, sid, 'file'),
  };
}

/** What the server keeps of a proof: SHA-256 of its 32 raw bytes, in base64url. */
export function hashProof(proof: Uint8Array): string {
  return toBase64Url(sha256(proof));
}

function derive(secret: Uint8Array, sid: string, name: string): Uint8Array {
  const salt = fromBase64Url(sid, SID_BYTES);
  if (!salt) throw new Error('not a session id');
  return hkdf(sha256, secret, salt, utf8ToBytes(`duologue/v1/${name}`), KEY_BYTES);
}
