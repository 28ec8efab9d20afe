// Loaded into a server before its own code: every SIGUSR2 puts its clock forward by a minute, so
// that a test need not wait for one. Says so when it is done.
import process from 'node:process';

const MINUTE_MS = 60_000;
const now = Date.now.bind(Date);
let ahead = 0;

Date.now = () => now() + ahead;
process.on('SIGUSR2', () => {
  ahead += MINUTE_MS;
  process.stdout.write(`clock put forward by ${ahead} ms\n`);
});
