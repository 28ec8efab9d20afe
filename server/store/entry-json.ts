/**
 * An entry as both stores keep it: JSON with a fixed order of fields (seq, sum, slot, cid, at,
 * box or hash, unsends), so that a position can be compared, and the frame made, without parsing.
 * The Lua scripts write the same bytes.
 */
import { createHash } from 'node:crypto';
import type { Entry, Position } from '../protocol/frames.ts';

export function entryJson({ seq, sum, slot, cid, at, box, hash, unsends }: Entry): string {
  // A field that is undefined is left out.
  return JSON.stringify({ seq, sum, slot, cid, at, box, hash, unsends });
}

/** The `entry` frame that carries it. */
export function entryFrame(json: string): string {
  return `{"type":"entry",${json.slice(1)}`;
}

/** Whether this is the element at `position`. */
export function standsAt(json: string | undefined, { seq, sum }: Position): boolean {
  return json !== undefined && json.startsWith(`{"seq":${seq},"sum":"${sum}"`);
}

/** For JSON that a store itself wrote. */
export function parseEntry(json: string): Entry {
  return JSON.parse(json) as Entry; // as: written by entryJson or the scripts, never by a client
}

/** SHA-256 of the bytes of a box, in base64url: what stays of it once it was unsent. */
export function hashOfBox(box: string): string {
  return createHash('sha256').update(Buffer.from(box, 'base64url')).digest('base64url');
}
