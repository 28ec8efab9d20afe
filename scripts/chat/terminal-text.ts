/**
 * Text of somebody else on its way to a terminal. A terminal obeys what it is sent: here every
 * character that could move its cursor, change its title or colours, turn the direction of a line or
 * hide a word becomes one that is only seen.
 */

/**
 * All that is not to be shown as it is: control characters (C0, DEL, C1), marks of format (bidi
 * overrides, isolates and marks, tags, the byte order mark, the soft hyphen), line and paragraph
 * separators, halves of surrogate pairs. The two joiners of emoji and of many scripts are harmless.
 */
const UNFIT = /(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** As `\u{1b}`: seen, and obeyed by no terminal. */
function seen(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** In one line, for people: names of chats and files, quotes, reactions. */
export function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim().replace(UNFIT, seen);
}

/** The lines of a message, for people. */
export function linesOf(text: string): string[] {
  return text
    .replace(/\t/g, '    ')
    .split(/\r\n|\r|\n|\u2028|\u2029/)
    .map((line) => line.replace(UNFIT, seen));
}

/** In one field of a line, for scripts: what was said can be had back from it, JSON.parse-like. */
export function field(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(UNFIT, seen);
}

/** The beginning of a text, where only that is wanted. */
export function beginning(text: string, most: number): string {
  const characters = [...oneLine(text)];
  return characters.length <= most
    ? characters.join('')
    : `${characters.slice(0, most - 1).join('')}…`;
}

/**
 * Lines that no terminal of `columns` breaks by itself: behind a break of its own, somebody's text
 * would stand where names stand. All but the first line are moved in by `indent`.
 */
export function wrapped(lines: readonly string[], columns: number, indent: number): string {
  const room = Math.max(columns - 1 - indent, 20);
  const rows = lines.flatMap((line) => brokenUp(line, room));
  return rows.join(`\n${' '.repeat(indent)}`);
}

function brokenUp(line: string, room: number): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const character of line) {
    const width = widthOf(character);
    if (used + width > room) {
      // At the last space, if that does not leave most of the row empty.
      const space = row.lastIndexOf(' ') + 1;
      const end = space > row.length / 2 ? space : row.length;
      rows.push(row.slice(0, end).trimEnd());
      row = row.slice(end);
      used = textWidth(row);
    }
    row += character;
    used += width;
  }
  return [...rows, row];
}

export function textWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + widthOf(character), 0);
}

/** At most so many columns: what can be wide counts as wide, what takes no room counts all the same. */
function widthOf(character: string): number {
  return (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
}
