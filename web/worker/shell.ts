/**
 * The shell: the page's own files, kept in one cache for each version. Knows nothing of any chat:
 * what it keeps is what everybody gets, under the names that the build gave it.
 */

/** Put in by the build: the page's files, relative to its folder, and a mark of all their bytes. */
declare const SHELL_FILES: readonly string[];
declare const SHELL_MARK: string;

/** More than this small page takes on a slow network; one that swallows everything says nothing. */
const PAGE_WITHIN_MS = 8000;

/** For lookups: how an answer was compressed is no matter here. */
const ANY_VARIANT: CacheQueryOptions = { ignoreVary: true };

export type Shell = ReturnType<typeof createShell>;

/** `folder`: the page's, with its final slash; what lies beyond it is somebody else's. */
export function createShell(folder: string) {
  // Caches are those of the whole origin, on which there may be other pages, ours among them.
  const prefix = `duologue-shell ${folder} `;
  const name = prefix + SHELL_MARK;
  const assets = `${folder}assets/`;
  const files = new Set(SHELL_FILES.map((file) => folder + file));

  const keptPage = async () => (await caches.open(name)).match(folder, ANY_VARIANT);

  /** A version that is only just being replaced has no page any more that goes with these files. */
  async function fetchPage(): Promise<Response> {
    const page = await fetch(folder, { cache: 'no-store', redirect: 'error' });
    const named = (await page.clone().text()).match(/\bassets\/[\w.-]+/g) ?? [];
    if (!page.ok || named.length === 0 || !named.every((file) => files.has(folder + file))) {
      throw new Error('Another version is being served.');
    }
    return page;
  }

  /** The network's, so that a new version is taken at once; the kept one where that has none. */
  async function answerPage(request: Request): Promise<Response> {
    const fetching = fetch(request).catch(() => null);
    const late = new Promise<null>((resolve) => setTimeout(resolve, PAGE_WITHIN_MS, null));
    const response = await Promise.race([fetching, late]);
    if (response !== null && response.status < 500) return response;
    return (await keptPage()) ?? (await fetching) ?? Response.error();
  }

  /** Its name is its hash: any copy is as good, also that of a version still waiting for its turn. */
  async function answerAsset(request: Request): Promise<Response> {
    return (await caches.match(request, ANY_VARIANT)) ?? fetch(request);
  }

  async function answerFile(request: Request): Promise<Response> {
    const response = await fetch(request).catch(() => null);
    return response ?? (await caches.match(request, ANY_VARIANT)) ?? Response.error();
  }

  return {
    /** All of one version, or nothing. */
    async keep(): Promise<void> {
      try {
        const cache = await caches.open(name);
        const page = await fetchPage();
        await cache.addAll([...files]);
        await cache.put(folder, page);
      } catch (error) {
        await caches.delete(name);
        throw error;
      }
    },

    /** No page of theirs is open any more. */
    async dropOthers(): Promise<void> {
      const names = await caches.keys();
      const others = names.filter((other) => other.startsWith(prefix) && other !== name);
      await Promise.all(others.map((other) => caches.delete(other)));
    },

    /** Null where it is none of the shell's matter: the API, sockets, what is not of this page. */
    answer(request: Request): Promise<Response> | null {
      if (request.method !== 'GET') return null;
      const { origin, pathname } = new URL(request.url);
      const address = origin + pathname;
      if (request.mode === 'navigate') {
        // The same shell whatever the address says: no link is ever a key.
        return isPage(address.slice(folder.length)) ? answerPage(request) : null;
      }
      if (address.startsWith(assets)) return answerAsset(request);
      return files.has(address) ? answerFile(request) : null;
    },
  };
}

/** `path` within the folder: the start page or a link, also with %23 for its #. */
function isPage(path: string): boolean {
  return /^(c(%(25)*23.*)?)?$/i.test(path);
}
