/**
 * One session in memory: what it is made of, its deadline, and what is told about it. Every function takes the time and where to publish; none knows the map of sessions.
 */
import type { ExpiresBy, Position, Receipt, ServerFrame, Slot } from '../protocol/frames.ts';
import type { Attempts } from './budget.ts';
import { noAttempts } from './budget.ts';
import type {
  EndedRecord,
  Expiry,
  Lease,
  NewEndpoint,
  NewParticipant,
  NewSession,
  NodeOrder,
  ParticipantRecord,
  Publication,
  SessionRecord,
  StoreOptions,
} from './store.ts';

export interface MemoryParticipant extends NewParticipant {
  entered: boolean;
  /** Oldest first. Replaced by `concat`, which leaves no room for more: `push` leaves it for 16. */
  passes: readonly string[];
  /** Oldest first. */
  endpoints: Omit<NewEndpoint, 'slot'>[];
  /** Through push services, in this absence. */
  isTold: boolean;
  /** When they last were. */
  pushedAt: number | null;
  receipt: Receipt;
  /** When the last lease ended. */
  lastAt: number | null;
  attempts: Attempts;
}

export interface MemoryLease extends Lease {
  until: number;
}

export interface MemoryFile {
  slot: Slot;
  box: Buffer;
}

export interface MemorySession {
  idleMs: number;
  /** No deadline is past this. */
  limitAt: number;
  deadline: number;
  by: ExpiresBy;
  /** Both have entered. */
  met: boolean;
  participants: Record<Slot, MemoryParticipant>;
  /** Proof hashes of links that were renewed, oldest first. */
  replaced: string[];
  /** Oldest first. Replaced, as passes are. */
  leases: readonly MemoryLease[];
  /** Each entry in its frame. */
  log: string[];
  seqOf: Map<string, number>;
  head: Position;
  /** Of the boxes in the log. */
  boxBytes: number;
  /** What the log is reckoned to take. */
  logBytes: number;
  files: Map<string, MemoryFile>;
  /** Of the boxes of `files`. */
  filesBytes: number;
}

/** The moment of an operation, and where it tells what it did. */
export interface Moment {
  now: number;
  publish(publication: Publication): void;
}

export function newSession(
  { idleMs, participants }: NewSession,
  now: number,
  { linkTtlMs, maxTtlMs }: StoreOptions,
): MemorySession {
  const waiting = (participant: NewParticipant): MemoryParticipant => ({
    ...participant,
    entered: false,
    passes: [],
    endpoints: [],
    isTold: false,
    pushedAt: null,
    receipt: { received: 0, read: 0 },
    lastAt: null,
    attempts: noAttempts(),
  });
  return {
    idleMs,
    limitAt: now + maxTtlMs,
    deadline: now + Math.min(linkTtlMs, maxTtlMs),
    by: linkTtlMs <= maxTtlMs ? 'link' : 'limit',
    met: false,
    participants: { a: waiting(participants.a), b: waiting(participants.b) },
    replaced: [],
    leases: [],
    log: [],
    seqOf: new Map(),
    head: { seq: 0, sum: '' },
    boxBytes: 0,
    logBytes: 0,
    files: new Map(),
    filesBytes: 0,
  };
}

export function tell(moment: Moment, to: '*' | Slot, frame: ServerFrame): void {
  moment.publish({ to, seq: 0, frame: JSON.stringify(frame) });
}

export function order(moment: Moment, nodeOrder: NodeOrder): void {
  moment.publish({ to: '!', seq: 0, frame: JSON.stringify(nodeOrder) });
}

export function expiryOf({ deadline, by }: MemorySession, now: number): Expiry {
  return { expiresInMs: Math.max(0, deadline - now), expiresBy: by };
}

/** Something happened: the deadline moves, unless the session waits or it would hardly move. */
export function touch(session: MemorySession, moment: Moment): void {
  if (!session.met) return;
  const silenceAt = moment.now + session.idleMs;
  const by = silenceAt < session.limitAt ? 'silence' : 'limit';
  const deadline = Math.min(silenceAt, session.limitAt);
  if (Math.abs(deadline - session.deadline) <= 1000 && by === session.by) return;
  session.deadline = deadline;
  session.by = by;
  tell(moment, '*', { type: 'expires', inMs: deadline - moment.now, by });
}

/** Keeps the maximum, bounded by head. */
export function advanceReceipt(
  session: MemorySession,
  slot: Slot,
  receipt: Receipt,
  moment: Moment,
): void {
  const before = session.participants[slot].receipt;
  const received = Math.min(Math.max(before.received, receipt.received), session.head.seq);
  const read = Math.min(Math.max(before.read, receipt.read), received);
  if (received === before.received && read === before.read) return;
  session.participants[slot].receipt = { received, read };
  tell(moment, '*', { type: 'receipt', slot, received, read });
}

export function sessionRecord(session: MemorySession, now: number): SessionRecord {
  const { a, b } = session.participants;
  return {
    idleMs: session.idleMs,
    ...expiryOf(session, now),
    participants: { a: participantRecord(a), b: participantRecord(b) },
  };
}

function participantRecord(participant: MemoryParticipant): ParticipantRecord {
  const { proofHash, key, name, codeHash, entered, passes } = participant;
  const endpoints = participant.endpoints.map(({ endpoint }) => endpoint);
  return { proofHash, key, name, codeHash, entered, passes: [...passes], endpoints };
}

/** What is kept of a session whose deadline has passed. */
export function expiredRecord({ by, idleMs, participants }: MemorySession): EndedRecord {
  const proofHashes = { a: participants.a.proofHash, b: participants.b.proofHash };
  return { reason: by, idleMs, proofHashes };
}
