/**
 * The texts in the language of the page. English is the only one yet: another is a set of
 * files of the same shapes.
 */
import { en } from './en.ts';

export type Catalogue = typeof en;

export const text: Catalogue = en;
