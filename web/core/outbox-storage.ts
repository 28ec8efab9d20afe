/**
 * Where outboxes outlive their page: one storage key a page load, with a heartbeat. An outbox
 * whose page has not beaten for six seconds is handed to whoever looks; one that nobody came for
 * while its session can have lived is removed. Sealed items only. Copies, without the heartbeat,
 * outlive a browser that is killed before it has written its storage to disk.
 */
import { isRecord } from '../../server/protocol/shape.ts';
import type { Environment, Storage } from './environment.ts';
import { keysIn, outboxPrefix, wipeOutboxes } from './left-outboxes.ts';
import type { SealedItem } from './sealing.ts';

export const HEARTBEAT_MS = 2_000;
const ABANDONED_AFTER_MS = 6_000;
/** The longest that any server lets a session live (MAX_TTL). */
const SESSION_MS = 30 * 24 * 60 * 60 * 1_000;

interface OutboxStorageOptions {
  environment: Pick<Environment, 'wallNow' | 'storage' | 'copies'>;
  sid: string;
  /** Random, one per page load. */
  page: string;
}

/** Storage that is full or forbidden loses the outbox with its page, and nothing else. */
export function createOutboxStorage({ environment, sid, page }: OutboxStorageOptions) {
  const { storage, wallNow, copies } = environment;
  const prefix = outboxPrefix(sid);
  const ownKey = prefix + page;
  let saved: readonly SealedItem[] = [];
  let isWiped = false;

  function write(released = false): string {
    const outbox: SavedOutbox = { beat: wallNow(), released, items: saved };
    const text = JSON.stringify(outbox);
    attempt(() => storage.setItem(ownKey, text));
    return text;
  }

  function remove(key: string): void {
    attempt(() => storage.removeItem(key));
    copies?.remove(key);
  }

  return {
    save(items: readonly SealedItem[]): void {
      saved = items.map(({ cid, box, of }) => ({ cid, box, ...(of && { of }) }));
      if (saved.length === 0) return remove(ownKey);
      const text = write();
      copies?.put(ownKey, text);
    },

    /** Every HEARTBEAT_MS. */
    beat: () => {
      if (saved.length > 0) write();
    },

    /** The page goes: another need not wait. */
    release: () => {
      if (saved.length > 0) write(true);
    },

    /** Hands over each outbox left behind, and removes it if it was taken. */
    adopt(take: (items: readonly SealedItem[]) => boolean): void {
      const adoptOne = (key: string) => {
        const found = key === ownKey ? null : parseSaved(storage.getItem(key));
        if (!found || !(found.released || isOlder(found, wallNow(), ABANDONED_AFTER_MS))) return;
        if (take(found.items)) remove(key);
      };
      attempt(() => {
        for (const key of keysIn(storage, prefix)) attempt(() => adoptOne(key));
      });
    },

    /** Puts back what only the copies have kept, for `adopt` to find. */
    async restore(): Promise<void> {
      const kept = await copies?.all().catch(() => []);
      for (const [key, text] of isWiped ? [] : (kept ?? [])) {
        attempt(() => {
          const copy = parseSaved(text);
          if (!copy || isOlder(copy, wallNow(), SESSION_MS)) return copies?.remove(key);
          // Its own page has gone on writing: what a storage that is late has may be older.
          const found = parseSaved(storage.getItem(key));
          if (key.startsWith(prefix) && !(found && found.beat >= copy.beat)) {
            storage.setItem(key, text);
          }
        });
      }
    },

    /** All outboxes of the session, of every page. */
    wipe(): void {
      isWiped = true;
      saved = [];
      wipeOutboxes(environment, sid);
    },
  };
}

/** Removes the outboxes of all sessions, this one's too, that cannot be alive any more. */
export function sweepOutboxes(storage: Storage, wallNow: number): void {
  attempt(() => {
    for (const key of keysIn(storage, outboxPrefix())) {
      attempt(() => {
        const found = parseSaved(storage.getItem(key));
        if (found && isOlder(found, wallNow, SESSION_MS)) storage.removeItem(key);
      });
    }
  });
}

interface SavedOutbox {
  /** When its page last said that it was there. */
  beat: number;
  /** The page has left: nobody need wait. */
  released: boolean;
  items: readonly SealedItem[];
}

/** A clock that was set back must not keep an outbox for ever. */
function isOlder({ beat }: SavedOutbox, wallNow: number, ms: number): boolean {
  return Math.abs(wallNow - beat) > ms;
}

function parseSaved(text: string | null): SavedOutbox | null {
  const saved: unknown = JSON.parse(text ?? 'null');
  if (!isRecord(saved) || typeof saved.beat !== 'number' || !Array.isArray(saved.items))
    return null;
  const items = saved.items.filter(isSealedItem);
  return { beat: saved.beat, released: saved.released === true, items };
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
