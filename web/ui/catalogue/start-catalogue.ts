/** The texts of the Start page, in the language of the page. */
import { enStart } from './en-start.ts';
import { inLanguage } from './language.ts';

export type StartCatalogue = typeof enStart;

export const startText: StartCatalogue = inLanguage('start', enStart);
