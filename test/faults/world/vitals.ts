/** What a process takes of its machine, as the kernel counts it. */
import { readFileSync, readdirSync } from 'node:fs';

export interface Vitals {
  /** Resident memory. */
  bytes: number;
  /** CPU time of all its threads since it began. */
  cpuUs: number;
  /** Open file descriptors. */
  files: number;
  /** In ticks since the machine's own start: another number is another process. */
  startedAt: number;
}

/** Linux counts in hundredths of a second, whatever the machine. */
const TICK_US = 10_000;

/** Throws if there is no such process. */
export function vitalsOf(pid: number): Vitals {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  // The name stands in parentheses and may hold anything; what follows begins with the third field.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    bytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    cpuUs: (Number(fields[14 - 3]) + Number(fields[15 - 3])) * TICK_US,
    files: readdirSync(`/proc/${pid}/fd`).length,
    startedAt: Number(fields[22 - 3]),
  };
}
