/**
 * The life of a connection as a table: in this state, when this happens, go there and do that.
 * Pure; sockets, timers and what frames say are the driver's. Every state has at most one
 * timer, and `time-up` means what the state's comment says.
 */
import { CLOSE, isFinalClose } from '../../../server/protocol/errors.ts';
import { PING_AFTER_MS, PONG_WITHIN_MS } from '../../../server/protocol/limits.ts';

/** `attempt` counts tries since the connection last held; it sets how long to wait. */
export type ConnectionState =
  /** Not begun, or left (pagehide): nothing happens until `started` or `woke`. */
  | { state: 'stopped' }
  /** Until time is up: the pause between two tries. */
  | { state: 'waiting'; attempt: number }
  /** A socket is being opened. Time up: nobody answers. `hurried`: woken meanwhile. */
  | { state: 'opening'; attempt: number; hurried: boolean }
  /** Hello is sent. Time up: no welcome came. */
  | { state: 'greeting'; attempt: number; hurried: boolean }
  /** Time up: so long was nothing heard. `since`: when it began. */
  | { state: 'live'; attempt: number; since: number }
  /** A ping is sent. Time up: the socket is dead whatever it says of itself. */
  | { state: 'probing'; attempt: number; since: number; hurried: boolean }
  /** The open failed and the landing is asked why. */
  | { state: 'asking'; attempt: number }
  /** Too many other devices: until the person wants it here. */
  | { state: 'elsewhere' }
  /** The pass is gone: the code is needed. */
  | { state: 'pass_gone' }
  /** A close code that forbids another try. */
  | { state: 'refused' }
  | { state: 'ended' };

export type ConnectionEvent =
  | { type: 'started' }
  | { type: 'socket-opened' }
  | { type: 'socket-closed'; code: number; at: number }
  | { type: 'welcomed'; at: number }
  | { type: 'frame-received' }
  | { type: 'session-ended' }
  /** The pass of this browser turned out to be another one, or none. */
  | { type: 'pass-lost' }
  | { type: 'time-up' }
  | {
      type: 'landing-answered';
      answer: 'inside' | 'outside' | 'gone' | 'unclear';
      retryInMs?: number;
    }
  | { type: 'woke' }
  | { type: 'went-offline' }
  | { type: 'taken-here' }
  | { type: 'stopped' };

export type ConnectionEffect =
  /** Closes the one there is, and forgets it: nothing of it is heard any more. */
  | { type: 'open-socket' }
  | { type: 'close-socket' }
  | { type: 'send-hello' }
  | { type: 'send-ping' }
  | { type: 'ask-landing' }
  /** Both replace the timer that runs. */
  | { type: 'start-timer'; ms: number }
  | { type: 'start-backoff'; attempt: number; atLeastMs: number }
  | { type: 'stop-timer' };

export type Step = [ConnectionState, ConnectionEffect[]];

/** How long an open, or a welcome, may take; and either after waking, when a person waits. */
export const OPEN_WITHIN_MS = 10_000;
export const PROBE_WITHIN_MS = 3_000;
/** A connection that held so long starts the backoff anew. */
const SETTLED_MS = 5_000;

type Name = ConnectionState['state'];
type EventType = ConnectionEvent['type'];
type Row<S extends Name> = {
  [E in EventType]?: (
    state: Extract<ConnectionState, { state: S }>,
    event: Extract<ConnectionEvent, { type: E }>,
  ) => Step;
};

const always = { 'session-ended': () => rest('ended'), 'pass-lost': () => rest('pass_gone') };
const whileUp = { ...always, stopped: () => rest('stopped') };
const whileResting = { ...whileUp, 'taken-here': () => open(0) };

const table: { [S in Name]: Row<S> } = {
  stopped: {
    ...always,
    started: () => open(0),
    woke: () => open(0),
  },
  waiting: {
    ...whileUp,
    'time-up': ({ attempt }) => open(attempt),
    woke: ({ attempt }) => open(attempt),
  },
  opening: {
    ...whileUp,
    'socket-opened': ({ attempt, hurried }) => [
      { state: 'greeting', attempt, hurried },
      [{ type: 'send-hello' }, timer(hurried ? PROBE_WITHIN_MS : OPEN_WITHIN_MS)],
    ],
    'socket-closed': ({ attempt }) => ask(attempt + 1),
    'time-up': ({ attempt }) => wait(attempt + 1),
    woke: hurry,
  },
  greeting: {
    ...whileUp,
    welcomed: ({ attempt }, { at }) => [
      { state: 'live', attempt, since: at },
      [timer(PING_AFTER_MS)],
    ],
    'socket-closed': ({ attempt }, { code }) => closed(code, attempt + 1),
    'time-up': ({ attempt }) => wait(attempt + 1),
    woke: hurry,
  },
  live: {
    ...whileUp,
    'frame-received': (state) => [state, [timer(PING_AFTER_MS)]],
    'time-up': (state) => probe(state, false),
    woke: (state) => probe(state, true),
    'went-offline': (state) => probe(state, true),
    'socket-closed': (state, { code, at }) => closed(code, nextAttempt(state, at)),
  },
  probing: {
    ...whileUp,
    'frame-received': ({ attempt, since }) => [
      { state: 'live', attempt, since },
      [timer(PING_AFTER_MS)],
    ],
    'time-up': () => open(0),
    woke: hurry,
    'went-offline': hurry,
    'socket-closed': (state, { code, at }) => closed(code, nextAttempt(state, at)),
  },
  asking: {
    ...whileUp,
    'landing-answered': ({ attempt }, { answer, retryInMs }) => {
      if (answer === 'outside') return rest('pass_gone');
      if (answer === 'gone') return rest('ended');
      return wait(attempt, retryInMs);
    },
  },
  elsewhere: whileResting,
  pass_gone: whileResting,
  refused: whileResting,
  ended: {},
};

/** An event that a state has no row for changes nothing: it is old news. */
export function transition(state: ConnectionState, event: ConnectionEvent): Step {
  // as: the table's type holds that a row takes its own state and event; TypeScript cannot
  // follow that through two lookups at once.
  const row = table[state.state] as Partial<
    Record<EventType, (state: ConnectionState, event: ConnectionEvent) => Step>
  >;
  return row[event.type]?.(state, event) ?? [state, []];
}

function open(attempt: number): Step {
  return [
    { state: 'opening', attempt, hurried: false },
    [{ type: 'open-socket' }, timer(OPEN_WITHIN_MS)],
  ];
}

function wait(attempt: number, atLeastMs = 0): Step {
  return [
    { state: 'waiting', attempt },
    [{ type: 'close-socket' }, { type: 'start-backoff', attempt, atLeastMs }],
  ];
}

function ask(attempt: number): Step {
  return [
    { state: 'asking', attempt },
    [{ type: 'close-socket' }, { type: 'stop-timer' }, { type: 'ask-landing' }],
  ];
}

function rest(state: 'stopped' | 'elsewhere' | 'pass_gone' | 'refused' | 'ended'): Step {
  return [{ state }, [{ type: 'close-socket' }, { type: 'stop-timer' }]];
}

function probe({ attempt, since }: { attempt: number; since: number }, hurried: boolean): Step {
  return [
    { state: 'probing', attempt, since, hurried },
    [{ type: 'send-ping' }, timer(hurried ? PROBE_WITHIN_MS : PONG_WITHIN_MS)],
  ];
}

/** Someone looks at the screen: what was begun before gets 3 s more, once. */
function hurry(state: Extract<ConnectionState, { hurried: boolean }>): Step {
  return state.hurried ? [state, []] : [{ ...state, hurried: true }, [timer(PROBE_WITHIN_MS)]];
}

function closed(code: number, attempt: number): Step {
  switch (code) {
    // The frame `ended` said why; if it was lost, the landing knows.
    case CLOSE.ended:
      return ask(attempt);
    case CLOSE.passGone:
      return rest('pass_gone');
    case CLOSE.openedElsewhere:
      return rest('elsewhere');
    default:
      return isFinalClose(code) ? rest('refused') : wait(attempt);
  }
}

function nextAttempt({ attempt, since }: { attempt: number; since: number }, at: number): number {
  return at - since >= SETTLED_MS ? 0 : attempt + 1;
}

function timer(ms: number): ConnectionEffect {
  return { type: 'start-timer', ms };
}
