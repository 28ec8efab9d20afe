/**
 * Reads a participant's link out of where the page was opened, or out of what someone pasted.
 * Mail scanners turn # into %23, people lose the fragment: what can be repaired is repaired.
 */
import { linkFragment, parseLinkFragment, type LinkParts } from '../../server/protocol/link.ts';

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

export function readLocation({ origin, pathname, hash }: PageLocation): OpenedLink {
  const folder = pathname.slice(0, pathname.lastIndexOf('/'));
  const fromPath = hash === '' ? findLink(pathname) : null;
  const link = fromPath ?? findLink(hash);
  const repaired = fromPath && `${folder}/c#${linkFragment(fromPath)}`;
  return { base: origin + folder, link, repaired };
}

/** A pasted full link, or only the part after #; null if it is neither. */
export function parsePastedLink(typed: string): LinkParts | null {
  const text = typed.trim();
  return parseLinkFragment(text) ?? findLink(text);
}

// 32 characters right behind the mark and no more of them, whatever follows: a dot, a bracket.
const BEHIND_MARK = /(?:#|%(?:25)*23)([\w-]{32})(?![\w-])/;

function findLink(text: string): LinkParts | null {
  const fragment = BEHIND_MARK.exec(text)?.[1];
  return fragment === undefined ? null : parseLinkFragment(fragment);
}
