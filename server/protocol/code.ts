/**
 * The code a participant types to get in: 8 characters of Crockford base32 (40 bits), shown as
 * 7K3M-Q9TX. What people type is forgiven: case, spaces, dashes, O for 0, I and L for 1.
 */
import { CODE_LENGTH } from './limits.ts';

export const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The 8 characters meant by `typed`, or null if it cannot be a code. */
export function normaliseCode(typed: string): string | null {
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}\u2212]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return code.length === CODE_LENGTH && [...code].every((c) => CODE_ALPHABET.includes(c))
    ? code
    : null;
}

export function formatCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
