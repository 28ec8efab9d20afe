/** Bodies that are octets: received into memory of a size that is known beforehand. */
import type { Readable } from 'node:stream';
import { AppError } from '../protocol/errors.ts';

export interface Receiving {
  /** Rejects with `too_large` past the most there may be, `bad_request` if it breaks off. */
  whole: Promise<Buffer>;
  /** Bytes that have come so far, also when it fails. */
  received(): number;
}

/**
 * Into one buffer, not a list of chunks: sent byte by byte, each of those would take hundreds. Of
 * the buffer the machine gives only what is written to.
 */
export function receiveOctets(body: Readable, most: number): Receiving {
  let buffer = Buffer.allocUnsafeSlow(most);
  let length = 0;
  const whole = new Promise<Buffer>((resolve, reject) => {
    const brokenOff = () => reject(new AppError('bad_request', { details: { problem: 'size' } }));
    const take = (chunk: Buffer) => {
      if (length + chunk.length <= most) {
        length += chunk.copy(buffer, length);
        return;
      }
      // The rest is read to nowhere, so that the answer arrives.
      body.off('data', take).resume();
      buffer = Buffer.alloc(0);
      reject(new AppError('too_large'));
    };
    if (body.destroyed) brokenOff();
    body.on('data', take);
    body.once('end', () => resolve(cut(buffer, length)));
    body.once('error', brokenOff).once('close', brokenOff);
  });
  return { whole, received: () => length };
}

/** Without the rest, which would be kept along with it. */
function cut(buffer: Buffer, length: number): Buffer {
  return length === buffer.length ? buffer : Buffer.from(buffer.subarray(0, length));
}
