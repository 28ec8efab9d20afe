/** How much memory a process holds, as the machine counts it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LOOK_EVERY_MS = 200;

export async function residentMiB(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Math.round(Number(stdout) / 1024);
}

/** By how much it grows at most while `work` goes on. */
export async function growthMiB(pid: number, work: () => Promise<unknown>): Promise<number> {
  const before = await residentMiB(pid);
  const seen: Promise<number>[] = [];
  const looking = setInterval(() => void seen.push(residentMiB(pid)), LOOK_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(looking);
  }
  seen.push(residentMiB(pid));
  return Math.max(...(await Promise.all(seen))) - before;
}
