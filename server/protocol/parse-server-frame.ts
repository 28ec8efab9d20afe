/**
 * Untrusted text → ServerFrame, for clients: the server is not trusted with the shape of its
 * words either. Unknown fields are ignored so that a server may be newer than its clients;
 * an unknown type or a wrong shape is null, and nothing here throws.
 */
import { isBase64Url } from './encoding.ts';
import { NACK_ERRORS } from './errors.ts';
import { END_REASONS, EXPIRES_BY } from './frames.ts';
import type { Entry, Peer, Receipt, ServerFrame, SessionLimits } from './frames.ts';
import { BOX_OVERHEAD_BYTES, KEY_BYTES, MAX_MESSAGE_PADDED_BYTES } from './limits.ts';
import { isCid, isCount, isOneOf, isRecord, isSlot, isSum } from './shape.ts';

const MAX_BOX_BYTES = MAX_MESSAGE_PADDED_BYTES + BOX_OVERHEAD_BYTES;

export function parseServerFrame(text: string): ServerFrame | null {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  return isRecord(frame) ? parseRecord(frame) : null;
}

function parseRecord(frame: Record<string, unknown>): ServerFrame | null {
  switch (frame.type) {
    case 'entry': {
      const entry = parseEntry(frame);
      return entry && { type: 'entry', ...entry };
    }
    case 'entries': {
      if (!Array.isArray(frame.list)) return null;
      const list = frame.list.map(parseEntry);
      return list.every((entry) => entry !== null) ? { type: 'entries', list } : null;
    }
    case 'welcome':
      return parseWelcome(frame);
    case 'nack':
      return parseNack(frame);
    case 'receipt': {
      const receipt = parseReceipt(frame);
      return receipt && isSlot(frame.slot)
        ? { type: 'receipt', slot: frame.slot, ...receipt }
        : null;
    }
    case 'peer': {
      const peer = parsePeer(frame);
      return peer && { type: 'peer', ...peer };
    }
    case 'typing':
      return isSlot(frame.slot) && typeof frame.on === 'boolean'
        ? { type: 'typing', slot: frame.slot, on: frame.on }
        : null;
    case 'expires':
      return isCount(frame.inMs) && isOneOf(frame.by, EXPIRES_BY)
        ? { type: 'expires', inMs: frame.inMs, by: frame.by }
        : null;
    case 'notice':
      return frame.kind === 'tries' && isSlot(frame.slot) && isCount(frame.count)
        ? { type: 'notice', kind: 'tries', slot: frame.slot, count: frame.count }
        : null;
    case 'ended':
      return parseEnded(frame);
    case 'pong':
      return { type: 'pong' };
    default:
      return null;
  }
}

function parseEntry(value: unknown): Entry | null {
  if (!isRecord(value)) return null;
  const { seq, sum, slot, cid, at, box, hash, unsends } = value;
  if (!isCount(seq) || seq === 0 || !isSum(sum) || !isSlot(slot) || !isCount(at)) return null;
  if (!isCid(cid)) return null;
  const entry: Entry = { seq, sum, slot, cid, at };
  if (unsends !== undefined) {
    if (!Array.isArray(unsends) || !unsends.every(isCid)) return null;
    entry.unsends = unsends;
  }
  if (isBox(box) && hash === undefined) return { ...entry, box };
  if (isBase64Url(hash, KEY_BYTES) && box === undefined) return { ...entry, hash };
  return null;
}

function parseWelcome(frame: Record<string, unknown>): ServerFrame | null {
  const { slot, head, sum, reset, idleMs, expiresInMs, expiresBy, receipts } = frame;
  const limits = parseLimits(frame.limits);
  const peer = parsePeer(frame.peer);
  if (!isSlot(slot) || !isCount(head) || typeof reset !== 'boolean' || !limits || !peer)
    return null;
  if (head === 0 ? sum !== '' : !isSum(sum)) return null;
  if (!isCount(idleMs) || !isCount(expiresInMs) || !isOneOf(expiresBy, EXPIRES_BY)) return null;
  if (!isRecord(receipts)) return null;
  const a = parseReceipt(receipts.a);
  const b = parseReceipt(receipts.b);
  if (!a || !b || typeof sum !== 'string') return null;
  return {
    type: 'welcome',
    ...{ slot, head, sum, reset, idleMs, expiresInMs, expiresBy, limits, peer },
    receipts: { a, b },
  };
}

function parseLimits(value: unknown): SessionLimits | null {
  if (!isRecord(value)) return null;
  const { messageBytes, fileBytes, filesBytes, files, entries } = value;
  const limits = { messageBytes, fileBytes, filesBytes, files, entries };
  // as: each of them was looked at.
  return Object.values(limits).every(isCount) ? (limits as SessionLimits) : null;
}

function parseNack(frame: Record<string, unknown>): ServerFrame | null {
  const { cid, error, retryInMs } = frame;
  if (!isCid(cid) || !isOneOf(error, NACK_ERRORS)) return null;
  return { type: 'nack', cid, error, ...(isCount(retryInMs) && { retryInMs }) };
}

function parseReceipt(value: unknown): Receipt | null {
  return isRecord(value) &&
    isCount(value.received) &&
    isCount(value.read) &&
    value.read <= value.received
    ? { received: value.received, read: value.read }
    : null;
}

function parsePeer(value: unknown): Peer | null {
  if (!isRecord(value) || !isOneOf(value.state, ['never', 'online', 'offline'] as const))
    return null;
  return { state: value.state, ...(isCount(value.lastAt) && { lastAt: value.lastAt }) };
}

function parseEnded(frame: Record<string, unknown>): ServerFrame | null {
  if (!isOneOf(frame.reason, END_REASONS)) return null;
  return {
    type: 'ended',
    reason: frame.reason,
    ...(isSlot(frame.by) && { by: frame.by }),
    ...(isBox(frame.box) && { box: frame.box }),
  };
}

function isBox(value: unknown): value is string {
  return isBase64Url(value, BOX_OVERHEAD_BYTES + 1, MAX_BOX_BYTES);
}
