/**
 * What a person sees in a terminal: takes what a program writes and keeps the rows on the screen.
 * Knows the few orders that Node's readline gives; anything else is an error, as it would come from
 * somebody who is not to give any.
 */

/** Rows from the first that was ever written; nothing scrolls away. */
export interface Terminal {
  write(text: string): void;
  readonly rows: string[];
}

const ORDER = /^\x1b\[(\d*)([A-GJK])/;

export function createTerminal(columns: number): Terminal {
  let rows: string[][] = [[]];
  let [x, y] = [0, 0];
  let rest = '';

  function put(character: string): void {
    if (/[\p{Cc}\p{Cf}]/u.test(character) && !/[\u200c\u200d]/.test(character)) {
      throw new Error(`${JSON.stringify(character)} has reached the terminal`);
    }
    // As a terminal does: the next row begins with what does not fit any more.
    if (x >= columns) newRow(0);
    const row = rows[y] ?? [];
    while (row.length < x) row.push(' ');
    row[x] = character;
    x += 1;
  }

  function newRow(column: number): void {
    x = column;
    y += 1;
    rows[y] ??= [];
  }

  function obey(count: number, order: string): void {
    if (order === 'A') y = Math.max(0, y - count);
    else if (order === 'B') y += count;
    else if (order === 'C') x += count;
    else if (order === 'D') x = Math.max(0, x - count);
    else if (order === 'G') x = count - 1;
    else {
      rows[y]?.splice(x);
      if (order === 'J') rows = rows.slice(0, y + 1);
    }
  }

  return {
    write(text) {
      rest += text;
      while (rest !== '') {
        const [whole, digits = '', order = ''] = ORDER.exec(rest) ?? [];
        if (whole !== undefined) {
          obey(digits === '' ? (order === 'J' ? 0 : 1) : Number(digits), order);
          rest = rest.slice(whole.length);
          continue;
        }
        // The other half of an order may still be on its way.
        if (/^\x1b(\[\d*)?$/.test(rest)) return;
        const [character = ''] = rest;
        rest = rest.slice(character.length);
        if (character === '\r') x = 0;
        else if (character === '\n') newRow(x);
        else put(character);
      }
    },
    get rows() {
      return rows.map((row) => row.join('').trimEnd());
    },
  };
}
