/** The texts of every screen, in the language of the page. */
import { en } from './en.ts';
import { loadLanguage } from './language.ts';

export type Catalogue = typeof en;

export const text: Catalogue = { ...en };

/** Before anything is shown. */
export async function translate(): Promise<void> {
  Object.assign(text, (await loadLanguage())?.page);
}
