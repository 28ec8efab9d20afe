/**
 * The outboxes that earlier pages left on this device, under the key the core gives them: for a
 * page that meets the end of a chat without having opened it, so that no chat wipes them.
 */
import type { Storage } from '../core/environment.ts';

export function wipeLeftOutboxes(storage: Storage, sid: string): void {
  try {
    // From the end: what is removed moves what follows.
    for (let index = storage.length; index >= 0; index -= 1) {
      const key = storage.key(index);
      if (key?.startsWith(`duologue:outbox:${sid}:`)) storage.removeItem(key);
    }
  } catch {
    // Forbidden: then nothing was left there.
  }
}
