/**
 * What is written to a stream in one turn of the event loop goes out in one system call: streams
 * are corked with their first write and uncorked when all that has come was read. Order within a
 * stream stays as it was written. Sockets of clients, and the connection that asks Redis.
 */
import type { Writable } from 'node:stream';

/**
 * More than this is not held back: so much is worth a call of its own, and Redis can begin with
 * it. About eight messages.
 */
const MOST_BYTES = 8 * 1024;

const corked = new Set<Writable>();

/** Before a write. Ends with the turn; a stream that is ended or destroyed meanwhile may be here. */
export function gather(stream: Writable): void {
  if (corked.has(stream)) {
    if (stream.writableLength > MOST_BYTES) {
      stream.uncork();
      stream.cork();
    }
    return;
  }
  // After all sockets that have something to read were read.
  if (corked.size === 0) setImmediate(releaseAll);
  corked.add(stream);
  stream.cork();
}

function releaseAll(): void {
  for (const stream of corked) {
    corked.delete(stream);
    stream.uncork();
  }
}
