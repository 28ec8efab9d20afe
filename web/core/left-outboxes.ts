/**
 * Which outboxes there are on this device, and removing those of a session: also for a page that
 * meets the end of a chat without having opened it, so that no chat wipes them.
 */
import type { Environment, Storage } from './environment.ts';

const PREFIX = 'duologue:outbox:';

/** What the keys of a session's outboxes begin with; without a session, those of all. */
export const outboxPrefix = (sid?: string) => (sid === undefined ? PREFIX : `${PREFIX}${sid}:`);

export function keysIn(storage: Storage, prefix: string): string[] {
  const all = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '');
  return all.filter((key) => key.startsWith(prefix));
}

export function wipeOutboxes(
  { storage, copies }: Pick<Environment, 'storage' | 'copies'>,
  sid: string,
): void {
  const prefix = outboxPrefix(sid);
  copies?.remove(prefix);
  try {
    for (const key of keysIn(storage, prefix)) storage.removeItem(key);
  } catch {
    // Forbidden: then nothing was left there.
  }
}
