/**
 * What a chat needs only when it is asked for, in a chunk of its own: the menu's list and what it
 * opens, dialogs, what can be done with messages, and what shows more of them than plain words.
 * Fetched with the first message or when someone reaches for it, and then there for good.
 */
import { signal, type ReadonlySignal } from '@preact/signals-core';
import type * as chatExtras from './chat-extras.ts';

export type Extras = typeof chatExtras;

const loaded = signal<Extras | null>(null);

/** Null until fetched. */
export const extras: ReadonlySignal<Extras | null> = loaded;

/** Null if they cannot be had: no network, or another version is being served by now. */
export async function fetchExtras(): Promise<Extras | null> {
  const parts = await import('./chat-extras.ts').catch(() => null);
  return (loaded.value ??= parts);
}
