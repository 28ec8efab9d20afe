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
const TRAILING = '.,:;!?*_~…';
const OPENING = '([{';
const CLOSING = ')]}';
/** No address that people share is longer; browsers and servers stop near here too. */
const MAX_LENGTH = 2048;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    if (match[0].length > MAX_LENGTH) continue;
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

/**
 * Without the punctuation of the sentence around it; keeps a bracket that was opened inside. In
 * one pass: what the other person writes must not keep the page busy.
 */
function trimAddress(found: string): string {
  const unopened = [0, 0, 0];
  for (const character of found) {
    const opens = OPENING.indexOf(character);
    const closes = CLOSING.indexOf(character);
    if (opens >= 0) unopened[opens] = (unopened[opens] ?? 0) - 1;
    if (closes >= 0) unopened[closes] = (unopened[closes] ?? 0) + 1;
  }
  let end = found.length;
  for (; end > 0; end--) {
    const last = found.charAt(end - 1);
    const closes = CLOSING.indexOf(last);
    const surplus = unopened[closes] ?? 0;
    if (surplus > 0) unopened[closes] = surplus - 1;
    else if (!TRAILING.includes(last)) break;
  }
  return found.slice(0, end);
}

function safeHref(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url.href : null;
}
