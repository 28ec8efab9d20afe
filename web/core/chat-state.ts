/**
 * Everything a device knows of its chat, and how each frame changes it. A pure reducer: time
 * comes with the event, sockets and timers are elsewhere. What was sent and not yet seen in the
 * log is the outbox's.
 */
import { openControl } from '../../server/protocol/envelope/entry-box.ts';
import type { SessionKeys } from '../../server/protocol/envelope/keys.ts';
import { assertNever } from '../../server/protocol/errors.ts';
import { otherSlot } from '../../server/protocol/frames.ts';
import type {
  Entry,
  ExpiresBy,
  Receipt,
  ServerFrame,
  SessionLimits,
  Slot,
  Welcome,
} from '../../server/protocol/frames.ts';
import { EXPIRY_WARNING_MS } from '../../server/protocol/limits.ts';
import type { EndedChat, Expiry, Notices, PeerStatus } from './chat-view.ts';
import { lossBetween, type Loss } from './loss.ts';
import { emptyLog, extendLog, headOf, settleLog, type Log } from './log.ts';
import { emptyTimeline, extendTimeline, type Timeline } from './timeline.ts';

export interface ChatState {
  readonly slot: Slot;
  readonly log: Log;
  /** Empty until `loaded`. */
  readonly timeline: Timeline;
  /** The head the welcome told; null while not connected. */
  readonly goal: number | null;
  /** After a reset: the server's log, read from its beginning until the goal is reached. */
  readonly rereading: Log | null;
  /** What the last reset took away; a new object for each reset. */
  readonly loss: Loss | null;
  /** The log was read to its head: on this connection, and once at all. */
  readonly synced: boolean;
  readonly loaded: boolean;
  readonly peer: PeerStatus;
  readonly receipts: Readonly<Record<Slot, Receipt>>;
  readonly expiry: Expiry | null;
  readonly limits: SessionLimits | null;
  readonly notices: Notices;
  readonly ended: EndedChat | null;
}

export type ChatEvent =
  | { type: 'frame-received'; frame: ServerFrame; now: number }
  | { type: 'disconnected' }
  | { type: 'typing-expired' }
  /** What is unexplained had its ten seconds. */
  | { type: 'log-settled' }
  | { type: 'send-refused' }
  /** Learnt in another way than by the frame. */
  | { type: 'session-ended'; ended: EndedChat };

const NOTHING: Receipt = { received: 0, read: 0 };

export function initialState(sid: string, slot: Slot): ChatState {
  return {
    slot,
    log: emptyLog(sid),
    timeline: emptyTimeline,
    goal: null,
    rereading: null,
    loss: null,
    synced: false,
    loaded: false,
    peer: { state: 'never', typing: false },
    receipts: { a: NOTHING, b: NOTHING },
    expiry: null,
    limits: null,
    notices: { tampered: false, reset: false, full: false, tries: {} },
    ended: null,
  };
}

export function reduce(state: ChatState, event: ChatEvent, keys: SessionKeys): ChatState {
  if (state.ended) return state;
  switch (event.type) {
    case 'frame-received':
      return takeFrame(state, event.frame, event.now, keys);
    case 'disconnected':
      return { ...withoutTyping(state), goal: null, rereading: null, synced: false };
    case 'typing-expired':
      return withoutTyping(state);
    case 'log-settled':
      return withLog(state, settleLog(state.log));
    case 'send-refused':
      return { ...state, notices: { ...state.notices, full: true } };
    case 'session-ended':
      return endedWith(state, event.ended);
    default:
      return assertNever(event);
  }
}

function takeFrame(
  state: ChatState,
  frame: ServerFrame,
  now: number,
  keys: SessionKeys,
): ChatState {
  switch (frame.type) {
    case 'welcome':
      return welcomed(state, frame, now);
    case 'entries':
      return takeEntries(state, frame.list, keys);
    case 'entry':
      return isAnswer(state, frame) ? state : takeEntries(state, [frame], keys);
    case 'receipt': {
      const { slot, received, read } = frame;
      return { ...state, receipts: { ...state.receipts, [slot]: { received, read } } };
    }
    case 'peer': {
      const { type: _, ...peer } = frame;
      return { ...state, peer: { ...peer, typing: state.peer.typing && peer.state === 'online' } };
    }
    case 'typing':
      return frame.slot === state.slot
        ? state
        : { ...state, peer: { ...state.peer, typing: frame.on } };
    case 'expires':
      return { ...state, expiry: expiryOf(frame.inMs, frame.by, state.expiry?.idleMs ?? 0, now) };
    case 'notice': {
      const tries = { ...state.notices.tries, [frame.slot]: frame.count };
      return { ...state, notices: { ...state.notices, tries } };
    }
    case 'ended': {
      const { reason, by, box } = frame;
      const proven = by && box ? endedBy(state.log.sid, by, box, keys) : null;
      return endedWith(state, { reason, by: proven, idleMs: state.expiry?.idleMs ?? 0 });
    }
    case 'nack':
    case 'pong':
      return state;
    default:
      return assertNever(frame);
  }
}

function welcomed(state: ChatState, welcome: Welcome, now: number): ChatState {
  const { head, reset, receipts, limits, peer, expiresInMs, expiresBy, idleMs } = welcome;
  const rereading = reset && headOf(state.log) > 0 ? emptyLog(state.log.sid) : null;
  return reachHead({
    ...state,
    ...{ goal: head, rereading, receipts, limits },
    peer: { ...peer, typing: false },
    expiry: expiryOf(expiresInMs, expiresBy, idleMs, now),
  });
}

/**
 * A repeated send is answered with the entry as stored, perhaps before those between have come
 * (LG2). It never moves the chain: the entry comes again in its turn.
 */
function isAnswer({ log, rereading, slot }: ChatState, entry: Entry): boolean {
  return entry.slot === slot && entry.seq > headOf(rereading ?? log) + 1;
}

function takeEntries(state: ChatState, list: readonly Entry[], keys: SessionKeys): ChatState {
  if (state.rereading) {
    return reachHead({ ...state, rereading: extendLog(state.rereading, list, keys) });
  }
  const log = extendLog(state.log, list, keys);
  const added = log.entries.slice(state.log.entries.length);
  const last = added.at(-1)?.entry;
  const timeline = state.loaded
    ? extendTimeline(state.timeline, added, state.slot)
    : state.timeline;
  const next = reachHead(withLog(state, log, timeline));
  if (last === undefined) return next;
  // Whoever has just written is not typing; where one message fits, so may others.
  return last.slot === state.slot
    ? {
        ...next,
        notices: { ...next.notices, full: next.notices.full && last.unsends !== undefined },
      }
    : withoutTyping(next);
}

/** Once the goal is reached: shown for the first time, or in place of the log that was lost. */
function reachHead(state: ChatState): ChatState {
  const { goal, rereading, slot } = state;
  const log = rereading ?? state.log;
  if (goal === null || headOf(log) < goal) return state;
  if (state.loaded && !rereading) return state.synced ? state : { ...state, synced: true };
  const timeline = extendTimeline(emptyTimeline, log.entries, slot);
  const next = { ...withLog(state, log, timeline), rereading: null, synced: true, loaded: true };
  if (!rereading) return next;
  const loss = lossBetween(state.log, rereading, slot, goal);
  return { ...next, loss, notices: { ...next.notices, reset: true } };
}

/** Notices are lasting: what was once told stays. */
function withLog(state: ChatState, log: Log, timeline = state.timeline): ChatState {
  const tampered = state.notices.tampered || log.tampered;
  const reset = state.notices.reset || timeline.lastReset > 0;
  return { ...state, log, timeline, notices: { ...state.notices, tampered, reset } };
}

function withoutTyping(state: ChatState): ChatState {
  return state.peer.typing ? { ...state, peer: { ...state.peer, typing: false } } : state;
}

/** Nothing of what was said stays in memory. */
function endedWith(state: ChatState, ended: EndedChat): ChatState {
  const { sid } = state.log;
  return { ...initialState(sid, state.slot), notices: state.notices, loaded: state.loaded, ended };
}

function expiryOf(inMs: number, by: ExpiresBy, idleMs: number, now: number): Expiry {
  const warnMs = Math.min(EXPIRY_WARNING_MS, idleMs / 2);
  return { deadline: now + inMs, by, idleMs, warnMs };
}

/** Who ended the chat, if the box that came along is really theirs (rule LF5). */
export function endedBy(sid: string, by: Slot, box: string, keys: SessionKeys): Slot | null {
  return openControl(keys, sid, by, '', box)?.content.kind === 'end' ? by : null;
}

/** The seq of the last entry of the other: all that a receipt is about. */
export function lastReceived({ log, slot }: ChatState): number {
  const other = otherSlot(slot);
  return log.entries.findLast(({ entry }) => entry.slot === other)?.entry.seq ?? 0;
}
