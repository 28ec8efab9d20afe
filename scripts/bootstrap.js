/**
 * Installs the dependencies when they are missing or others than the lock file asks for; else
 * does nothing, in a millisecond. So two commands are enough on a fresh clone, and every script
 * can begin with this. Uses nothing but Node.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { withLock } from './lock.js';
import { ROOT, SetupError, isMain, run, runMain } from './run.js';

const STAMP = `${ROOT}node_modules/.stamp`;

export async function bootstrap() {
  requireNode();
  const wanted = fingerprint();
  if (installed() === wanted) return;
  await withLock(async () => {
    if (installed() === wanted) return; // another process did it while this one waited
    console.log('Installing dependencies…');
    await install();
    writeFileSync(STAMP, wanted);
  });
}

/** `engines` of package.json says which: ranges like ^20.19.0 or >=24.0.0, joined by ||. */
function requireNode() {
  const { engines } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const { node } = process.versions;
  const fits = String(engines.node)
    .split('||')
    .some((range) => isIn(node, range.trim()));
  if (!fits) throw new SetupError(`Duologue needs Node ${engines.node}; this is ${node}.`);
}

/** @param {string} version @param {string} range */
function isIn(version, range) {
  const [major = 0, ...rest] = numbersOf(version);
  const [least = 0, ...leastRest] = numbersOf(range);
  if (major !== least) return major > least && range.startsWith('>=');
  const at = rest.findIndex((number, place) => number !== leastRest[place]);
  return at === -1 || (rest[at] ?? 0) > (leastRest[at] ?? 0);
}

/** @param {string} text */
function numbersOf(text) {
  return (/\d+\.\d+\.\d+/.exec(text)?.[0] ?? '').split('.').map(Number);
}

/** Platform and ABI are part of it: some packages bring compiled code. */
function fingerprint() {
  const { platform, arch, versions } = process;
  return createHash('sha256')
    .update(readFileSync(`${ROOT}package-lock.json`))
    .update(`${platform} ${arch} ${versions.modules}`)
    .digest('hex');
}

function installed() {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return undefined;
  }
}

async function install() {
  // The npm that started this script, if one did; its path is a JavaScript file.
  const npm = process.env['npm_execpath'];
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = withoutNpmOptions(process.env);
  const { code } =
    npm === undefined
      ? await run('npm', args, { env })
      : await run(process.execPath, [npm, ...args], { env });
  if (code !== 0) throw new SetupError('The dependencies could not be installed: see above.');
}

/**
 * The options of the npm around us (`npm --omit=dev start`, `npm -g …`) are not meant for this
 * install. Where to download from and through what is: that belongs to the machine.
 * @param {NodeJS.ProcessEnv} env
 */
function withoutNpmOptions(env) {
  const keep =
    /^npm_config_(.*registry|userconfig|globalconfig|cache|.*proxy|cafile|ca|strict_ssl)$/i;
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^npm_config_/i.test(name) || keep.test(name)),
  );
}

if (isMain(import.meta.url)) await runMain(bootstrap);
