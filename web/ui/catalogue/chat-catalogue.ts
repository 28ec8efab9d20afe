/** The texts of an open chat, in the language of the page. */
import { enChat } from './en-chat.ts';
import { inLanguage } from './language.ts';

export type ChatCatalogue = typeof enChat;

export const chatText: ChatCatalogue = inLanguage('chat', enChat);
