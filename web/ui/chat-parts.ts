/** What only a chat needs, in a chunk of its own: start and join stay small. */
export { createChat } from '../core/chat.ts';
export { ChatPage } from './pages/Chat.tsx';
export { createDraftSeal } from '../core/draft-seal.ts';
