/**
 * What uploads may cost this process and each address: so many bytes at once that are received
 * and not yet stored, and so many in a time. Knows nothing of sessions and files.
 */
import { AppError } from '../protocol/errors.ts';
import type { UploadRate } from './upload-rate.ts';

/** Received at once by a process, unless a single upload may be more. */
const ROOM_BYTES = 64 * 1024 * 1024;
/** One address cannot fill it: it gets so much of the room, and one upload at least. */
const SHARE_OF_ADDRESS = 0.25;
/** Room is there again when others are through. */
const RETRY_MS = 2_000;

export interface Uploads {
  /**
   * Room for `bytes`, which count for `address`. Throws `busy` or `rate_limited`, having taken
   * nothing.
   */
  admit(address: string, bytes: number): Promise<Admission>;
}

export interface Admission {
  /** It is over, and so many bytes have come: the others count no more. To be called once. */
  done(receivedBytes: number): void;
}

/** `largestBytes`: of one upload. */
export function createUploads(rate: UploadRate, largestBytes: number): Uploads {
  const room = Math.max(ROOM_BYTES, largestBytes);
  const share = Math.max(room * SHARE_OF_ADDRESS, largestBytes);
  const byAddress = new Map<string, number>();
  let used = 0;

  function hold(address: string, bytes: number): void {
    const held = (byAddress.get(address) ?? 0) + bytes;
    if (held > 0) byAddress.set(address, held);
    else byAddress.delete(address);
    used += bytes;
  }

  return {
    async admit(address, bytes) {
      if (used + bytes > room || (byAddress.get(address) ?? 0) + bytes > share) {
        throw new AppError('busy', { details: { retryInMs: RETRY_MS } });
      }
      hold(address, bytes);
      const retryInMs = await rate.take(address, bytes);
      if (retryInMs > 0) {
        hold(address, -bytes);
        throw new AppError('rate_limited', { details: { retryInMs } });
      }
      return {
        done(receivedBytes) {
          hold(address, -bytes);
          if (receivedBytes < bytes) rate.giveBack(address, bytes - receivedBytes);
        },
      };
    },
  };
}
