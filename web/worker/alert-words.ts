/**
 * What an alert says while no page of a chat is open. The worker knows neither the language that
 * was chosen nor its texts, so the page leaves these few words for it; never any of a chat.
 */
export interface AlertWords {
  title: string;
  body: string;
}

/** Of an alert about no chat in particular; a newer one takes its place. */
export const PUSH_TAG = 'duologue';

/** In a cache, the one storage that page and worker share and read alike. `folder`: the page's. */
const nameFor = (folder: string) => `duologue-alerts ${folder}`;

export async function keepAlertWords(folder: string, words: AlertWords): Promise<void> {
  const cache = await caches.open(nameFor(folder));
  await cache.put(folder, new Response(JSON.stringify(words)));
}

/** Null if they were cleared since. */
export async function readAlertWords(folder: string): Promise<AlertWords | null> {
  const kept = await caches.match(folder, { cacheName: nameFor(folder) });
  // as: nothing else is ever kept there.
  return kept === undefined ? null : ((await kept.json()) as AlertWords);
}
