/** The texts of files and pictures in a chat, in the language of the page. */
import { enFiles } from './en-files.ts';
import { inLanguage } from './language.ts';

export type FilesCatalogue = typeof enFiles;

export const filesText: FilesCatalogue = inLanguage('files', enFiles);
