/** What is said of the connection when it is not live: which words, and how serious. Pure. */
import type { ConnectionStatus } from '../core/chat-view.ts';
import { chatText } from './catalogue/chat-catalogue.ts';

/** States that pass by themselves: said only when they last. */
export function isPassing(status: ConnectionStatus): boolean {
  return PASSING.has(status);
}

const PASSING: ReadonlySet<ConnectionStatus> = new Set([
  'connecting',
  'reconnecting',
  'offline',
  'crowded',
]);

export function troubleText(status: ConnectionStatus): string | null {
  return TEXTS[status] ?? null;
}

const TEXTS: Readonly<Partial<Record<ConnectionStatus, string>>> = {
  connecting: chatText.connecting,
  reconnecting: chatText.reconnecting,
  offline: chatText.offline,
  crowded: chatText.crowded,
  elsewhere: chatText.elsewhere,
  refused: chatText.refused,
};
