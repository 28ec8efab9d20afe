/**
 * The language of the page: the one that was chosen here, else the first of the browser's that
 * there is. English is in the page; another is one file of all texts, fetched before the first
 * screen. A text that is missing there fails the type check.
 */
import type { Language } from './language-shape.ts';

const KEY = 'duologue:language';

/** Each by the name it gives itself. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  en: 'English',
  ar: 'العربية',
  de: 'Deutsch',
  es: 'Español',
  hi: 'हिन्दी',
};

const OTHERS: Readonly<Record<string, () => Promise<{ language: Language }>>> = {
  ar: () => import('./ar.ts'),
  de: () => import('./de.ts'),
  es: () => import('./es.ts'),
  hi: () => import('./hi.ts'),
};

let spoken: Language | null = null;

/** Before anything of the page is shown. Where the file cannot be fetched, English it is. */
export async function loadLanguage(): Promise<Language | null> {
  const load = OTHERS[wantedLanguage()];
  if (load)
    spoken = await load().then(
      ({ language }) => language,
      () => null,
    );
  return spoken;
}

/** A part of it, for a chunk that is loaded later; `english` where that is spoken. */
export function inLanguage<Part extends keyof Language>(
  part: Part,
  english: Language[Part],
): Language[Part] {
  return spoken?.[part] ?? english;
}

function wantedLanguage(): string {
  const wanted = [chosenLanguage(), ...navigator.languages];
  const tags = wanted.map((tag) => tag.replace(/-.*/, '').toLowerCase());
  return tags.find((tag) => Object.hasOwn(LANGUAGES, tag)) ?? 'en';
}

function chosenLanguage(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

/** For this browser. Loads the page again, which loses nothing. */
export function chooseLanguage(tag: string): void {
  try {
    localStorage.setItem(KEY, tag);
  } catch {
    // Where nothing can be kept the browser's own holds.
  }
  location.reload();
}
