/**
 * Drawing the codes that participants type. How they look and are forgiven is in
 * server/protocol/code.ts, how they are checked in hasher.ts.
 */
import { randomBytes } from 'node:crypto';
import { CODE_ALPHABET } from '../protocol/code.ts';
import { CODE_LENGTH } from '../protocol/limits.ts';
import type { Hasher } from './hasher.ts';

/** A new code as it is hashed: without the dash. 32 letters, so 5 bits of a byte are one. */
export function drawCode(random: (bytes: number) => Uint8Array = randomBytes): string {
  return Array.from(random(CODE_LENGTH), (byte) => CODE_ALPHABET.charAt(byte % 32)).join('');
}

/** With its hash, which takes the place of a creation; throws `busy` if there is none. */
export async function drawHashedCode(hasher: Hasher): Promise<{ code: string; codeHash: string }> {
  const code = drawCode();
  return { code, codeHash: await hasher.hash(code) };
}
