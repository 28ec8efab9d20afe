/** The texts of the Ready page, in the language of the page. */
import { enReady } from './en-ready.ts';
import { inLanguage } from './language.ts';

export type ReadyCatalogue = typeof enReady;

export const readyText: ReadyCatalogue = inLanguage('ready', enReady);
