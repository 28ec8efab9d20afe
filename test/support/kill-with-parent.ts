/** Processes that tests have started are gone when the test run is, however it ends. */
import type { ChildProcess } from 'node:child_process';

const running = new Set<ChildProcess>();
// One listener for all: Node takes more than ten for a leak.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export function killWithParent(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}
