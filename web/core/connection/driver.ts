/**
 * Carries out what the transition table decides: owns the one socket and the one timer. Turns
 * text into frames and hands them on; does not know what they mean.
 */
/* oxlint-disable unicorn/prefer-add-event-listener -- one handler each, and taken off at once */
import { batch, signal, type ReadonlySignal } from '@preact/signals-core';
import { assertNever } from '../../../server/protocol/errors.ts';
import type { ClientFrame, Position, ServerFrame } from '../../../server/protocol/frames.ts';
import { parseServerFrame } from '../../../server/protocol/parse-server-frame.ts';
import { backoffMs } from '../backoff.ts';
import type { Environment, Socket } from '../environment.ts';
import { createTimer } from '../timer.ts';
import {
  transition,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
} from './transition.ts';

const OPEN = 1;

export type LandingAnswered = Extract<ConnectionEvent, { type: 'landing-answered' }>;

export interface ConnectionOptions {
  environment: Pick<Environment, 'now' | 'schedule' | 'random' | 'openSocket'>;
  /** With a query. */
  url: string;
  /** Random, one per page load. */
  device: string;
  /** The last position held, for hello. */
  position: () => Position | null;
  askLanding: () => Promise<LandingAnswered>;
  /** A frame of the present socket, after the state has followed it. */
  onFrame: (frame: ServerFrame) => void;
}

export interface Connection {
  readonly state: ReadonlySignal<ConnectionState>;
  /** When the present pause between two tries ends. */
  readonly retryAt: ReadonlySignal<number>;
  dispatch(event: ConnectionEvent): void;
  /** False if there is no connection that was welcomed; the frame is then forgotten. */
  send(frame: ClientFrame): boolean;
}

export function createConnection(options: ConnectionOptions): Connection {
  const { environment, url, device, position, askLanding, onFrame } = options;
  const state = signal<ConnectionState>({ state: 'stopped' });
  const retryAt = signal(0);
  let socket: Socket | null = null;
  const timer = createTimer(environment);

  function dispatch(event: ConnectionEvent): void {
    const [next, effects] = transition(state.value, event);
    state.value = next;
    for (const effect of effects) carryOut(effect);
  }

  function carryOut(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'open-socket':
        closeSocket();
        return openSocket();
      case 'close-socket':
        return closeSocket();
      case 'send-hello':
        write({ type: 'hello', v: 1, after: position(), device });
        return;
      case 'send-ping':
        write({ type: 'ping' });
        return;
      case 'ask-landing':
        void askLanding().then(dispatch);
        return;
      case 'start-timer':
        return startTimer(effect.ms);
      case 'start-backoff': {
        const ms = Math.max(effect.atLeastMs, backoffMs(effect.attempt, environment.random()));
        retryAt.value = environment.now() + ms;
        return startTimer(ms);
      }
      case 'stop-timer':
        return timer.cancel();
      default:
        assertNever(effect);
    }
  }

  function startTimer(ms: number): void {
    timer.start(() => dispatch({ type: 'time-up' }), ms);
  }

  function openSocket(): void {
    // Who holds nothing says hello with the address, and sees the chat a round trip sooner.
    const opened = environment.openSocket(position() ? url : `${url}&device=${device}`);
    socket = opened;
    opened.onopen = () => dispatch({ type: 'socket-opened' });
    // Node's sockets throw an error that nobody hears; onclose always follows.
    opened.onerror = () => {};
    opened.onmessage = ({ data }) => batch(() => receive(data));
    opened.onclose = ({ code }) => {
      socket = null;
      dispatch({ type: 'socket-closed', code, at: environment.now() });
    };
  }

  function closeSocket(): void {
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
    socket = null;
  }

  function receive(data: unknown): void {
    const frame = typeof data === 'string' ? parseServerFrame(data) : null;
    // What cannot be read is a sign of life all the same.
    if (frame?.type === 'welcome') dispatch({ type: 'welcomed', at: environment.now() });
    else if (frame?.type === 'ended') dispatch({ type: 'session-ended' });
    else dispatch({ type: 'frame-received' });
    if (frame) onFrame(frame);
  }

  /** False if the socket is closing: it would only complain, and `onclose` is about to say so. */
  function write(frame: ClientFrame): boolean {
    if (socket?.readyState !== OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  return {
    state,
    retryAt,
    dispatch,
    send(frame) {
      const { state: name } = state.value;
      return (name === 'live' || name === 'probing') && write(frame);
    },
  };
}
