/**
 * `npm run dev`: the page from Vite, which reloads it on change, and behind it the server, which is
 * replaced on change. The browser sees one origin: cookies and Origin checks work as in production,
 * since the proxy passes the browser's Host on.
 */
import { readdirSync, watch } from 'node:fs';
import { bootstrap } from './bootstrap.js';
import { startDevServer } from './dev-server.js';
import { ROOT, runMain } from './run.js';

/** An editor that writes a file in steps is done by then. */
const SETTLE_MS = 30;

await runMain(async () => {
  await bootstrap();
  process.env['NODE_ENV'] = 'development';
  const server = await startDevServer(console.log);
  // Before it has read anything: no change is missed.
  watchServer(server.restart);
  const page = await servePage(server.address);

  const stop = () => {
    void Promise.all([server.stop(), page.close()]).finally(() => process.exit());
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
});

/** Folder by folder: watching a tree, Node 20 loses the files that an editor has replaced.
 * @param {() => void} changed called once for what comes together */
function watchServer(changed) {
  /** @type {NodeJS.Timeout | undefined} */
  let settling;
  /** @type {Map<string, import('node:fs').FSWatcher>} */
  const watchers = new Map();

  function watchFolders() {
    const folders = foldersUnder(`${ROOT}server`);
    for (const [folder, watcher] of watchers) {
      if (folders.includes(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (watchers.has(folder)) continue;
      const watcher = watchIfThere(folder, notice);
      if (watcher) watchers.set(folder, watcher);
    }
  }

  /** @param {string | null} name null where the system does not tell */
  function notice(name) {
    // A new folder may hold sources already.
    if (name !== null && !/\.(ts|js|lua)$/.test(name)) {
      const before = watchers.size;
      watchFolders();
      if (watchers.size <= before) return;
    }
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS);
  }

  watchFolders();
}

/** Null if the folder has gone since it was seen.
 * @param {string} folder
 * @param {(name: string | null) => void} notice */
function watchIfThere(folder, notice) {
  try {
    // One that is removed later is closed with the next look.
    return watch(folder, (_event, name) => notice(name)).on('error', () => {});
  } catch {
    return null;
  }
}

/** Itself too, without what is built, and what has gone since it was seen.
 * @param {string} folder
 * @returns {string[]} */
function foldersUnder(folder) {
  const inner = entriesOf(folder)
    .filter((entry) => entry.isDirectory() && entry.name !== 'dist')
    .flatMap(({ name }) => foldersUnder(`${folder}/${name}`));
  return [folder, ...inner];
}

/** @param {string} folder */
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** @param {string} target where the server listens */
async function servePage(target) {
  const { createServer } = await import('vite');
  const proxy = { target, changeOrigin: false };
  const page = await createServer({
    root: `${ROOT}web`,
    configFile: `${ROOT}web/vite.config.ts`,
    server: {
      host: process.env['HOST'] ?? '0.0.0.0',
      port: Number(process.env['PORT'] ?? 3000),
      strictPort: true,
      proxy: {
        '/api': proxy,
        '/ws': { ...proxy, ws: true },
        '/healthz': proxy,
        '/metrics': proxy,
        '/readyz': proxy,
      },
    },
  });
  await page.listen();
  page.printUrls();
  return page;
}
