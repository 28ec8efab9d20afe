/** The texts of what a chat fetches only when asked for, in the language of the page. */
import { enExtras } from './en-extras.ts';
import { inLanguage } from './language.ts';

export type ExtrasCatalogue = typeof enExtras;

export const extrasText: ExtrasCatalogue = inLanguage('extras', enExtras);
