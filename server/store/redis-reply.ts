/**
 * What scripts reply, turned into what it is meant to be. A reply of another shape means that
 * script and caller disagree: it throws, and the operation fails.
 */

export function toText(reply: unknown): string {
  if (typeof reply === 'string') return reply;
  if (typeof reply === 'number') return String(reply);
  throw new TypeError('a reply that is no text');
}

export function toNumber(reply: unknown): number {
  const number = Number(toText(reply));
  if (Number.isNaN(number)) throw new TypeError('a reply that is no number');
  return number;
}

export function toList(reply: unknown): unknown[] {
  if (Array.isArray(reply)) return reply;
  throw new TypeError('a reply that is no list');
}

export function toTexts(reply: unknown): string[] {
  return toList(reply).map(toText);
}

/** From a script that replies in bytes. */
export function toBytes(reply: unknown): Buffer {
  if (reply instanceof Buffer) return reply;
  throw new TypeError('a reply that is not bytes');
}

/** One of these words. */
export function toWord<T extends string>(reply: unknown, ...words: readonly T[]): T {
  const word = words.find((one) => one === reply);
  if (word === undefined) throw new TypeError('a reply that is no word expected here');
  return word;
}

/** From names and values in turn. */
export function toFields(reply: unknown): ReadonlyMap<string, string> {
  const list = toTexts(reply);
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < list.length; i += 2) fields.set(list[i] ?? '', list[i + 1] ?? '');
  return fields;
}

/** A field that is always there. */
export function fieldOf(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw new TypeError(`a reply without ${name}`);
  return value;
}
