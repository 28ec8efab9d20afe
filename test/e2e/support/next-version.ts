/** The next version of the product: built from its sources with one change that one can see. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startServer, type Server } from '../../support/server-process.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const BUILT = /[\\/]web[\\/]dist\b/;

export interface NextVersion {
  /** What its start page says. */
  heading: string;
  server: Server;
  remove: () => Promise<void>;
}

export async function startNextVersion(): Promise<NextVersion> {
  const folder = mkdtempSync(join(tmpdir(), 'duologue-next-'));
  for (const part of ['package.json', 'tsconfig.base.json', 'server', 'web']) {
    const filter = (path: string) => !BUILT.test(path);
    cpSync(ROOT + part, join(folder, part), { recursive: true, filter });
  }
  symlinkSync(`${ROOT}node_modules`, join(folder, 'node_modules'));
  const heading = 'A private chat for the two of you';
  const texts = join(folder, 'web/ui/catalogue/en-start.ts');
  const changed = readFileSync(texts, 'utf8').replace(/(heading: )'.*'/, `$1'${heading}'`);
  writeFileSync(texts, changed);
  const vite = `${ROOT}node_modules/vite/bin/vite.js`;
  await promisify(execFile)(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], {
    cwd: folder,
  });
  const server = await startServer({}, [], join(folder, 'server/dist/main.js'));
  return {
    heading,
    server,
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
