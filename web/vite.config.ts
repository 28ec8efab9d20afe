/** Bundles the page. Relative addresses throughout, so that it works under any path. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, defineConfig, type Plugin } from 'vite';

/**
 * That code around an import() and nothing else, or around one whose parts are taken by name; and
 * what it is given to load ahead, wherever.
 */
const CALL =
  /[\w$]+\((?:\(\)=>(import\([^)]+\)(?:\.then\(\w+=>\w+\.\w+\))?)|async\(\)=>\{let\{[^}]*\}=await (import\([^)]+\));return\{[^}]*\}\}),(?:\[\]|__vite__mapDeps\(\[[\d,]*\]\)),import\.meta\.url\)/g;
const UNREAD =
  /^const __vite__mapDeps=.*\n|,__vite__mapDeps\(\[[\d,]*\]\),import\.meta\.url(?=\))/gm;
const WORKER = fileURLToPath(new URL('worker', import.meta.url));

export default defineConfig({
  base: './',
  plugins: [plainImport(), paintLater(), serviceWorker()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would be data: URLs, which the Content-Security-Policy refuses for fonts.
    assetsInlineLimit: 0,
    // No list of what each chunk imports: nothing is fetched ahead by it (plainImport).
    modulePreload: false,
    rolldownOptions: {
      // One of the plugins is a build of its own.
      checks: { pluginTimings: false },
      output: {
        // The page has to name them all.
        chunkFileNames: 'assets/[name]-[hash:6].js',
        codeSplitting: {
          // What others import too stays in the chunk of the page: a third costs half a kilobyte.
          groups: [{ name: 'index', tags: ['$initial'] }],
        },
      },
    },
  },
});

/**
 * Vite wraps every import() in code that preloads what the chunk imports in turn. Ours import only
 * what is loaded already, and the one stylesheet is in the page.
 */
function plainImport(): Plugin {
  return {
    name: 'plain-import',
    enforce: 'pre',
    load: {
      filter: { id: /vite\/preload-helper/ },
      handler: () => 'export const __vitePreload = (load) => load();',
    },
    // The list all the same, where there is a stylesheet: nobody reads it.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== 'chunk') continue;
          chunk.code = chunk.code.replaceAll(CALL, '$1$2').replaceAll(UNREAD, '');
        }
      },
    },
  };
}

/** Nothing is there to be painted before the page's script has run; what would be, has no theme yet. */
function paintLater(): Plugin {
  return {
    name: 'paint-later',
    transformIndexHtml: {
      order: 'post',
      handler: (html) => html.replace('<script type="module"', '$& blocking="render"'),
    },
  };
}

/**
 * The worker, once all else is there: it is told the names of the page's files, and a mark of their
 * bytes and its own, so that any change makes it another. Its own name stays the same.
 */
function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    async writeBundle({ dir = '' }) {
      const files = filesUnder(dir).filter((file) => file !== 'index.html');
      const mark = createHash('sha256');
      for (const file of [...files, 'index.html']) mark.update(readFileSync(`${dir}/${file}`));
      for (const file of filesUnder(WORKER)) mark.update(readFileSync(`${WORKER}/${file}`));
      await build({
        configFile: false,
        root: WORKER,
        publicDir: false,
        logLevel: 'warn',
        define: {
          SHELL_FILES: JSON.stringify(files),
          SHELL_MARK: JSON.stringify(mark.digest('base64url').slice(0, 11)),
        },
        build: {
          outDir: dir,
          emptyOutDir: false,
          target: 'es2022',
          rolldownOptions: {
            input: `${WORKER}/sw.ts`,
            output: { entryFileNames: 'sw.js', format: 'iife' },
          },
        },
      });
    },
  };
}

/** Relative, in one order on every machine. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(folder.length + 1))
    .toSorted();
}
