/** What a file may be called where it is shown and saved: a name, and nothing that acts as more. */

/** Also of what a message carries: a long one would not fit into its box. */
const MAX_LENGTH = 100;

// Control characters, marks of direction, what paths are made of, and what Windows refuses.
const UNFIT = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\:*?"<>|]/gu;

/** `fallback` where nothing is left. The ending stays when the rest is cut. */
export function fileName(given: string, fallback: string): string {
  const base = given.slice(-1000).split(/[/\\]/).at(-1) ?? '';
  const clean = base
    .normalize('NFC')
    .replace(UNFIT, '')
    .replace(/^[.\s]+/, '')
    .trimEnd();
  const characters = [...clean];
  if (characters.length <= MAX_LENGTH) return clean === '' ? fallback : clean;
  const ending = /\.[^.\s]{1,12}$/u.exec(clean)?.[0] ?? '';
  const rest = characters.slice(0, MAX_LENGTH - ending.length).join('');
  return rest + ending;
}
