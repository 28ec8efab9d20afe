/** How much room is left for files in a chat, as far as its messages tell. */
import { fileBoxLength } from '../../server/protocol/envelope/padding.ts';
import type { SessionLimits } from '../../server/protocol/frames.ts';
import type { Item } from './chat-view.ts';

export interface FileRoom {
  files: number;
  /** Of boxes: a little more than the files in them. */
  bytes: number;
}

export function roomLeft(items: readonly Item[], limits: SessionLimits): FileRoom {
  const sizes = items.flatMap((item) =>
    item.type === 'message' && item.body.kind === 'file' ? [item.body.size] : [],
  );
  return {
    files: Math.max(0, limits.files - sizes.length),
    bytes: Math.max(0, limits.filesBytes - boxBytes(sizes)),
  };
}

export function boxBytes(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + fileBoxLength(size), 0);
}
