/**
 * A server of `npm run dev`: reads all packages at once, then waits to be told to read our sources,
 * which is when they have changed. Does not outlive who started it.
 */
import { readFileSync } from 'node:fs';
import { ROOT } from './run.js';

process.once('disconnect', () => process.exit(1));
/** @type {string} A variable: checked as what it is, not along with this file. */
const main = '../server/main.ts';
// A failure is nobody's to catch: it is printed, and ends this process.
process.once('message', () => void import(main));

const { dependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
// One that cannot be read whole is read, in parts, by the sources.
await Promise.allSettled(Object.keys(dependencies).map((name) => import(name)));
