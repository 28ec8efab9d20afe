/**
 * From the replies of the scripts to what the seam promises. The order of elements is that in
 * the head of each script; fields of the hashes are named as in lua/create.lua.
 */
import type { Expiry, Found, LeaseRefused, LogPage, Renewed, Tries, TryTaken } from './store.ts';
import type { Appended, Connected, DuePush, EndedRecord, ParticipantRecord } from './store.ts';
import type { RenewalResult } from './store.ts';
import { END_REASONS, EXPIRES_BY } from '../protocol/frames.ts';
import type { Peer, Position, Slot } from '../protocol/frames.ts';
import { fieldOf, toFields, toList, toNumber, toText, toTexts, toWord } from './redis-reply.ts';

type Fields = ReadonlyMap<string, string>;

export function toFound(reply: unknown): Found {
  if (reply === 'replaced') return { state: 'replaced' };
  const [now, session, notice] = toList(reply);
  const fields = toFields(session);
  if (fields.size > 0) {
    return {
      state: 'live',
      session: {
        idleMs: toNumber(fieldOf(fields, 'idle')),
        ...toExpiry(now, fieldOf(fields, 'deadline'), fieldOf(fields, 'by')),
        participants: { a: toParticipant(fields, 'a'), b: toParticipant(fields, 'b') },
      },
    };
  }
  const ended = toFields(notice);
  return ended.size > 0 ? { state: 'ended', ended: toEnded(ended) } : { state: 'unknown' };
}

function toParticipant(fields: Fields, slot: Slot): ParticipantRecord {
  return {
    proofHash: fieldOf(fields, `${slot}:proof`),
    key: fieldOf(fields, `${slot}:key`),
    name: fieldOf(fields, `${slot}:name`),
    codeHash: fieldOf(fields, `${slot}:code`),
    entered: fields.get(`${slot}:entered`) === '1',
    passes: wordsIn(fields.get(`${slot}:passes`)),
    // Each behind the pass that it goes with.
    endpoints: wordsIn(fields.get(`${slot}:endpoints`)).filter((_, i) => i % 2 === 1),
  };
}

function wordsIn(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function toEnded(fields: Fields): EndedRecord {
  const by = fields.get('by');
  const box = fields.get('box') ?? '';
  return {
    reason: toWord(fieldOf(fields, 'reason'), ...END_REASONS),
    ...(by !== undefined && { by: toWord(by, 'a', 'b') }),
    ...(box !== '' && { box }),
    idleMs: toNumber(fieldOf(fields, 'idle')),
    proofHashes: { a: fieldOf(fields, 'a:proof'), b: fieldOf(fields, 'b:proof') },
  };
}

export function toTryTaken(reply: unknown): TryTaken | null {
  if (reply === null) return null;
  const [taken, ...rest] = toList(reply).map(toNumber);
  if (taken === 0) return { taken: false, retryInMs: toNumber(rest[0]) };
  const [failures, told, triesLeft, retryInMs] = rest;
  return {
    taken: true,
    failures: toNumber(failures),
    told: toNumber(told),
    triesLeft: toNumber(triesLeft),
    retryInMs: toNumber(retryInMs),
  };
}

export function toTries(reply: unknown): Tries | null {
  if (reply === null) return null;
  const [triesLeft, retryInMs] = toList(reply);
  return { triesLeft: toNumber(triesLeft), retryInMs: toNumber(retryInMs) };
}

export function toConnected(reply: unknown, after: Position | null): Connected | LeaseRefused {
  if (!Array.isArray(reply)) return { result: toWord(reply, 'gone', 'pass_gone') };
  const [seq, sum, reset, idleMs, now, deadline, by, ...rest] = toList(reply);
  const [receivedA, readA, receivedB, readB, state, lastAt] = rest;
  return {
    result: 'connected',
    head: toPosition(seq, sum),
    from: toNumber(reset) === 1 ? null : after,
    reset: toNumber(reset) === 1,
    idleMs: toNumber(idleMs),
    ...toExpiry(now, deadline, by),
    receipts: {
      a: { received: toNumber(receivedA), read: toNumber(readA) },
      b: { received: toNumber(receivedB), read: toNumber(readB) },
    },
    peer: toPeer(state, toText(lastAt)),
  };
}

function toPeer(state: unknown, lastAt: string): Peer {
  const known = toWord(state, 'never', 'online', 'offline');
  return lastAt === '' ? { state: known } : { state: known, lastAt: toNumber(lastAt) };
}

/** And when the session's deadline is now. */
export function toRenewed(reply: unknown): (Renewed & { deadline: number }) | LeaseRefused {
  if (!Array.isArray(reply)) return { result: toWord(reply, 'gone', 'pass_gone') };
  const [seq, sum, now, deadline, by] = toList(reply);
  return {
    result: 'renewed',
    head: toPosition(seq, sum),
    ...toExpiry(now, deadline, by),
    deadline: toNumber(deadline),
  };
}

export function toLogPage(reply: unknown): LogPage {
  if (!Array.isArray(reply)) return { result: toWord(reply, 'gone', 'diverged') };
  const [head, ...entries] = toTexts(reply);
  return { result: 'page', entries, head: toNumber(head) };
}

export function toAppended(reply: unknown): Appended {
  if (typeof reply === 'number') return { result: 'stored', seq: reply };
  const text = toText(reply);
  if (text.startsWith('{')) return { result: 'repeated', entry: text };
  return { result: toWord(text, 'full', 'gone', 'diverged', 'foreign') };
}

/** As `toAppended`; with the endpoints of `peer` if they are to be told. */
export function toAppendedFor(reply: unknown, peer: Slot): Appended {
  if (!Array.isArray(reply)) return toAppended(reply);
  const [seq, push] = toList(reply);
  return { result: 'stored', seq: toNumber(seq), push: toDuePush(push, peer) };
}

/** Null if `slot` is not to be told of anything. */
export function toDuePushOrNull(reply: unknown, slot: Slot): DuePush | null {
  return Array.isArray(reply) ? toDuePush(reply, slot) : null;
}

function toDuePush(reply: unknown, slot: Slot): DuePush {
  const [expiresInMs, ...endpoints] = toTexts(reply);
  return { slot, endpoints, expiresInMs: toNumber(expiresInMs) };
}

/** Null if a target was not what had been hashed. */
export function toUnsent(reply: unknown): Appended | null {
  return reply === 'again' ? null : toAppended(reply);
}

export function toRenewal(reply: unknown): RenewalResult {
  const refused = ['connected', 'taken', 'full', 'diverged', 'pass_gone', 'gone'] as const;
  return toWord(reply, 'renewed', ...refused);
}

function toPosition(seq: unknown, sum: unknown): Position {
  return { seq: toNumber(seq), sum: toText(sum) };
}

function toExpiry(now: unknown, deadline: unknown, by: unknown): Expiry {
  return {
    expiresInMs: Math.max(0, toNumber(deadline) - toNumber(now)),
    expiresBy: toWord(by, ...EXPIRES_BY),
  };
}
