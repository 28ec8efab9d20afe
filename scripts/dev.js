/**
 * `npm run dev`: the page from Vite, which reloads it on change, and behind it the server, which
 * restarts on change. The browser sees one origin: cookies and Origin checks work as in production,
 * since the proxy passes the browser's Host on.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createNetServer } from 'node:net';
import { bootstrap } from './bootstrap.js';
import { ROOT, runMain, tool } from './run.js';

await runMain(async () => {
  await bootstrap();
  const port = await freePort();
  process.env['NODE_ENV'] = 'development';
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(port) };
  const args = ['watch', '--clear-screen=false', '--include=server/**/*.lua', 'server/main.ts'];
  const server = spawn(process.execPath, [tool('tsx/dist/cli.mjs'), ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const page = await servePage(`http://127.0.0.1:${port}`);

  const stop = () => {
    server.kill();
    void page.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  server.once('exit', stop);
});

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

async function freePort() {
  const probe = createNetServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
