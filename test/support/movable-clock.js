// Loaded into a server before its own code: every SIGUSR2 puts its clock forward by a minute, so
// that a test need not wait for one. Says so when it is done.
import process from 'node:process';

const MINUTE_MS = 60_000;
const now = Date.now.bind(Date);
const elapsed = performance.now.bind(performance);
let ahead = 0;

Date.now = () => now() + ahead;
// How long somebody has been silent, or slow, is measured by this one.
if (process.env['MOVE_ALL_CLOCKS'] !== undefined) performance.now = () => elapsed() + ahead;
process.on('SIGUSR2', () => {
  ahead += MINUTE_MS;
  process.stdout.write(`clock put forward by ${ahead} ms\n`);
});
