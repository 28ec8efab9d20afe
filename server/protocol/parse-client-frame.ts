/**
 * Untrusted text → ClientFrame, by hand: this runs for every frame the server gets. Anything
 * that is not exactly a frame of PROTOCOL.md (unknown type, unknown field, wrong type) is null;
 * nothing here throws.
 */
import { isBase64Url } from './encoding.ts';
import type { ClientFrame, Position } from './frames.ts';
import { BOX_OVERHEAD_BYTES, MAX_UNSEND_CIDS, PROTOCOL_VERSION } from './limits.ts';
import { isCid, isCount, isRecord, isSum } from './shape.ts';

/** `maxBoxBytes`: the largest box taken (MAX_MESSAGE_BYTES and its overhead). */
export function parseClientFrame(text: string, maxBoxBytes: number): ClientFrame | null {
  const frame = parseObject(text);
  if (!frame) return null;
  switch (frame.type) {
    case 'send':
      return has(frame, 3) && isCid(frame.cid) && isBox(frame.box, maxBoxBytes)
        ? { type: 'send', cid: frame.cid, box: frame.box }
        : null;
    case 'receipt':
      return has(frame, 3) &&
        isCount(frame.received) &&
        isCount(frame.read) &&
        frame.read <= frame.received
        ? { type: 'receipt', received: frame.received, read: frame.read }
        : null;
    case 'typing':
      return has(frame, 2) && typeof frame.on === 'boolean'
        ? { type: 'typing', on: frame.on }
        : null;
    case 'ping':
    case 'keep':
      return has(frame, 1) ? { type: frame.type } : null;
    case 'hello':
      return parseHello(frame);
    case 'unsend':
      return parseUnsend(frame, maxBoxBytes);
    case 'end':
      if (has(frame, 1)) return { type: 'end' };
      return has(frame, 2) && isBox(frame.box, maxBoxBytes)
        ? { type: 'end', box: frame.box }
        : null;
    default:
      return null;
  }
}

function parseHello(frame: Record<string, unknown>): ClientFrame | null {
  const { v, after, device } = frame;
  if (v !== PROTOCOL_VERSION || !(after === null || isPosition(after))) return null;
  if (has(frame, 3) && after !== undefined) return { type: 'hello', v: 1, after };
  return has(frame, 4) && isCid(device) ? { type: 'hello', v: 1, after, device } : null;
}

function parseUnsend(frame: Record<string, unknown>, maxBoxBytes: number): ClientFrame | null {
  const { of, cid, box } = frame;
  if (!has(frame, 4) || !isCid(cid) || !isBox(box, maxBoxBytes) || !Array.isArray(of)) return null;
  if (of.length === 0 || of.length > MAX_UNSEND_CIDS || !of.every(isCid)) return null;
  if (of.includes(cid)) return null;
  return new Set(of).size === of.length ? { type: 'unsend', of, cid, box } : null;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function has(frame: Record<string, unknown>, fields: number): boolean {
  return Object.keys(frame).length === fields;
}

function isBox(value: unknown, maxBytes: number): value is string {
  return isBase64Url(value, BOX_OVERHEAD_BYTES + 1, maxBytes);
}

function isPosition(value: unknown): value is Position {
  return (
    isRecord(value) && has(value, 2) && isCount(value.seq) && value.seq > 0 && isSum(value.sum)
  );
}
