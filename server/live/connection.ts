/**
 * One connection's life: greeting (no hello yet) → joining (the store is asked) → live → closed.
 * Ties frames in (intake) and frames out (delivery) to one socket; what concerns the session as
 * a whole is its local session's. Long because every way in which it can end is here.
 */
import type { Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { gather } from './gather.ts';
import { AppError, CLOSE } from '../protocol/errors.ts';
import type {
  ClientFrame,
  Ended,
  ServerFrame,
  SessionLimits,
  Slot,
  Welcome,
} from '../protocol/frames.ts';
import {
  BOX_OVERHEAD_BYTES,
  HELLO_TIMEOUT_MS,
  LEASE_RENEW_MS,
  PING_AFTER_MS,
  PONG_WITHIN_MS,
} from '../protocol/limits.ts';
import { parseClientFrame } from '../protocol/parse-client-frame.ts';
import type { Connected, DuePush, Expiry, Lease, Publication, Store } from '../store/store.ts';
import { createDelivery } from './delivery.ts';
import { createIntake } from './intake.ts';
import type { Closing, LiveRecorder } from './recorder.ts';
import type { TokenBucket } from './token-bucket.ts';

/** How often `tick` is called. */
export const TICK_MS = 1_000;
/** How long a peer may take to answer a close. */
const CLOSE_WITHIN_MS = 2_000;

const AS_TEXT = { binary: false };

export interface ConnectionOptions {
  socket: WebSocket;
  /** What the socket writes to. */
  stream: Writable;
  store: Store;
  sid: string;
  slot: Slot;
  passHash: string;
  connectionId: string;
  limits: SessionLimits;
  /** Null when RATE_SEND is off. */
  sendBucket: TokenBucket | null;
  /** Resolves once publications of the session reach this connection. */
  subscribed: () => Promise<void>;
  onExpiry: (expiry: Expiry) => void;
  /** Somebody who is away is to be told through push services. */
  onPush: (push: DuePush) => void;
  /** The store says that the session is gone. */
  onGone: () => void;
  onClosed: () => void;
  /** An internal fault, for the log: never holds what people said. */
  onFault: (error: unknown) => void;
  recorder: LiveRecorder | undefined;
  now: () => number;
}

type Hello = Extract<ClientFrame, { type: 'hello' }>;

export type Connection = ReturnType<typeof createConnection>;

export function createConnection(options: ConnectionOptions) {
  const { socket, stream, store, sid, slot, passHash, connectionId, recorder, now } = options;
  const lease: Lease = { slot, passHash, connectionId, device: null };
  const maxBoxBytes = options.limits.messageBytes + BOX_OVERHEAD_BYTES;
  let state: 'greeting' | 'joining' | 'live' | 'closed' = 'greeting';
  let seenAt = now();
  let pingedAt: number | null = null;
  let renewAt = Infinity;
  let restarting = false;
  let refreshDue = false;
  const helloTimer = setTimeout(() => close(CLOSE.noHello), HELLO_TIMEOUT_MS);

  const delivery = createDelivery({
    socket: {
      send(frame: string | Buffer, sent?: () => void) {
        gather(stream);
        socket.send(frame, AS_TEXT, sent);
      },
      unsentBytes: () => socket.bufferedAmount,
    },
    slot,
    readLog: (after) => store.readLog(sid, after),
    onLost: (why) => (why === 'gone' ? options.onGone() : close(CLOSE.storeUnreachable)),
    onSlow: () => close(CLOSE.slowReader),
    onDelivered: recorder && ((tookMs) => recorder.delivered(tookMs)),
    now,
  });
  const intake = createIntake({
    socket,
    store,
    sid,
    slot,
    sendBucket: options.sendBucket,
    seen: delivery.sent,
    answer: (frame) => delivery.write(frame),
    onStored: delivery.expect,
    onPush: options.onPush,
    onGone: options.onGone,
    onFault: failed,
    close,
    recorder,
    now,
  });

  // Attached before anything is awaited: frames that come at once must not be lost.
  socket.on('message', receive);
  socket.on('pong', sawLife);
  socket.on('close', () => closed('left'));
  // ws begins to close the socket, with the right code, after telling what is wrong with it.
  socket.on('error', () => finish('broken'));

  function sawLife(): void {
    seenAt = now();
    pingedAt = null;
  }

  function receive(data: RawData, isBinary: boolean): void {
    sawLife();
    if (state === 'closed') return;
    // as: text messages arrive as one Buffer, `binaryType` being left at its default.
    const frame = isBinary ? null : parseClientFrame((data as Buffer).toString(), maxBoxBytes);
    if (!frame || (frame.type === 'hello') !== (state === 'greeting')) return close(CLOSE.badFrame);
    if (frame.type === 'hello') void join(frame);
    else intake.take(frame);
  }

  async function join({ after, device }: Hello): Promise<void> {
    state = 'joining';
    lease.device = device ?? null;
    clearTimeout(helloTimer);
    try {
      await options.subscribed();
      // Or it would take the place of one that came later.
      if (isClosed()) return;
      const connected = await store.connect(sid, lease, after);
      if (isClosed()) return releaseLease();
      if (connected.result === 'gone') return options.onGone();
      if (connected.result === 'pass_gone') return close(CLOSE.passGone);
      if (connected.reset) recorder?.reset();
      state = 'live';
      renewAt = now() + LEASE_RENEW_MS;
      options.onExpiry(connected);
      await delivery.start(welcome(connected), connected.from, connected.head.seq);
    } catch (error) {
      failed(error);
    }
  }

  function welcome(connected: Connected): string {
    const { head, reset, idleMs, expiresInMs, expiresBy, receipts, peer } = connected;
    const frame: Welcome = {
      type: 'welcome',
      slot,
      head: head.seq,
      sum: head.sum,
      ...{ reset, idleMs, expiresInMs, expiresBy },
      limits: options.limits,
      ...{ receipts, peer },
    };
    return JSON.stringify(frame);
  }

  // A function, so that the compiler does not hold `state` for what it was before an await.
  const isClosed = () => state === 'closed';

  function failed(error: unknown): void {
    if (!(error instanceof AppError)) options.onFault(error);
    close(CLOSE.storeUnreachable);
  }

  function close(code: number): void {
    if (state === 'closed') return;
    socket.close(code);
    finish(code);
  }

  /** A peer that does not answer the close must not hold memory, nor a stop of the node. */
  function finish(why: Closing): void {
    if (state === 'closed') return;
    const timer = setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS);
    socket.once('close', () => clearTimeout(timer));
    closed(why);
  }

  function closed(why: Closing): void {
    if (state === 'closed') return;
    // After a restart the client is back at once: nobody should see a moment of absence.
    if (state === 'live' && !restarting) releaseLease();
    state = 'closed';
    recorder?.closed(why);
    clearTimeout(helloTimer);
    delivery.stop();
    void intake.stop();
    options.onClosed();
  }

  function releaseLease(): void {
    // If the store does not answer, the lease expires by itself.
    store.disconnect(sid, lease).then(
      (push) => push && options.onPush(push),
      () => {},
    );
  }

  async function renewLease(): Promise<void> {
    try {
      const renewed = await store.renewLease(sid, lease);
      if (isClosed()) return;
      if (renewed.result === 'gone') return options.onGone();
      if (renewed.result === 'pass_gone') return close(CLOSE.passGone);
      delivery.compare(renewed.head);
      options.onExpiry(renewed);
    } catch (error) {
      if (error instanceof AppError) renewAt = now();
      else failed(error);
    }
  }

  /** Publications may have been lost: tells again what they may have told, and reads the log. */
  async function refresh(): Promise<void> {
    refreshDue = false;
    try {
      const connected = await store.connect(sid, lease, delivery.sent());
      if (isClosed()) return;
      if (connected.result === 'gone') return options.onGone();
      if (connected.result === 'pass_gone') return close(CLOSE.passGone);
      const { receipts, peer, expiresInMs, expiresBy } = connected;
      const frames: ServerFrame[] = [
        { type: 'receipt', slot: 'a', ...receipts.a },
        { type: 'receipt', slot: 'b', ...receipts.b },
        { type: 'peer', ...peer },
        { type: 'expires', inMs: expiresInMs, by: expiresBy },
      ];
      for (const frame of frames) delivery.write(JSON.stringify(frame));
      options.onExpiry(connected);
      await delivery.catchUp();
    } catch (error) {
      if (error instanceof AppError) refreshDue = true;
      else failed(error);
    }
  }

  return {
    slot,
    passHash,
    connectionId,
    close,

    /** Publications may have been lost. */
    interrupted(): void {
      // Before hello nothing was missed; while joining it waits for the next tick.
      if (state === 'joining') refreshDue = true;
      else if (state === 'live') void refresh();
    },

    /** `bytes`: its frame. */
    publish(publication: Publication, bytes: Buffer): void {
      delivery.publish(publication, bytes);
    },

    /** The last frame, then the close: the session is over. */
    end(ended: Ended): void {
      delivery.write(JSON.stringify(ended));
      close(CLOSE.ended);
    },

    /** Every TICK_MS: is the other side alive, is the lease, is anything missing? */
    tick(): void {
      const at = now();
      if (intake.isPaused()) sawLife();
      if (pingedAt !== null && at - pingedAt > PONG_WITHIN_MS) {
        socket.terminate();
        return closed('lost');
      }
      if (pingedAt === null && at - seenAt > PING_AFTER_MS) {
        pingedAt = at;
        socket.ping();
      }
      // The tick before it is due: who died is missed LEASE_MS + LEASE_RENEW_MS later, not after.
      if (at > renewAt - TICK_MS) {
        renewAt = at + LEASE_RENEW_MS;
        void renewLease();
      }
      if (refreshDue && state === 'live') void refresh();
      delivery.tick();
    },

    /** The node stops: waits for what is being stored, then asks the client to connect again. */
    async restart(): Promise<void> {
      restarting = true;
      await intake.stop();
      close(CLOSE.restart);
    },
  };
}
