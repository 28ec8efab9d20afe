/**
 * IndexedDB as the core's Copies. Chromium keeps what a page writes to localStorage in memory for
 * five seconds, and then for a minute; a transaction here is on disk when it says that it is done.
 * Opened when first used; where it is forbidden, nothing is kept.
 */
import type { Copies } from '../core/environment.ts';

const STORE = 'outboxes';

export function createBrowserCopies(): Copies {
  let opening: Promise<IDBDatabase> | undefined;

  async function ask<T>(by: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await (opening ??= openDatabase(() => (opening = undefined)));
    const options: IDBTransactionOptions = { durability: 'strict' };
    return answerTo(by(database.transaction(STORE, 'readwrite', options).objectStore(STORE)));
  }

  return {
    put(key, value) {
      ask((store) => store.put([key, value], key)).catch(() => {});
    },
    remove(prefix) {
      const range = () => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      ask((store) => store.delete(range())).catch(() => {});
    },
    // as: what `put` has put there
    all: () => ask((store) => store.getAll() as IDBRequest<[string, string][]>),
  };
}

/** `onLost`: it has to be opened again, because it could not be or was closed by the browser. */
async function openDatabase(onLost: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open('duologue', 1);
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore(STORE));
  request.addEventListener('error', onLost);
  const database = await answerTo(request);
  database.addEventListener('close', onLost);
  return database;
}

function answerTo<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', reject);
  });
}
