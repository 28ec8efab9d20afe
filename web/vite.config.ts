/** Bundles the page. Relative addresses throughout, so that it works under any path. */
import { defineConfig, type Plugin } from 'vite';

export default defineConfig({
  base: './',
  plugins: [plainImport()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would be data: URLs, which the Content-Security-Policy refuses for fonts.
    assetsInlineLimit: 0,
    // The polyfill is an extra script for browsers that the target leaves out anyway.
    modulePreload: { polyfill: false },
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
  };
}
