/**
 * What another process has in its memory, all that it can read itself, as Linux shows it to the
 * process that started it. The process stands still meanwhile: nothing is moved behind the reader.
 */
import { existsSync, readFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Hit, Search } from './search.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Only Linux shows it. */
export const CAN_READ_MEMORY = existsSync('/proc/self/mem');

/** Each secret and form once. `at` is an address. */
export async function searchMemory(pid: number, search: Search): Promise<Hit[]> {
  const memory = await open(`/proc/${pid}/mem`);
  const hits = new Map<string, Hit>();
  process.kill(pid, 'SIGSTOP');
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (const { start, end } of readableRanges(pid)) {
      for (let at = start; at < end; at += CHUNK_BYTES - search.overlap) {
        const length = Math.min(CHUNK_BYTES, end - at);
        for (const hit of search.in(await read(memory, chunk.subarray(0, length), at))) {
          const key = `${hit.what}\n${hit.form}`;
          if (!hits.has(key)) hits.set(key, { ...hit, at: at + hit.at });
        }
      }
    }
  } finally {
    process.kill(pid, 'SIGCONT');
    await memory.close();
  }
  return [...hits.values()];
}

/** Empty where nothing is behind the address: a file may be shorter than its place in memory. */
async function read(memory: FileHandle, into: Buffer, at: number): Promise<Buffer> {
  try {
    const { bytesRead } = await memory.read(into, 0, into.length, at);
    return into.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EIO') return Buffer.alloc(0);
    throw error;
  }
}

interface Range {
  start: number;
  end: number;
}

function readableRanges(pid: number): Range[] {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').trim().split('\n');
  return lines.flatMap((line) => {
    const [, start = '', end = '', mode = '', path = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
    // Nothing is written into a program, and the kernel's own pages cannot be read this way.
    const isProgram = path.startsWith('/') && !mode.includes('w');
    const isOwn = mode.startsWith('r') && !isProgram && !path.startsWith('[v');
    return isOwn ? [{ start: parseInt(start, 16), end: parseInt(end, 16) }] : [];
  });
}
