/**
 * The store of a single process: sessions in a map, gone on restart. Owns the map, the notices
 * of ended sessions, the limit of memory and who listens; what happens within one session is in
 * memory-session.ts and its neighbours. Long because it has every operation of the seam.
 */
import { randomBytes } from 'node:crypto';
import { CLOSE } from '../protocol/errors.ts';
import { otherSlot } from '../protocol/frames.ts';
import { LEASE_MS, PUSH_PAUSE_MS } from '../protocol/limits.ts';
import { ATTEMPT_BUDGET, peekTries, takeTry } from './budget.ts';
import type { AttemptBudget } from './budget.ts';
import { bytesOf, ENDPOINT_BYTES, PROOF_HASH_BYTES, SESSION_BYTES } from './memory-bytes.ts';
import { createChannels } from './memory-channels.ts';
import { dropEndpoint, duePush, isWaitedFor, keepEndpoint } from './memory-endpoints.ts';
import { deleteFiles, putFile, readFile } from './memory-files.ts';
import { dropLeases, peerOf, renewLease, takeLease } from './memory-leases.ts';
import { append, holds, readLog, type Room } from './memory-log.ts';
import { enter, revokePass } from './memory-passes.ts';
import { renew } from './memory-renewal.ts';
import type { MemorySession, Moment } from './memory-session.ts';
import {
  advanceReceipt,
  expiredRecord,
  expiryOf,
  newSession,
  order,
  sessionRecord,
  tell,
  touch,
} from './memory-session.ts';
import { CREATING_SHARE, FILES_SHARE } from './store.ts';
import type { EndedRecord, Lease, Store, StoreOptions } from './store.ts';

/** What a notice is reckoned to take, without its box. */
const NOTICE_BYTES = 512;
const SWEEP_EVERY_MS = 5_000;

export interface MemoryStoreOptions extends StoreOptions {
  memoryLimitBytes: number;
}

interface Notice {
  record: EndedRecord;
  replaced: readonly string[];
  until: number;
  memoryBytes: number;
}

export function createMemoryStore(
  options: MemoryStoreOptions,
  {
    now = Date.now,
    leaseMs = LEASE_MS,
    budget = ATTEMPT_BUDGET,
    pushPauseMs = PUSH_PAUSE_MS,
  }: { now?: () => number; leaseMs?: number; budget?: AttemptBudget; pushPauseMs?: number } = {},
): Store {
  const sessions = new Map<string, MemorySession>();
  const notices = new Map<string, Notice>();
  const channels = createChannels();
  let usedBytes = 0;
  let secret: string | undefined;

  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();

  function sweep(): void {
    for (const sid of sessions.keys()) live(sid);
    for (const sid of notices.keys()) notice(sid);
  }

  /** The session, unless its deadline has passed: then what stays of it is its notice. */
  function live(sid: string): MemorySession | undefined {
    const session = sessions.get(sid);
    if (!session || now() < session.deadline) return session;
    bury(sid, session, expiredRecord(session), session.deadline);
    return undefined;
  }

  function notice(sid: string): Notice | undefined {
    const found = notices.get(sid);
    if (!found || now() < found.until) return found;
    notices.delete(sid);
    usedBytes -= found.memoryBytes;
    return undefined;
  }

  function bury(sid: string, session: MemorySession, record: EndedRecord, at: number): void {
    sessions.delete(sid);
    const { replaced } = session;
    const ofLinks = replaced.length * PROOF_HASH_BYTES;
    const memoryBytes = NOTICE_BYTES + (record.box?.length ?? 0) + ofLinks;
    usedBytes += memoryBytes - bytesOf(session);
    notices.set(sid, { record, replaced, until: at + options.endedNoticeTtlMs, memoryBytes });
  }

  function momentOf(sid: string): Moment {
    return { now: now(), publish: (publication) => channels.publish(sid, publication) };
  }

  /** Runs `change` and keeps the account of memory. */
  function changing<T>(session: MemorySession, change: () => T): T {
    const before = bytesOf(session);
    const result = change();
    usedBytes += bytesOf(session) - before;
    return result;
  }

  const room: Room = {
    maxEntries: options.maxEntries,
    maxSessionBytes: options.maxSessionBytes,
    get memoryBytes() {
      return options.memoryLimitBytes - usedBytes;
    },
  };

  function hasPass(
    session: MemorySession,
    { slot, passHash }: Pick<Lease, 'slot' | 'passHash'>,
  ): boolean {
    return session.participants[slot].passes.includes(passHash);
  }

  return {
    async create(fresh) {
      if (live(fresh.sid) || notice(fresh.sid)) return 'id_taken';
      if (sessions.size >= options.maxSessions) sweep();
      if (sessions.size >= options.maxSessions) return 'full';
      if (usedBytes + SESSION_BYTES > CREATING_SHARE * options.memoryLimitBytes) return 'full';
      const session = newSession(fresh, now(), options);
      usedBytes += bytesOf(session);
      sessions.set(fresh.sid, session);
      return 'created';
    },

    async find(sid, proofHash) {
      const session = live(sid);
      const ended = notice(sid);
      if (proofHash !== undefined && !isProven(session?.participants, ended?.record, proofHash)) {
        const replaced = session?.replaced ?? ended?.replaced;
        return { state: replaced?.includes(proofHash) ? 'replaced' : 'unknown' };
      }
      if (session) return { state: 'live', session: sessionRecord(session, now()) };
      return ended ? { state: 'ended', ended: ended.record } : { state: 'unknown' };
    },

    async takeTry(sid, slot, caller) {
      const session = live(sid);
      if (!session) return null;
      const { attempts } = session.participants[slot];
      return changing(session, () => takeTry(attempts, caller, now(), budget));
    },

    async peekTries(sid, slot, caller) {
      const session = live(sid);
      return session ? peekTries(session.participants[slot].attempts, caller, now(), budget) : null;
    },

    async announceTries(sid, slot, count) {
      const session = live(sid);
      if (!session || session.participants[slot].attempts.told >= count) return;
      session.participants[slot].attempts.told = count;
      tell(momentOf(sid), '*', { type: 'notice', kind: 'tries', slot, count });
    },

    async enter(sid, slot, { codeHash, passHash, caller }) {
      const session = live(sid);
      if (!session) return 'gone';
      if (session.participants[slot].codeHash !== codeHash) return 'changed';
      changing(session, () => enter(session, slot, { passHash, caller }, momentOf(sid), budget));
      return 'entered';
    },

    async leave(sid, slot, passHash) {
      const session = live(sid);
      if (session) revokePass(session, slot, passHash, momentOf(sid));
    },

    async renew(sid, renewal) {
      const session = live(sid);
      if (!session) return 'gone';
      return changing(session, () => renew(session, renewal, momentOf(sid), room));
    },

    async connect(sid, lease, after) {
      const session = live(sid);
      if (!session) return { result: 'gone' };
      if (!hasPass(session, lease)) return { result: 'pass_gone' };
      const moment = momentOf(sid);
      takeLease(session, lease, moment, leaseMs);
      const reset = after !== null && !holds(session, after);
      const { a, b } = session.participants;
      return {
        result: 'connected',
        head: { ...session.head },
        from: reset ? null : after,
        reset,
        idleMs: session.idleMs,
        ...expiryOf(session, moment.now),
        receipts: { a: { ...a.receipt }, b: { ...b.receipt } },
        peer: peerOf(session, otherSlot(lease.slot), moment.now),
      };
    },

    async renewLease(sid, lease) {
      const session = live(sid);
      if (!session) return { result: 'gone' };
      if (!hasPass(session, lease)) return { result: 'pass_gone' };
      const moment = momentOf(sid);
      renewLease(session, lease, moment, leaseMs);
      return { result: 'renewed', head: { ...session.head }, ...expiryOf(session, moment.now) };
    },

    async disconnect(sid, { slot, connectionId }) {
      const session = live(sid);
      if (!session) return null;
      dropLeases(
        session,
        momentOf(sid),
        (lease) => lease.slot === slot && lease.connectionId === connectionId,
      );
      return isWaitedFor(session, slot) ? duePush(session, slot, now(), pushPauseMs) : null;
    },

    async readLog(sid, after) {
      const session = live(sid);
      return session ? readLog(session, after) : { result: 'gone' };
    },

    async append(sid, entry) {
      const session = live(sid);
      if (!session) return { result: 'gone' };
      const moment = momentOf(sid);
      const appended = changing(session, () => append(session, entry, moment, room));
      if (appended.result !== 'stored') return appended;
      const push = duePush(session, otherSlot(entry.slot), moment.now, pushPauseMs);
      return push === null ? appended : { ...appended, push };
    },

    async unsend(sid, entry) {
      const session = live(sid);
      if (!session) return { result: 'gone' };
      return changing(session, () => {
        const appended = append(session, entry, momentOf(sid), room);
        if (appended.result === 'stored') deleteFiles(session, entry.slot, entry.of);
        return appended;
      });
    },

    async putFile(sid, file) {
      const session = live(sid);
      if (!session) return 'gone';
      if (!hasPass(session, file)) return 'pass_gone';
      const memoryBytes = options.memoryLimitBytes * FILES_SHARE - usedBytes;
      return changing(session, () => putFile(session, file, { ...options, memoryBytes }));
    },

    async readFile(sid, cid, index) {
      const session = live(sid);
      return session ? readFile(session, cid, index) : null;
    },

    async putEndpoint(sid, fresh) {
      const session = live(sid);
      if (!session) return 'gone';
      if (!hasPass(session, fresh)) return 'pass_gone';
      if (usedBytes + ENDPOINT_BYTES > FILES_SHARE * options.memoryLimitBytes) return 'no_room';
      changing(session, () => keepEndpoint(session, fresh));
      return 'kept';
    },

    async dropEndpoint(sid, slot, endpoint) {
      const session = live(sid);
      if (session) changing(session, () => dropEndpoint(session, slot, endpoint));
    },

    async receipt(sid, slot, receipt) {
      const session = live(sid);
      if (session) advanceReceipt(session, slot, receipt, momentOf(sid));
    },

    async typing(sid, slot, on) {
      if (live(sid)) tell(momentOf(sid), otherSlot(slot), { type: 'typing', slot, on });
    },

    async keep(sid) {
      const session = live(sid);
      if (session) touch(session, momentOf(sid));
    },

    async end(sid, by, box) {
      const session = live(sid);
      if (!session) return 'gone';
      const moment = momentOf(sid);
      const why = { reason: 'ended', by, ...(box !== null && { box }) } as const;
      bury(sid, session, { ...expiredRecord(session), ...why }, moment.now);
      tell(moment, '*', { type: 'ended', ...why });
      order(moment, { close: CLOSE.ended });
      return 'ended';
    },

    subscribe: async (sid, subscriber) => channels.subscribe(sid, subscriber),

    count: async () => sessions.size,

    async ping() {},

    async sharedSecret() {
      secret ??= randomBytes(32).toString('base64url');
      return secret;
    },

    async close() {
      clearInterval(timer);
      sessions.clear();
      notices.clear();
      channels.close();
    },
  };
}

/** Whether the hash is that of a participant's proof, of the session or of what is kept of it. */
function isProven(
  participants: MemorySession['participants'] | undefined,
  ended: EndedRecord | undefined,
  proofHash: string,
): boolean {
  const a = participants?.a.proofHash ?? ended?.proofHashes.a;
  const b = participants?.b.proofHash ?? ended?.proofHashes.b;
  return proofHash === a || proofHash === b;
}
