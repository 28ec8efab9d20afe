import { describe, expect, it } from 'vitest';
import {
  OPEN_WITHIN_MS,
  PROBE_WITHIN_MS,
  transition,
  type ConnectionEvent,
  type ConnectionState,
} from '../../../../web/core/connection/transition.ts';

const states: { [S in ConnectionState['state']]: Extract<ConnectionState, { state: S }> } = {
  stopped: { state: 'stopped' },
  waiting: { state: 'waiting', attempt: 2 },
  opening: { state: 'opening', attempt: 2, hurried: false },
  greeting: { state: 'greeting', attempt: 2, hurried: false },
  live: { state: 'live', attempt: 2, since: 1_000 },
  probing: { state: 'probing', attempt: 2, since: 1_000, hurried: false },
  asking: { state: 'asking', attempt: 2 },
  elsewhere: { state: 'elsewhere' },
  pass_gone: { state: 'pass_gone' },
  refused: { state: 'refused' },
  ended: { state: 'ended' },
};

const events = {
  started: { type: 'started' },
  'socket-opened': { type: 'socket-opened' },
  'socket-closed': { type: 'socket-closed', code: 1006, at: 2_000 },
  welcomed: { type: 'welcomed', at: 2_000 },
  'frame-received': { type: 'frame-received' },
  'session-ended': { type: 'session-ended' },
  'pass-lost': { type: 'pass-lost' },
  'time-up': { type: 'time-up' },
  'landing-answered': { type: 'landing-answered', answer: 'inside' },
  woke: { type: 'woke' },
  'went-offline': { type: 'went-offline' },
  'taken-here': { type: 'taken-here' },
  stopped: { type: 'stopped' },
} as const satisfies { [E in ConnectionEvent['type']]: Extract<ConnectionEvent, { type: E }> };

type Expected = { [E in ConnectionEvent['type']]?: string };
const over: Expected = { 'session-ended': 'ended', 'pass-lost': 'pass_gone', stopped: 'stopped' };
const resting: Expected = { ...over, 'taken-here': 'opening open-socket start-timer' };

/** Next state and effects, in order; what is not listed changes nothing. */
const table: { [S in ConnectionState['state']]: Expected } = {
  stopped: {
    'session-ended': 'ended',
    'pass-lost': 'pass_gone',
    started: 'opening open-socket start-timer',
    woke: 'opening open-socket start-timer',
  },
  waiting: {
    ...over,
    'time-up': 'opening open-socket start-timer',
    woke: 'opening open-socket start-timer',
  },
  opening: {
    ...over,
    'socket-opened': 'greeting send-hello start-timer',
    'socket-closed': 'asking close-socket stop-timer ask-landing',
    'time-up': 'waiting close-socket start-backoff',
    woke: 'opening start-timer',
  },
  greeting: {
    ...over,
    welcomed: 'live start-timer',
    'socket-closed': 'waiting close-socket start-backoff',
    'time-up': 'waiting close-socket start-backoff',
    woke: 'greeting start-timer',
  },
  live: {
    ...over,
    'frame-received': 'live start-timer',
    'time-up': 'probing send-ping start-timer',
    woke: 'probing send-ping start-timer',
    'went-offline': 'probing send-ping start-timer',
    'socket-closed': 'waiting close-socket start-backoff',
  },
  probing: {
    ...over,
    'frame-received': 'live start-timer',
    'time-up': 'opening open-socket start-timer',
    woke: 'probing start-timer',
    'went-offline': 'probing start-timer',
    'socket-closed': 'waiting close-socket start-backoff',
  },
  asking: { ...over, 'landing-answered': 'waiting close-socket start-backoff' },
  elsewhere: resting,
  pass_gone: resting,
  refused: resting,
  ended: {},
};

const stateNames = Object.keys(states) as ConnectionState['state'][]; // as: its own keys
const eventNames = Object.keys(events) as ConnectionEvent['type'][]; // as: its own keys

describe.each(stateNames)('%s', (from) => {
  it.each(eventNames)('on %s', (type) => {
    const expected = table[from][type];
    const [next, effects] = transition(states[from], events[type]);
    if (expected === undefined) {
      expect(next).toBe(states[from]);
      expect(effects).toEqual([]);
    } else if (['ended', 'pass_gone', 'stopped'].includes(expected)) {
      expect(next).toEqual({ state: expected });
      expect(effects.map((effect) => effect.type)).toEqual(['close-socket', 'stop-timer']);
    } else {
      expect([next.state, ...effects.map((effect) => effect.type)].join(' ')).toBe(expected);
    }
  });
});

describe('close codes', () => {
  it.each([
    [1000, 'waiting'],
    [1006, 'waiting'],
    [1012, 'waiting'],
    [4000, 'waiting'],
    [4002, 'waiting'],
    [4005, 'waiting'],
    [5000, 'waiting'],
    [1009, 'refused'],
    [4500, 'refused'],
    [4999, 'refused'],
    [4501, 'pass_gone'],
    [4503, 'asking'],
    [4504, 'elsewhere'],
  ])('[CL1] [CL4] %i makes it %s', (code, state) => {
    for (const from of ['greeting', 'live', 'probing'] as const) {
      expect(transition(states[from], { type: 'socket-closed', code, at: 0 })[0].state).toBe(state);
    }
  });
});

describe('waits', () => {
  const closeAt = (at: number) =>
    transition(states.live, { type: 'socket-closed', code: 1006, at })[1];

  it('[CL1] grow while connections do not hold, and begin anew once one did', () => {
    expect(closeAt(5_999)).toContainEqual({ type: 'start-backoff', attempt: 3, atLeastMs: 0 });
    expect(closeAt(6_000)).toContainEqual({ type: 'start-backoff', attempt: 0, atLeastMs: 0 });
  });

  it('[CL5] last at least as long as the landing says', () => {
    const answer = { type: 'landing-answered', answer: 'unclear', retryInMs: 7_000 } as const;
    expect(transition(states.asking, answer)[1]).toContainEqual({
      type: 'start-backoff',
      attempt: 2,
      atLeastMs: 7_000,
    });
  });

  it.each([
    ['outside', 'pass_gone'],
    ['gone', 'ended'],
    ['inside', 'waiting'],
    ['unclear', 'waiting'],
  ] as const)('[CL5] a landing that says %s makes it %s', (answer, state) => {
    expect(transition(states.asking, { type: 'landing-answered', answer })[0].state).toBe(state);
  });

  it('are three seconds after waking, once: what was begun before sleep may be dead', () => {
    for (const from of ['opening', 'greeting', 'live', 'probing'] as const) {
      const [hurried, effects] = transition(states[from], { type: 'woke' });
      expect(effects).toContainEqual({ type: 'start-timer', ms: PROBE_WITHIN_MS });
      expect(transition(hurried, { type: 'woke' })).toEqual([hurried, []]);
    }
    const [hurried] = transition(states.opening, { type: 'woke' });
    const [, effects] = transition(hurried, { type: 'socket-opened' });
    expect(effects).toContainEqual({ type: 'start-timer', ms: PROBE_WITHIN_MS });
  });

  it('[EP6] are 20 s before a ping and 10 s after it', () => {
    expect(transition(states.greeting, events.welcomed)[1]).toEqual([
      { type: 'start-timer', ms: 20_000 },
    ]);
    expect(transition(states.live, { type: 'time-up' })[1]).toEqual([
      { type: 'send-ping' },
      { type: 'start-timer', ms: 10_000 },
    ]);
    expect(transition(states.stopped, { type: 'started' })[1]).toContainEqual({
      type: 'start-timer',
      ms: OPEN_WITHIN_MS,
    });
  });
});
