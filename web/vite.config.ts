// Bundles the page. Relative addresses throughout, so that it works under any path.
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
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
