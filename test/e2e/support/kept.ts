/**
 * All that a browser keeps of a page: what the page itself can read, now, and the folder on the
 * disk. Knows nothing of what may be there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

export type KeptPlace = keyof Awaited<ReturnType<typeof keptByPage>>;

/** Each place as one text. Cookies that scripts cannot see are in `cookies`. */
export async function keptByPage(page: Page) {
  const cookies = JSON.stringify(await page.context().cookies());
  const kept = await page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result));
        request.addEventListener('error', () => reject(request.error ?? new Error()));
      });
    const inDatabases = async () => {
      const all: unknown[] = [];
      for (const { name = '' } of await indexedDB.databases()) {
        const database = await answer(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
          const opened = database.transaction(store).objectStore(store);
          all.push(name, store, await answer(opened.getAllKeys()), await answer(opened.getAll()));
        }
        database.close();
      }
      return JSON.stringify(all);
    };
    const inCaches = async () => {
      const all: unknown[] = [];
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          all.push(name, request.url, await (await cache.match(request))?.text());
        }
      }
      return JSON.stringify(all);
    };
    return {
      localStorage: JSON.stringify(Object.entries(localStorage)),
      sessionStorage: JSON.stringify(Object.entries(sessionStorage)),
      indexedDB: await inDatabases(),
      caches: await inCaches(),
      'history.state': JSON.stringify(history.state),
      title: document.title,
      fragment: location.hash,
      address: location.href.replace(location.hash, ''),
      'window.name': window.name,
    };
  });
  return { ...kept, cookies };
}

/** Every file under a folder, by its path there. A browser that runs may remove some meanwhile. */
export function filesIn(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !existsSync(path)) continue;
    files.set(path.slice(folder.length + 1), readFileSync(path));
  }
  return files;
}
