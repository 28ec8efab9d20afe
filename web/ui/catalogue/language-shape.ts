/** What a language has to say: all that English does. */
import type { en } from './en.ts';
import type { enChat } from './en-chat.ts';
import type { enExtras } from './en-extras.ts';
import type { enFiles } from './en-files.ts';
import type { enIncomplete } from './en-incomplete.ts';
import type { enLinks } from './en-links.ts';
import type { enReady } from './en-ready.ts';
import type { enStart } from './en-start.ts';

export interface Language {
  page: typeof en;
  start: typeof enStart;
  ready: typeof enReady;
  chat: typeof enChat;
  extras: typeof enExtras;
  files: typeof enFiles;
  incomplete: typeof enIncomplete;
  links: typeof enLinks;
}
