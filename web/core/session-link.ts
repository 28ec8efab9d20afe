/**
 * Reads a participant's link out of where the page was opened, or out of what someone pasted.
 * Mail scanners turn # into %23, people lose the fragment: what can be repaired is repaired.
 */
import type { LinkParts } from '../../server/protocol/link.ts';

export interface PageLocation {
  origin: string;
  pathname: string;
  hash: string;
}

export interface OpenedLink {
  /** The folder of the page, without a final slash: base of API calls. */
  base: string;
  /** Null when the part after # is missing or not whole. */
  link: LinkParts | null;
  /** The address bar should show this instead (path and hash), because it came with %23. */
  repaired: string | null;
}

export function readLocation(_location: PageLocation): OpenedLink {
  throw new Error('being built');
}

/** A pasted full link, or only the part after #; null if it is neither. */
export function parsePastedLink(_typed: string): LinkParts | null {
  throw new Error('being built');
}
