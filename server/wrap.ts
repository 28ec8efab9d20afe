/** Text for a terminal of 80 columns, of which no one can say how wide theirs is in a pipe. */

export const COLUMNS = 80;

/**
 * Lines of at most COLUMNS, all but the first indented by `indent` characters. `text` begins with
 * what stands in the first line; it is broken at spaces, and after commas in what has none. A word
 * that is longer than a line stays whole.
 */
export function wrap(text: string, indent: number): string {
  const [, start = '', rest = ''] = /^( *)(.*)$/s.exec(text) ?? [];
  const lines: string[] = [];
  let line = start;
  for (const part of rest.match(/ *[^ ,]*(?:,+|(?= )|$)/g) ?? []) {
    if (line.trim() !== '' && line.length + part.trimEnd().length > COLUMNS) {
      lines.push(line.trimEnd());
      line = ' '.repeat(indent) + part.trimStart();
    } else {
      line += part;
    }
  }
  return [...lines, line.trimEnd()].join('\n');
}
