/**
 * Finds http and https addresses in a text and cuts it into pieces. Nothing else becomes a link:
 * no other scheme, no bare domain. Knows no DOM; the component makes nodes of the pieces.
 */
export interface Piece {
  text: string;
  /** Present on a piece that is an address. */
  href?: string;
}

// Stops at spaces, quotes, angle brackets and controls, so an address never swallows what
// stands around it. Direction marks end one too: they could make it read as another.
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`\p{Cc}\p{Cf}]+/giu;
const TRAILING = /[.,:;!?*_~…]+$/u;
const CLOSING = { ')': '(', ']': '[', '}': '{' } as const;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimAddress(match[0]);
    const href = safeHref(address);
    if (href === null) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    pieces.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

/** Without the punctuation of the sentence around it; keeps a bracket that was opened inside. */
function trimAddress(found: string): string {
  let address = found.replace(TRAILING, '');
  for (;;) {
    const last = address.at(-1);
    if (last !== ')' && last !== ']' && last !== '}') return address;
    if (count(address, CLOSING[last]) >= count(address, last)) return address;
    address = address.slice(0, -1).replace(TRAILING, '');
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function safeHref(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url.href : null;
}
