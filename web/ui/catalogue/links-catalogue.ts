/** The texts of the dialog of links and codes, in the language of the page. */
import { enLinks } from './en-links.ts';
import { inLanguage } from './language.ts';

export type LinksCatalogue = typeof enLinks;

export const linksText: LinksCatalogue = inLanguage('links', enLinks);
