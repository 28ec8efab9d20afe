/**
 * A box: 24 random nonce bytes ‖ XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03). Its additional
 * data name the place it belongs to, so a box moved anywhere else does not open.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { randomBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Random } from '../encoding.ts';
import type { Slot } from '../frames.ts';

const NONCE_BYTES = 24;

export interface BoxPlace {
  kind: 'key' | 'names' | 'message' | 'control' | 'file';
  sid: string;
  /** Whose it is; of a name, the person named. */
  slot: Slot;
  /** The cid; empty for key, names and the end box. */
  id: string;
}

export function seal(
  key: Uint8Array,
  place: BoxPlace,
  plain: Uint8Array,
  random: Random = randomBytes,
): Uint8Array {
  const nonce = random(NONCE_BYTES);
  const sealed = xchacha20poly1305(key, nonce, additionalData(place)).encrypt(plain);
  const box = new Uint8Array(NONCE_BYTES + sealed.length);
  box.set(nonce);
  box.set(sealed, NONCE_BYTES);
  return box;
}

/** The plaintext, or null if the box was not sealed with this key for this place. */
export function open(key: Uint8Array, place: BoxPlace, box: Uint8Array): Uint8Array | null {
  if (box.length <= NONCE_BYTES) return null;
  const nonce = box.subarray(0, NONCE_BYTES);
  try {
    return xchacha20poly1305(key, nonce, additionalData(place)).decrypt(box.subarray(NONCE_BYTES));
  } catch {
    return null;
  }
}

function additionalData({ kind, sid, slot, id }: BoxPlace): Uint8Array {
  return utf8ToBytes(`duologue/v1\n${kind}\n${sid}\n${slot}\n${id}`);
}
