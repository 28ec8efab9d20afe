/**
 * What people say, as the plaintext of a box: UTF-8 JSON {v, kind, prev, after, …}. Shapes and
 * their parser only; sealing is in entry-box.ts. Comes from the other person: trusted for nothing.
 */
import { isBase64Url } from '../encoding.ts';
import type { Slot } from '../frames.ts';
import { KEY_BYTES, MAX_PICTURE_PIXELS, MAX_VOICE_MS, PROTOCOL_VERSION } from '../limits.ts';
import { isCid, isCount, isRecord, isSlot } from '../shape.ts';

/** `unknown`: sealed by a newer client; shown as "Cannot be shown here". */
export type Message =
  | { kind: 'text'; text: string; re?: string }
  | { kind: 'edit'; of: string; text: string }
  | { kind: 'react'; of: string; emoji: string | null }
  | FileContent
  | { kind: 'void' }
  | { kind: 'unknown' };

export interface FileContent {
  kind: 'file';
  name: string;
  mime: string;
  size: number;
  /** SHA-256 of the file, in base64url. */
  hash: string;
  /** Of a picture, in pixels: how much room it will take. Both or none. */
  width?: number;
  height?: number;
  /** Of a voice message, which is what it makes of an audio file. */
  durationMs?: number;
  re?: string;
}

export type Control =
  | { kind: 'unsend'; of: string[] }
  | { kind: 'reset'; seq: number }
  | { kind: 'renewed'; slot: Slot }
  | { kind: 'end' }
  | { kind: 'unknown' };

/** Where the sender stood when sealing: what ties a box to the log it was written for. */
export interface SealedView {
  /** The cid of this device's previous box, null for its first. */
  prev: string | null;
  /** The last entry the sender had seen, and its link of the chain in base64url. */
  after: { seq: number; hash: string };
}

export type Content<T extends Message | Control> = SealedView & { content: T };

export function formatContent({ prev, after, content }: Content<Message | Control>): string {
  return JSON.stringify({ v: PROTOCOL_VERSION, ...content, prev, after });
}

export function parseMessage(json: string): Content<Message> | null {
  return parseContent(json, messageOf);
}

export function parseControl(json: string): Content<Control> | null {
  return parseContent(json, controlOf);
}

function parseContent<T extends Message | Control>(
  json: string,
  contentOf: (fields: Record<string, unknown>) => T | null,
): Content<T> | null {
  let fields: unknown;
  try {
    fields = JSON.parse(json);
  } catch {
    return null;
  }
  if (!isRecord(fields) || fields.v !== PROTOCOL_VERSION) return null;
  const { prev, after } = fields;
  if (prev !== null && !isCid(prev)) return null;
  if (!isRecord(after) || !isCount(after.seq) || !isBase64Url(after.hash, KEY_BYTES)) return null;
  const content = contentOf(fields);
  return content && { prev, after: { seq: after.seq, hash: after.hash }, content };
}

function messageOf(fields: Record<string, unknown>): Message | null {
  const { kind, text, re, of, emoji, name, mime, size, hash } = fields;
  const isAnswer = re === undefined || isCid(re);
  const answer = isCid(re) && { re };
  switch (kind) {
    case 'text':
      return typeof text === 'string' && isAnswer ? { kind, text, ...answer } : null;
    case 'edit':
      return isCid(of) && typeof text === 'string' ? { kind, of, text } : null;
    case 'react':
      return isCid(of) && (emoji === null || typeof emoji === 'string')
        ? { kind, of, emoji }
        : null;
    case 'file':
      return typeof name === 'string' &&
        typeof mime === 'string' &&
        isCount(size) &&
        isBase64Url(hash, KEY_BYTES) &&
        isAnswer
        ? { kind, name, mime, size, hash, ...measuresOf(fields), ...answer }
        : null;
    case 'void':
      return { kind };
    default:
      return typeof kind === 'string' ? { kind: 'unknown' } : null;
  }
}

/** What is no measure is left out: the file can be shown without. */
function measuresOf({ width, height, durationMs }: Record<string, unknown>): Measures {
  const isPicture = isUpTo(width, MAX_PICTURE_PIXELS) && isUpTo(height, MAX_PICTURE_PIXELS);
  return {
    ...(isPicture && { width, height }),
    ...(isUpTo(durationMs, MAX_VOICE_MS) && { durationMs }),
  };
}

type Measures = Pick<FileContent, 'width' | 'height' | 'durationMs'>;

function isUpTo(value: unknown, most: number): value is number {
  return isCount(value) && value >= 1 && value <= most;
}

function controlOf(fields: Record<string, unknown>): Control | null {
  const { kind, of, seq, slot } = fields;
  switch (kind) {
    case 'unsend':
      return Array.isArray(of) && of.every(isCid) ? { kind, of } : null;
    case 'reset':
      return isCount(seq) ? { kind, seq } : null;
    case 'renewed':
      return isSlot(slot) ? { kind, slot } : null;
    case 'end':
      return { kind };
    default:
      return typeof kind === 'string' ? { kind: 'unknown' } : null;
  }
}
