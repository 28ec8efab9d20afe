/**
 * Where outboxes outlive their page: one storage key a page load, with a heartbeat. An outbox
 * whose page has not beaten for six seconds is handed to whoever looks. Sealed items only.
 */
import { isRecord } from '../../server/protocol/shape.ts';
import type { Environment, Storage } from './environment.ts';
import type { SealedItem } from './sealing.ts';

export const HEARTBEAT_MS = 2_000;
export const ABANDONED_AFTER_MS = 6_000;

export interface OutboxStorageOptions {
  environment: Pick<Environment, 'wallNow' | 'storage'>;
  sid: string;
  /** Random, one per page load. */
  page: string;
}

export type OutboxStorage = ReturnType<typeof createOutboxStorage>;

/** Storage that is full or forbidden loses the outbox with its page, and nothing else. */
export function createOutboxStorage({ environment, sid, page }: OutboxStorageOptions) {
  const { storage, wallNow } = environment;
  const prefix = `duologue:outbox:${sid}:`;
  const ownKey = prefix + page;
  let saved: readonly SealedItem[] = [];

  function write(beat: number): void {
    attempt(() => {
      if (saved.length === 0) storage.removeItem(ownKey);
      else storage.setItem(ownKey, JSON.stringify({ beat, items: saved }));
    });
  }

  return {
    save(items: readonly SealedItem[]): void {
      saved = items.map(({ cid, box, of }) => ({ cid, box, ...(of && { of }) }));
      write(wallNow());
    },

    /** Every HEARTBEAT_MS. */
    beat: () => {
      if (saved.length > 0) write(wallNow());
    },

    /** The page goes: another need not wait. */
    release: () => {
      if (saved.length > 0) write(0);
    },

    /** Hands over each outbox left behind, and removes it if it was taken. */
    adopt(take: (items: readonly SealedItem[]) => boolean): void {
      const adoptOne = (key: string) => {
        const found = key === ownKey ? null : parseSaved(storage.getItem(key));
        // A clock that was set back must not keep an outbox for ever.
        if (!found || Math.abs(wallNow() - found.beat) <= ABANDONED_AFTER_MS) return;
        if (take(found.items)) storage.removeItem(key);
      };
      attempt(() => {
        for (const key of keysIn(storage, prefix)) attempt(() => adoptOne(key));
      });
    },

    /** All outboxes of the session, of every page. */
    wipe(): void {
      saved = [];
      attempt(() => {
        for (const key of keysIn(storage, prefix)) storage.removeItem(key);
      });
    },
  };
}

function keysIn(storage: Storage, prefix: string): string[] {
  const all = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '');
  return all.filter((key) => key.startsWith(prefix));
}

function parseSaved(text: string | null): { beat: number; items: SealedItem[] } | null {
  const saved: unknown = JSON.parse(text ?? 'null');
  if (!isRecord(saved) || typeof saved.beat !== 'number' || !Array.isArray(saved.items))
    return null;
  return { beat: saved.beat, items: saved.items.filter(isSealedItem) };
}

function isSealedItem(value: unknown): value is SealedItem {
  if (!isRecord(value) || typeof value.cid !== 'string' || typeof value.box !== 'string') {
    return false;
  }
  const { of } = value;
  return of === undefined || (Array.isArray(of) && of.every((cid) => typeof cid === 'string'));
}

function attempt(run: () => void): void {
  try {
    run();
  } catch {
    // Full, forbidden, or not what we wrote.
  }
}
