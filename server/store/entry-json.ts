/**
 * An entry as the stores keep it: JSON with a fixed order of fields (seq, sum, slot, cid, at, box or
 * hash, unsends), so that a position can be compared, and the frame made, without parsing. Redis
 * has the JSON, which the Lua scripts write; memory the whole frame, which is what goes out.
 */
import { createHash } from 'node:crypto';
import type { Entry, Position } from '../protocol/frames.ts';

const FRAME_START = '{"type":"entry",';

/** The frame that carries an entry. Nothing needs escaping: its texts are base64url, or slots. */
export function entryFrame(entry: Undefinable<Entry>): string {
  const { seq, sum, slot, cid, at, box, hash, unsends } = entry;
  const place = `${FRAME_START}"seq":${seq},"sum":"${sum}","slot":"${slot}","cid":"${cid}","at":${at}`;
  const kept = box === undefined ? `,"hash":"${hash}"` : `,"box":"${box}"`;
  const taken = unsends === undefined ? '' : `,"unsends":${JSON.stringify(unsends)}`;
  return `${place}${kept}${taken}}`;
}

/** An optional field may also be undefined. */
type Undefinable<T> = { [K in keyof T]: T[K] | undefined };

/** The entry within its frame, as JSON. */
export function jsonIn(frame: string): string {
  return `{${frame.slice(FRAME_START.length)}`;
}

/** Whether this is the frame of the element at `position`. */
export function standsAt(frame: string | undefined, { seq, sum }: Position): boolean {
  return frame !== undefined && frame.startsWith(`${FRAME_START}"seq":${seq},"sum":"${sum}"`);
}

/** For JSON that a store itself wrote: an entry, or its frame. */
export function parseEntry(json: string): Entry {
  return JSON.parse(json) as Entry; // as: written here or by the scripts, never by a client
}

/** SHA-256 of the bytes of a box, in base64url: what stays of it once it was unsent. */
export function hashOfBox(box: string): string {
  return createHash('sha256').update(Buffer.from(box, 'base64url')).digest('base64url');
}
