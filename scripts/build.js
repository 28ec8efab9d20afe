/**
 * Builds what runs: server/dist and web/dist (the latter compressed ahead of time).
 * Does nothing, quickly, when no source has changed since; safe when two run at once.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { withLock } from './lock.js';
import { ROOT, isMain, mustRun, runMain } from './run.js';

const SOURCES = ['package-lock.json', 'tsconfig.base.json', 'scripts/build.js', 'server', 'web'];
const STAMP = `${ROOT}server/dist/.stamp`;

export async function build() {
  if (isFresh(fingerprint())) return;
  await withLock(async () => {
    const wanted = fingerprint();
    if (isFresh(wanted)) return; // another process did it while this one waited
    console.log('Building…');
    await buildServer();
    await buildWeb();
    // Last, and of the sources as they were before: a build cut short is no build.
    writeFileSync(STAMP, wanted);
  });
}

/** A hash over the names and contents of everything the build reads. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesUnder(source)) {
      hash
        .update(`${file}\0`)
        .update(readFileSync(ROOT + file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/** @param {string} path
 * @returns {string[]} */
function filesUnder(path) {
  const entries = readdirOrNull(path);
  if (entries === null) return [path];
  return entries
    .filter(({ name }) => name !== 'dist' && name !== 'node_modules')
    .map(({ name }) => `${path}/${name}`)
    .toSorted()
    .flatMap(filesUnder);
}

/** @param {string} path */
function readdirOrNull(path) {
  try {
    return readdirSync(ROOT + path, { withFileTypes: true });
  } catch {
    return null; // a file
  }
}

/** @param {string} wanted */
function isFresh(wanted) {
  return (
    existsSync(STAMP) &&
    readFileSync(STAMP, 'utf8') === wanted &&
    existsSync(`${ROOT}web/dist/index.html`)
  );
}

async function buildServer() {
  // The bundler only strips types, of the server and of the page.
  await mustRun('Checking the types', 'typescript/bin/tsc', ['-b', 'server', 'web']);
  await bundle('server');
}

async function buildWeb() {
  await bundle('web');
  const files = await readdir(`${ROOT}web/dist`, { recursive: true });
  const texts = files.filter((file) => /\.(html|js|css|svg|json|webmanifest|txt)$/.test(file));
  await Promise.all(texts.map((file) => compress(`${ROOT}web/dist/${file}`)));
}

/** @param {string} folder */
async function bundle(folder) {
  await mustRun('Bundling', 'vite/bin/vite.js', ['build', folder, '--logLevel', 'warn']);
}

/** More take longer and gain a few bytes. */
const ZOPFLI_ITERATIONS = 15;

/** Once, at the highest effort, so that the server never compresses anything itself.
 * @param {string} path */
async function compress(path) {
  const content = await readFile(path);
  // Here, since this file is read before anything is installed.
  const { gzipAsync } = await import('@gfx/zopfli');
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
    // A twentieth less than zlib makes of it at its best, as plain gzip.
    gzipAsync(content, { numiterations: ZOPFLI_ITERATIONS }),
  ]);
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)]);
}

if (isMain(import.meta.url)) await runMain(build);
