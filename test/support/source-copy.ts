/** The sources in a folder of their own, to be changed or built there, with the modules of ours. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = ['package.json', 'package-lock.json', 'tsconfig.base.json'];
const FOLDERS = ['scripts', 'server', 'web'];

/** Nothing that was built is in it. Whoever asks for it removes it. */
export function copySources(): string {
  const copy = mkdtempSync(join(realpathSync(tmpdir()), 'duologue-sources-'));
  for (const path of [...FILES, ...FOLDERS]) {
    const filter = (file: string) => !/[/\\]dist$|\.tsbuildinfo$/.test(file);
    cpSync(join(ROOT, path), join(copy, path), { recursive: true, filter });
  }
  // One by one, without what others have kept there: what is written beside them stays in the copy.
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (/^\.(vite|cache)/.test(name)) continue;
    symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  }
  return copy;
}
