/** The texts of the page for a link without its key, in the language of the page. */
import { enIncomplete } from './en-incomplete.ts';
import { inLanguage } from './language.ts';

export type IncompleteCatalogue = typeof enIncomplete;

export const incompleteText: IncompleteCatalogue = inLanguage('incomplete', enIncomplete);
