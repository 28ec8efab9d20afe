/**
 * Runs one command and waits for it. Owns what every script needs around that: the child is
 * killed when this process is told to stop, and a development tool never sees NODE_ENV from
 * outside (with `production` set, test libraries change their behaviour).
 */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The path of a tool's script inside node_modules, to run with this very Node.
 * @param {string} path */
export const tool = (path) => `${ROOT}node_modules/${path}`;

/** A fault of the person's setup: the message says what to do, a stack would only hide it. */
export class SetupError extends Error {}

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] in place of this process's own, without NODE_ENV
 * @property {string} [cwd] in place of the folder of the project
 * @property {boolean} [quiet] collect the output instead of showing it
 */

/**
 * Resolves with the exit code (1 if it was killed) and, if quiet, stdout and stderr as they came.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{code: number, output: string}>}
 */
export function run(command, args, { env = process.env, cwd = ROOT, quiet = false } = {}) {
  const { NODE_ENV: _, ...childEnv } = env;
  const child = spawn(command, args, {
    cwd,
    env: childEnv,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    shell: process.platform === 'win32' && command === 'npm',
  });

  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => (output += text));
  }

  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    child.kill(signal);
    process.exit(1);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Runs a tool of node_modules with this Node; throws SetupError if it fails.
 * @param {string} label what to call it in the error
 * @param {string} script
 * @param {readonly string[]} args */
export async function mustRun(label, script, args) {
  const { code } = await run(process.execPath, [tool(script), ...args]);
  if (code !== 0) throw new SetupError(`${label} failed.`);
}

/** Whether a module was started as a command: `node scripts/x.js`.
 * @param {string} moduleUrl its import.meta.url */
export function isMain(moduleUrl) {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === fileURLToPath(moduleUrl);
}

/** Ends the process with 1 and a message when `main` fails.
 * @param {() => Promise<unknown>} main */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    process.exitCode = 1;
  }
}
