/** A built page in a folder of its own, which is gone after the test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Contents are the names, and say how they are compressed. */
export async function webRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'duologue-web-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'assets'));
  for (const file of ['index.html', 'assets/app-1a2b3c.js', 'favicon.svg', 'sw.js', '.secret']) {
    await writeFile(join(root, file), file);
    await writeFile(join(root, `${file}.br`), `${file} in br`);
    await writeFile(join(root, `${file}.gz`), `${file} in gz`);
  }
  await writeFile(join(root, 'assets/Start-4d5e6f.js'), 'the first screen');
  await writeFile(join(root, 'assets/plain-9f.svg'), 'assets/plain-9f.svg');
  await writeFile(join(root, 'assets/app-1a2b3c.js.map'), 'sources');
  return root;
}
