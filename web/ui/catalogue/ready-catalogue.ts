/** The texts of the Ready page in the language of the page. */
import { enReady } from './en-ready.ts';

export type ReadyCatalogue = typeof enReady;

export const readyText: ReadyCatalogue = enReady;
