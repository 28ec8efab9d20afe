/** What making a chat and handing it on need, in a chunk of its own: fetched while names are typed. */
export { createNewSession } from '../core/new-session.ts';
export { ReadyScreen } from './ready-screen.tsx';
