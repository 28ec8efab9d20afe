/**
 * What is written to a stream in one turn of the event loop goes out in one system call: streams
 * are corked with their first write and uncorked when all that has come was read. Order within a
 * stream stays as it was written.
 */
import type { Writable } from 'node:stream';

/** More than this is not held back. */
const MOST_BYTES = 64 * 1024;

const corked = new Set<Writable>();

/** Before a write. Ends with the turn; a stream that is ended or destroyed meanwhile may be here. */
export function gather(stream: Writable): void {
  if (corked.has(stream)) {
    if (stream.writableLength > MOST_BYTES) release(stream);
    return;
  }
  // After all sockets that have something to read were read.
  if (corked.size === 0) setImmediate(releaseAll);
  corked.add(stream);
  stream.cork();
}

function release(stream: Writable): void {
  corked.delete(stream);
  stream.uncork();
}

function releaseAll(): void {
  for (const stream of corked) release(stream);
}
