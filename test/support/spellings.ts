/**
 * Every form in which a secret could have been written down, and every piece of it that could be
 * left: what search.ts looks for. Knows nothing of what the secret is for.
 */

export interface Spelling {
  /** Like 'hex' or 'base64 in UTF-16'. */
  form: string;
  bytes: Buffer;
}

/** So much of a secret is no accident: bytes, or characters of a text. */
const PIECE = 12;
/** Pieces overlap, so that whatever is left of twice as much holds one of them whole. */
const STEP = 6;

/** Of keys, and of what else is no text. */
export function spellingsOf(bytes: Uint8Array): Spelling[] {
  return unique(pieces([...bytes]).flatMap((piece) => formsOf(Buffer.from(piece))));
}

export function spellingsOfText(text: string): Spelling[] {
  return unique(pieces([...text]).flatMap((piece) => formsOfText(piece.join(''))));
}

function pieces<T>(whole: readonly T[]): T[][] {
  const last = Math.max(0, whole.length - PIECE);
  const starts = Array.from({ length: Math.ceil(last / STEP) }, (_, i) => i * STEP);
  return [...starts, last].map((start) => whole.slice(start, start + PIECE));
}

/** As it is, and in the other letters: what is found that way was written down too. */
function formsOfText(text: string): Spelling[] {
  const cases = { '': text, ' in capitals': text.toUpperCase(), ' in small': text.toLowerCase() };
  return Object.entries(cases).flatMap(([name, cased]) => [
    ...formsOf(Buffer.from(cased)).map(({ form, bytes }) => ({ form: `${form}${name}`, bytes })),
    ...named(name, textForms(cased)),
  ]);
}

function textForms(text: string): Record<string, string | Buffer> {
  const json = JSON.stringify(text).slice(1, -1);
  const units = Array.from({ length: text.length }, (_, i) => unitOf(text, i));
  const all = units.join('');
  const foreign = json.replace(
    /[^ -~]/gu,
    (sign) => unitOf(sign, 0) + (sign[1] ? unitOf(sign, 1) : ''),
  );
  const utf16 = Buffer.from(text, 'utf16le');
  return {
    'UTF-16LE': utf16,
    'UTF-16BE': Buffer.from(utf16).swap16(),
    'base64 of UTF-16LE': within64(utf16, 0),
    JSON: json,
    'JSON in UTF-16LE': Buffer.from(json, 'utf16le'),
    'JSON in ASCII': foreign,
    'escaped units': all,
    'escaped units, capitals': all.replace(/[a-f]/g, (digit) => digit.toUpperCase()),
    'URI component': encodeURIComponent(text),
    form: new URLSearchParams([['', text]]).toString().slice(1),
  };
}

function unitOf(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
}

function formsOf(bytes: Buffer): Spelling[] {
  const hex = bytes.toString('hex');
  const latin1 = bytes.toString('latin1');
  const letters: Record<string, string> = { hex, 'hex, capitals': hex.toUpperCase() };
  for (const at of [0, 1, 2]) {
    const standard = within64(bytes, at);
    letters[`base64 at ${at}`] = standard;
    letters[`base64url at ${at}`] = standard.replaceAll('+', '-').replaceAll('/', '_');
  }
  const shown = {
    'hex in a Buffer shown': hex.replace(/../g, '$& ').trim(),
    'hex escaped': hex.replace(/../g, '\\x$&'),
    percent: hex.toUpperCase().replace(/../g, '%$&'),
    'percent, small': hex.replace(/../g, '%$&'),
    numbers: [...bytes].join(),
    'numbers, spaced': [...bytes].join(', '),
    'as Redis shows it': Array.from(bytes, redisShows).join(''),
  };
  return [
    { form: 'raw', bytes },
    { form: 'read as Latin-1', bytes: Buffer.from(latin1) },
    { form: 'read as Latin-1 in UTF-16LE', bytes: Buffer.from(latin1, 'utf16le') },
    ...named('', { ...letters, ...shown }),
    // As JavaScript keeps a text in which one other sign is no Latin.
    ...Object.entries(letters).map(([form, text]) => ({
      form: `${form} in UTF-16LE`,
      bytes: Buffer.from(text, 'utf16le'),
    })),
  ];
}

function named(suffix: string, forms: Record<string, string | Buffer>): Spelling[] {
  return Object.entries(forms).map(([form, value]) => ({
    form: `${form}${suffix}`,
    bytes: typeof value === 'string' ? Buffer.from(value) : value,
  }));
}

/** base64 of the bytes where `before` bytes of a group of three stand in front: what is theirs alone. */
function within64(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const end = Math.floor(((before + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((before * 8) / 6), end);
}

/** MONITOR and the log of a crash (sdscatrepr). */
function redisShows(byte: number): string {
  const sign = String.fromCharCode(byte);
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u0007': '\\a', '\b': '\\b' }[sign];
  if (sign === '"' || sign === '\\') return `\\${sign}`;
  if (short !== undefined) return short;
  return sign >= ' ' && sign <= '~' ? sign : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** The same bytes go by the first of their names. */
function unique(spellings: readonly Spelling[]): Spelling[] {
  const seen = new Set<string>();
  return spellings.filter(({ bytes }) => {
    const text = bytes.toString('latin1');
    return !seen.has(text) && seen.add(text);
  });
}
