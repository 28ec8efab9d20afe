/**
 * IndexedDB as the core's Copies. Chromium keeps what a page writes to localStorage in memory for
 * five seconds, and then for a minute; a transaction here is on disk when it says that it is done.
 * Opened when first used; where it is forbidden, nothing is kept.
 */
import type { Copies } from '../core/environment.ts';

const STORE = 'outboxes';

export function createBrowserCopies(): Copies {
  let opening: Promise<IDBDatabase> | undefined;

  async function change<T>(by: (store: IDBObjectStore) => T): Promise<T> {
    const database = await (opening ??= openDatabase());
    const options = { durability: 'strict' } as const;
    return by(database.transaction(STORE, 'readwrite', options).objectStore(STORE));
  }

  return {
    put(key, value) {
      change((store) => store.put(value, key)).catch(() => {});
    },
    remove(prefix) {
      const range = () => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      change((store) => store.delete(range())).catch(() => {});
    },
    async all() {
      const [keys, values] = await change((store) =>
        Promise.all([answerTo(store.getAllKeys()), answerTo(store.getAll())]),
      );
      // as: `put` takes nothing but texts.
      return keys.map((key, index) => [key, values[index]] as [string, string]);
    },
  };
}

function openDatabase(): Promise<IDBDatabase> {
  const request = indexedDB.open('duologue', 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
  return answerTo(request);
}

function answerTo<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('refused')));
  });
}
