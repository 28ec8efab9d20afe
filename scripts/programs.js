/**
 * The programs outside node_modules that the tests use: where they are, and how they get there.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError, run } from './run.js';

/** Each with the packages of Debian and Homebrew that bring it. */
const PROGRAMS = {
  'redis-server': { debian: 'redis-server', brew: 'redis' },
  promtool: { debian: 'prometheus', brew: 'prometheus' },
  curl: { debian: 'curl', brew: 'curl' },
  zbarimg: { debian: 'zbar-tools', brew: 'zbar' },
  chromium: { debian: 'chromium', brew: null },
  'firefox-esr': { debian: 'firefox-esr', brew: null },
  nginx: { debian: 'nginx-light', brew: 'nginx' },
  caddy: { debian: 'caddy', brew: 'caddy' },
};

/** @typedef {keyof typeof PROGRAMS} Program */

/** The full path of a program on the PATH, or null: what `which` says, without needing `which`.
 * Servers such as nginx are where Debian has none but root look.
 * @param {string} name */
export function findProgram(name) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, '/usr/sbin'].map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** On Debian as root installs what is missing; elsewhere throws a SetupError that says how to.
 * @param {readonly Program[]} wanted
 * @param {readonly Program[]} welcome Installed along where that is possible; missed by nobody. */
export async function requirePrograms(wanted, welcome = []) {
  const missing = await missingOf(wanted);
  const debian = existsSync('/etc/debian_version') && findProgram('apt-get') !== null;
  if (debian && process.getuid?.() === 0) {
    // Each of the others by itself: one that this Debian does not have must not keep the rest away.
    const others = (await missingOf(welcome)).map((name) => [name]);
    for (const names of [missing, ...others].filter(({ length }) => length > 0)) {
      // oxlint-disable-next-line no-await-in-loop -- apt does one thing at a time
      await aptInstall(names.map((name) => PROGRAMS[name].debian));
    }
  }
  const lacking = await missingOf(wanted);
  if (lacking.length > 0) throw new SetupError(instructions(lacking));
}

/** @param {readonly Program[]} wanted */
async function missingOf(wanted) {
  const missing = wanted.filter((name) => findProgram(name) === null);
  if (!missing.includes('chromium')) return missing;
  const { chromium } = await import('@playwright/test');
  const ownBrowser = existsSync(chromium.executablePath());
  return missing.filter((name) => !(name === 'chromium' && ownBrowser));
}

/** @param {readonly string[]} packages */
async function aptInstall(packages) {
  console.log(`Installing ${packages.join(', ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
  // A failure shows itself in what is then still missing.
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const { code, output } = await run('apt-get', [...options, ...args], { env, quiet: true });
    if (code !== 0) console.error(output);
  }
}

/** @param {readonly Program[]} missing */
function instructions(missing) {
  const brew = missing.map((name) => PROGRAMS[name].brew).filter((name) => name !== null);
  return [
    `The tests need ${missing.join(', ')}. To install:`,
    `  Debian:  sudo apt-get install ${missing.map((name) => PROGRAMS[name].debian).join(' ')}`,
    ...(brew.length > 0 ? [`  macOS:   brew install ${brew.join(' ')}`] : []),
    ...(missing.includes('chromium')
      ? ['  Browser anywhere else:  npx playwright install --with-deps chromium']
      : []),
  ].join('\n');
}
