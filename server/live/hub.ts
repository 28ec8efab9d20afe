/**
 * The hub: session → its connections on this node, one tick a second for all of them, and the
 * orderly stop. A session is here only as long as somebody is connected to it.
 */
import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import pLimit from 'p-limit';
import type { WebSocket } from 'ws';
import type { Config } from '../config.ts';
import { CLOSE } from '../protocol/errors.ts';
import type { SessionLimits, Slot } from '../protocol/frames.ts';
import type { DuePush, Store } from '../store/store.ts';
import { Connection, TICK_MS, type Surroundings } from './connection.ts';
import { LocalSession } from './local-session.ts';
import type { LiveRecorder } from './recorder.ts';
import { TokenBucket } from './token-bucket.ts';

/**
 * Of so many the store is asked at once whether they may come in (routes/socket.ts), of as many what
 * they need to join, and of as many what they may have missed. After a restart all come within a
 * second, and what thousands ask in one breath is answered too late. Not fewer: while the store
 * hangs, each that asks gives up only after its time, and so long the next have to wait.
 */
export const AT_ONCE = 128;

export interface HubOptions {
  store: Store;
  config: Config;
  onFault: (error: unknown) => void;
  /** Somebody who is away is to be told; must not take time. */
  onPush?: (sid: string, push: DuePush) => void;
  /** Unset: nothing is counted. */
  recorder?: LiveRecorder;
  now?: () => number;
}

export interface Arrival {
  sid: string;
  slot: Slot;
  passHash: string;
  /** What the socket writes to. */
  stream: Writable;
  /** Of a page that holds nothing yet and has said hello along with the upgrade. */
  device: string | null;
}

export type Hub = ReturnType<typeof createHub>;

export function createHub({
  store,
  config,
  onFault,
  onPush = () => {},
  recorder,
  now = performance.now.bind(performance),
}: HubOptions) {
  const sessions = new Map<string, LocalSession>();
  const connections = new Set<Connection>();
  const limits = limitsOf(config);
  const surroundings: Surroundings = {
    ...{ store, limits, recorder, onPush, onFault, now },
    joinInTurn: pLimit(AT_ONCE),
    refreshInTurn: pLimit(AT_ONCE),
    onClosed(connection) {
      connections.delete(connection);
      const session = sessions.get(connection.sid);
      if (session?.remove(connection)) sessions.delete(connection.sid);
    },
  };
  const ticker = setInterval(() => {
    for (const connection of connections) connection.tick();
  }, TICK_MS);
  ticker.unref();
  let stopped = false;

  function localSession(sid: string): LocalSession {
    const present = sessions.get(sid);
    if (present) return present;
    const session = new LocalSession(sid, store);
    sessions.set(sid, session);
    return session;
  }

  function sendBucket(): TokenBucket | null {
    const { rateSend, burstSend } = config;
    return rateSend && new TokenBucket(burstSend, (rateSend.count * 1000) / rateSend.perMs, now);
  }

  return {
    /** Since `stop`: nobody is let in any more. */
    get isStopped(): boolean {
      return stopped;
    },

    get connectionCount(): number {
      return connections.size;
    },

    /** Of those that somebody is connected to here. */
    get sessionCount(): number {
      return sessions.size;
    },

    /** Takes over a socket whose pass was checked. Returns at once; the socket says the rest. */
    accept(socket: WebSocket, { sid, slot, passHash, stream, device }: Arrival): void {
      if (stopped) return socket.close(CLOSE.restart);
      const session = localSession(sid);
      // In one piece: what nanoid puts together stays a tree of pieces, ten times as large.
      const connectionId = randomBytes(16).toString('base64url');
      const options = { socket, stream, sid, slot, passHash, connectionId, session };
      const connection = new Connection({ ...options, sendBucket: sendBucket() }, surroundings);
      connections.add(connection);
      session.add(connection);
      if (device !== null) connection.greet(device);
    },

    /** Every client is asked to connect again; resolves when nothing is under way. */
    async stop(): Promise<void> {
      stopped = true;
      clearInterval(ticker);
      await Promise.all([...connections].map((connection) => connection.restart()));
    },
  };
}

function limitsOf(config: Config): SessionLimits {
  return {
    messageBytes: config.maxMessageBytes,
    fileBytes: config.maxFileBytes,
    filesBytes: config.maxFilesBytes,
    files: config.maxFiles,
    entries: config.maxEntries,
  };
}
