/**
 * The store that several processes share. Each operation is one Lua script (server/store/lua),
 * so it is atomic in Redis; here are only its arguments and what becomes of its reply. All keys
 * of a session carry its id as hash tag.
 *
 * Two things are outside a session's keys: `duologue:sessions`, which counts those alive for
 * maxSessions and is approximate, and `duologue:secret`.
 */
import { randomBytes } from 'node:crypto';
import { AppError } from '../protocol/errors.ts';
import { otherSlot } from '../protocol/frames.ts';
import type { Position, ServerFrame } from '../protocol/frames.ts';
import {
  LEASE_MS,
  MAX_ENDPOINTS_PER_PARTICIPANT,
  MAX_CONNECTIONS_PER_PARTICIPANT,
  MAX_PASSES_PER_PARTICIPANT,
  PAGE_BYTES,
  PAGE_ENTRIES,
  PUSH_PAUSE_MS,
} from '../protocol/limits.ts';
import { ATTEMPT_BUDGET } from './budget.ts';
import type { AttemptBudget } from './budget.ts';
import { hashOfBox, parseEntry } from './entry-json.ts';
import { createLanes } from './lanes.ts';
import type { RedisPlace } from './redis-place.ts';
import { createRedisFiles } from './redis-files.ts';
import type { RedisEvents } from './redis-gate.ts';
import { openRedis } from './redis-nodes.ts';
import {
  toAppendedFor,
  toConnected,
  toDuePushOrNull,
  toFound,
  toLogPage,
  toRenewal,
  toRenewed,
  toTries,
  toTryTaken,
  toUnsent,
} from './redis-records.ts';
import { insist, repeat } from './redis-refusal.ts';
import type { Refusal } from './redis-refusal.ts';
import { toNumber, toText, toTexts, toWord } from './redis-reply.ts';
import { runScript } from './redis-scripts.ts';
import type { ScriptArg, ScriptName } from './redis-scripts.ts';
import { CREATING_SHARE, FILES_SHARE, REPLACED_LINKS_KEPT } from './store.ts';
import type { Append, Caller, Lease, NewParticipant, NewSession, Renewal } from './store.ts';
import type { Store, StoreOptions } from './store.ts';

const DAY_MS = 24 * 3_600_000;
const SESSIONS_KEY = 'duologue:sessions';
const SECRET_KEY = 'duologue:secret';
/** A Redis that has lost the secret gets it back before another node makes its own. */
const KEEP_SECRET_EVERY_MS = 60_000;
/** How often a target of an unsend may have changed between two steps: never, in practice. */
const UNSEND_ATTEMPTS = 3;

type Args = readonly ScriptArg[];
type Read<T> = (reply: unknown) => T;

export interface RedisStoreParts {
  place: RedisPlace;
  options: StoreOptions;
  leaseMs?: number;
  budget?: AttemptBudget;
  pushPauseMs?: number;
  events?: RedisEvents;
}

export function createRedisStore({
  place,
  options,
  leaseMs = LEASE_MS,
  budget = ATTEMPT_BUDGET,
  pushPauseMs = PUSH_PAUSE_MS,
  events,
}: RedisStoreParts): Store {
  let keepSecret = () => {};
  const nodes = openRedis(place, {
    onOpen() {
      keepSecret();
      events?.onOpen();
    },
    onTrouble: (error) => events?.onTrouble(error),
  });
  const lanes = createLanes();
  const { endedNoticeTtlMs, linkTtlMs, maxTtlMs } = options;
  // Passes must open as long as there can be a session.
  const secretTtlMs = maxTtlMs + DAY_MS;
  const { tries, waitsMs, knownPerHour, knownAtOnce, newPerHour } = budget;
  const buckets = [knownPerHour, knownAtOnce, newPerHour];
  const budgetArgs = [tries, waitsMs.join(), ...buckets];
  let secretTimer: NodeJS.Timeout | undefined;
  /** The deadline that the count of sessions was told last by whoever holds a lease. */
  const counted = new WeakMap<Lease, number>();

  /** One script on the node that serves its keys; `read` makes of the reply what is wanted. */
  function script<T>(keys: readonly string[], name: ScriptName, args: Args, read: Read<T>) {
    return (refusal: Refusal | null): Promise<T> => {
      const node = nodes.nodeOf(keys[0] ?? '');
      const isWhole = refusal === 'forgotten';
      const sent = { keys, args, isWhole, inBytes: name === 'read-file' };
      return node.run(async (client) => read(await runScript(client, nodes.scripts[name], sent)));
    };
  }

  /** Keeps no order: for what belongs to no session, or has its lane already. */
  function call<T>(keys: readonly string[], name: ScriptName, args: Args, read: Read<T>) {
    return insist(script(keys, name, args, read), nodes.settled);
  }

  /** An operation of one step on a session. */
  function run<T>(sid: string, name: ScriptName, args: Args, read: Read<T>): Promise<T> {
    const attempt = script(keysOf(sid), name, args, read);
    return lanes.follow(
      sid,
      () => attempt(null),
      (refusal, giveUpAt) => repeat(attempt, nodes.settled, refusal, giveUpAt),
    );
  }

  /** The count of sessions alive is approximate: that it could not be changed fails nothing. */
  function recount(sid: string, deadline: number, onCounted = () => {}): void {
    call([SESSIONS_KEY], 'recount', [sid, deadline], nothing).then(onCounted, () => {});
  }

  function tell(sid: string, to: string, frame: ServerFrame): Promise<void> {
    return run(sid, 'tell', [to, JSON.stringify(frame)], nothing);
  }

  /** In no lane: nobody asks for a session before it is there, and each step has its own time. */
  async function create({ sid, idleMs, participants: { a, b } }: NewSession) {
    const ttlMs = Math.min(linkTtlMs, maxTtlMs);
    const admission = [sid, ttlMs, options.maxSessions];
    const admitted = await call([SESSIONS_KEY], 'admit', admission, toText);
    if (admitted === 'full') return 'full';
    const lifetimes = [idleMs, linkTtlMs, maxTtlMs, endedNoticeTtlMs];
    const args = [...lifetimes, ...participantArgs(a), ...participantArgs(b), CREATING_SHARE];
    const created = await run(sid, 'create', args, toText);
    if (created === '1') return 'created';
    if (admitted === '1') recount(sid, 0);
    return created === 'full' ? 'full' : 'id_taken';
  }

  async function unsend(sid: string, entry: Append & { of: readonly string[] }) {
    const keys = keysOf(sid);
    for (let attempt = 0; attempt < UNSEND_ATTEMPTS; attempt++) {
      const targets = await call(keys, 'unsend-targets', entry.of, toTexts);
      const hashes = entry.of.flatMap((cid, i) => [cid, ...sumAndHash(targets[i] ?? '')]);
      const args = [...appendArgs(entry), JSON.stringify(entry.of), ...hashes];
      const appended = await call(keys, 'unsend', args, toUnsent);
      if (appended) return appended;
    }
    throw new AppError('store_unavailable', { message: 'a target of an unsend keeps changing' });
  }

  function appendArgs({ slot, cid, box, sum, seen }: Append): Args {
    const { maxEntries, maxSessionBytes } = options;
    return [slot, cid, box, sum, ...at(seen), maxEntries, maxSessionBytes, endedNoticeTtlMs];
  }

  function renewalArgs({ by, passHash, slot, proofHash, key, codeHash, ...entry }: Renewal): Args {
    const link = [passHash, slot, proofHash, key, codeHash];
    return [...appendArgs({ slot: by, ...entry }), ...link, REPLACED_LINKS_KEPT];
  }

  function leaseArgs({ slot, passHash, connectionId, device }: Lease): Args {
    const most = MAX_CONNECTIONS_PER_PARTICIPANT;
    return [slot, passHash, connectionId, device ?? '', leaseMs, most];
  }

  return {
    create,
    find: (sid, proofHash = '') => run(sid, 'find', [proofHash], toFound),

    takeTry: (sid, slot, caller) =>
      run(sid, 'take-try', [slot, ...callerArgs(caller), ...budgetArgs], toTryTaken),
    peekTries: (sid, slot, caller) =>
      run(sid, 'peek-tries', [slot, ...callerArgs(caller), ...budgetArgs], toTries),
    announceTries(sid, slot, count) {
      const frame: ServerFrame = { type: 'notice', kind: 'tries', slot, count };
      return run(sid, 'announce-tries', [slot, count, JSON.stringify(frame)], nothing);
    },

    enter(sid, slot, { codeHash, passHash, caller }) {
      const limits = [MAX_PASSES_PER_PARTICIPANT, endedNoticeTtlMs];
      const args = [slot, codeHash, passHash, ...callerArgs(caller), ...limits, ...buckets];
      return run(sid, 'enter', args, (reply) => toWord(reply, 'entered', 'changed', 'gone'));
    },
    leave: (sid, slot, passHash) => run(sid, 'leave', [slot, passHash], nothing),
    renew: (sid, renewal) => run(sid, 'renew', renewalArgs(renewal), toRenewal),

    connect: (sid, lease, after) =>
      run(sid, 'connect', [...leaseArgs(lease), ...at(after)], (reply) =>
        toConnected(reply, after),
      ),
    async renewLease(sid, lease) {
      const renewed = await run(sid, 'renew-lease', leaseArgs(lease), toRenewed);
      if (renewed.result !== 'renewed') return renewed;
      const { deadline, ...result } = renewed;
      // Of a chat in which nothing happens it stays where it is.
      if (counted.get(lease) !== deadline) {
        recount(sid, deadline, () => void counted.set(lease, deadline));
      }
      return result;
    },
    disconnect: (sid, { slot, connectionId }) =>
      run(sid, 'disconnect', [slot, connectionId, pushPauseMs, PAGE_ENTRIES], (reply) =>
        toDuePushOrNull(reply, slot),
      ),

    readLog: (sid, after) =>
      run(sid, 'read-log', [...at(after), PAGE_ENTRIES, PAGE_BYTES], toLogPage),
    append: (sid, entry) =>
      run(sid, 'append', [...appendArgs(entry), pushPauseMs], (reply) =>
        toAppendedFor(reply, otherSlot(entry.slot)),
      ),
    unsend: (sid, entry) => lanes.occupy(sid, () => unsend(sid, entry)),
    ...createRedisFiles(run, options),

    putEndpoint(sid, { slot, passHash, endpoint }) {
      const args = [slot, passHash, endpoint, MAX_ENDPOINTS_PER_PARTICIPANT, FILES_SHARE];
      return run(sid, 'put-endpoint', args, (reply) =>
        toWord(reply, 'kept', 'no_room', 'pass_gone', 'gone'),
      );
    },
    dropEndpoint: (sid, slot, endpoint) => run(sid, 'drop-endpoint', [slot, endpoint], nothing),

    receipt: (sid, slot, { received, read }) =>
      run(sid, 'receipt', [slot, received, read], nothing),
    typing: (sid, slot, on) => tell(sid, otherSlot(slot), { type: 'typing', slot, on }),
    keep: (sid) => run(sid, 'keep', [endedNoticeTtlMs], nothing),
    async end(sid, by, box) {
      const args = [by, box ?? '', endedNoticeTtlMs];
      const ended = await run(sid, 'end', args, (reply) => toWord(reply, 'ended', 'gone'));
      recount(sid, 0);
      return ended;
    },

    subscribe: (sid, subscriber) => nodes.subscribe(channelOf(sid), subscriber),

    count: () => call([SESSIONS_KEY], 'count', [], toNumber),
    ping: nodes.ping,
    async sharedSecret() {
      const ask = (candidate: string) =>
        call([SECRET_KEY], 'shared-secret', [candidate, secretTtlMs], toText);
      const secret = await ask(randomBytes(32).toString('base64url'));
      keepSecret = () => void ask(secret).catch(() => {});
      secretTimer ??= setInterval(keepSecret, KEEP_SECRET_EVERY_MS).unref();
      return secret;
    },
    async close() {
      clearInterval(secretTimer);
      await nodes.close();
    },
  };
}

/** In the order every script declares: session log cids leases tries ended files. */
function keysOf(sid: string): readonly string[] {
  const key = channelOf(sid);
  const parts = ['log', 'cids', 'leases', 'tries', 'ended', 'files'];
  return [key, ...parts.map((part) => `${key}:${part}`)];
}

/** Publications are on a channel named like the session's hash (lua/parts/publish.lua). */
function channelOf(sid: string): string {
  return `duologue:{${sid}}`;
}

function nothing(): void {}

/** No position is 0 and ''. */
function at(position: Position | null): [number, string] {
  return position ? [position.seq, position.sum] : [0, ''];
}

function callerArgs({ address, neighbourhood }: Caller): Args {
  return [address, neighbourhood];
}

function participantArgs({ proofHash, key, name, codeHash }: NewParticipant): string[] {
  return [proofHash, key, name, codeHash];
}

/** What lua/unsend.lua checks a target by; empty if there is no box to hash. */
function sumAndHash(json: string): [string, string] {
  if (json === '') return ['', ''];
  const { sum, box } = parseEntry(json);
  return box === undefined ? ['', ''] : [sum, hashOfBox(box)];
}
