/**
 * Cuts a message into words, addresses and code. Code stands between backticks: three of them
 * around lines, one around a piece of a line. Knows no DOM; the component makes nodes of it.
 */
import { linkify, type Piece } from './linkify.ts';

export type RichPiece = Piece & { code?: 'inline' | 'block' };

// A block may name its language, which is not shown. Neither runs on over what never closes.
const CODE = /```(?:[\w+#.-]{0,20}\n)?([^]*?)\n?```\n?|`([^`\n]+)`/g;

export function richPieces(text: string): RichPiece[] {
  const pieces: RichPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(CODE)) {
    const [whole, block, inline] = match;
    const code = block ?? inline;
    if (!code?.trim()) continue;
    pieces.push(...linkify(text.slice(end, match.index)));
    pieces.push({ text: code, code: block === undefined ? 'inline' : 'block' });
    end = match.index + whole.length;
  }
  return [...pieces, ...linkify(text.slice(end))];
}
