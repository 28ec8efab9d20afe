/**
 * What a start is asked for by its arguments; settings are not among them. Plain JavaScript, since
 * `npm start` reads it before anything is installed or built.
 */
import { readFileSync } from 'node:fs';

/** @typedef {'start' | 'check' | 'help'} Task */

/** @type {Readonly<Record<string, Task>>} */
const OPTIONS = { '--check': 'check', '--help': 'help', '-h': 'help' };

/**
 * @param {readonly string[]} args without Node and the script
 * @returns {{task: Task} | {refusal: string}} `refusal`: a sentence for whoever gave an option
 *   that there is not
 */
export function readOptions(args) {
  const unknown = args.find((arg) => !Object.hasOwn(OPTIONS, arg));
  if (unknown !== undefined) {
    const refusal = `There is no option ${JSON.stringify(unknown)}, only --check and --help; settings are environment variables, like PORT=4000.`;
    return { refusal };
  }
  const tasks = args.map((arg) => OPTIONS[arg]);
  return { task: tasks.includes('help') ? 'help' : (tasks[0] ?? 'start') };
}

/** All options and settings, for a terminal of 80 columns; scripts/settings-table.ts writes it. */
export function helpText() {
  return readFileSync(new URL('help.txt', import.meta.url), 'utf8');
}
