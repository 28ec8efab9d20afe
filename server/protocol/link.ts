/**
 * A participant's link: BASE/c#F, where F is base64url of sid ‖ link secret (24 bytes, 32
 * characters). Everything secret is behind the #, which browsers never send.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { fromBase64Url, toBase64Url, type Random } from './encoding.ts';
import { LINK_SECRET_BYTES, SID_BYTES } from './limits.ts';

export interface LinkParts {
  /** The session's id, 11 characters of base64url. */
  sid: string;
  secret: Uint8Array;
}

export function newSid(random: Random = randomBytes): string {
  return toBase64Url(random(SID_BYTES));
}

/** A link secret for `sid`, drawn again until F ends in a letter or digit: linkifiers cut the rest. */
export function newLinkSecret(sid: string, random: Random = randomBytes): Uint8Array {
  for (;;) {
    const secret = random(LINK_SECRET_BYTES);
    if (/[A-Za-z0-9]$/.test(linkFragment({ sid, secret }))) return secret;
  }
}

export function linkFragment({ sid, secret }: LinkParts): string {
  const sidBytes = fromBase64Url(sid, SID_BYTES);
  if (!sidBytes) throw new Error('not a session id');
  const bytes = new Uint8Array(SID_BYTES + LINK_SECRET_BYTES);
  bytes.set(sidBytes);
  bytes.set(secret, SID_BYTES);
  return toBase64Url(bytes);
}

/** The parts of F, with or without its #; null if it is anything else. */
export function parseLinkFragment(fragment: string): LinkParts | null {
  const bytes = fromBase64Url(fragment.replace(/^#/, ''), SID_BYTES + LINK_SECRET_BYTES);
  if (!bytes) return null;
  return { sid: toBase64Url(bytes.subarray(0, SID_BYTES)), secret: bytes.slice(SID_BYTES) };
}

/** `linkBase` without `/c` or a final slash. */
export function formatLink(linkBase: string, parts: LinkParts): string {
  return `${linkBase}/c#${linkFragment(parts)}`;
}
