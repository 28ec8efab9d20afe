/** Bundles the server with what it imports: it starts sooner from a few files than from 850. */
import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin, UserConfig } from 'vite';

/**
 * What libraries read at once for what is not done here: descriptions in files, lists of files,
 * pictures of pixels, requests without a network, ranges of addresses.
 */
const UNUSED = /^(?:yaml|glob|pngjs|light-my-request|ip-address)$/;

export default {
  plugins: [texts(), unused(), forV8()],
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: true,
    target: 'node20',
    rolldownOptions: {
      input: { main: 'main.ts', 'bcrypt-worker': 'sessions/bcrypt-worker.js' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        // Names and lines stay, for whoever reads the stack of an error.
        minify: { mangle: false, compress: true, codegen: false },
        comments: { legal: true, annotation: false, jsdoc: false },
      },
    },
  },
  ssr: {
    noExternal: true,
    // What threads are started with, and what reads files of its own.
    external: ['piscina', 'bcryptjs', 'prom-client'],
  },
} satisfies UserConfig;

/** Texts of our own, beside the code that reads them. */
function texts(): Plugin {
  return {
    name: 'texts',
    writeBundle({ dir }) {
      for (const path of ['help.txt', 'store/lua']) {
        const from = fileURLToPath(new URL(path, import.meta.url));
        cpSync(from, join(dir ?? '', basename(path)), { recursive: true });
      }
    },
  };
}

/** Takes no time to read, and no memory; what uses it all the same fails. */
function unused(): Plugin {
  return {
    name: 'unused',
    enforce: 'pre',
    resolveId: {
      filter: { id: UNUSED },
      handler: (source) => `\0unused ${source}`,
    },
    load: {
      filter: { id: /^\0unused / },
      handler: () => 'export {};',
    },
  };
}

const COMMANDS = 'commands.forEach(';

/** Writes what is the same, but costs V8 less. */
function forV8(): Plugin {
  return {
    name: 'for-v8',
    transform: {
      filter: { id: /\/ioredis\/built\/utils\/Commander\.js$/ },
      handler(code) {
        if (!code.includes(COMMANDS)) this.error('gives itself its commands in another way');
        // Its 900 methods are given to it one by one, and each time V8 copies the list of those
        // before: 7 MB. A table has no such list, and it becomes one when a property is deleted
        // that is not the last.
        return code.replace(
          COMMANDS,
          `delete Object.assign(Commander.prototype, { one: 1, other: 1 }).one;
          delete Commander.prototype.other;
          ${COMMANDS}`,
        );
      },
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        // Behind a backslash it would come out as something else.
        if (/\\[^\0-\x7f]/.test(chunk.code)) this.error(`${chunk.fileName}: an escaped letter`);
        chunk.code = chunk.code
          // One letter that is not of Latin-1, and the whole text takes twice the memory.
          .replace(/[^\0-\x7f]/g, escaped)
          // The code of a CommonJS module, as a function in brackets, which is compiled when it is
          // read. An arrow is read first and then once more, to compile it: a fifth of the start.
          .replace(/\b__commonJSMin\(\(\(([\w$, ]*)\) => \{/g, '__commonJSMin((function($1) {');
      }
    },
  };
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
