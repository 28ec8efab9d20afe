/**
 * One connection's life: greeting (no hello yet) → joining (the store is asked) → live → closed.
 * Ties frames in (intake) and frames out (delivery) to one socket; what concerns the session as
 * a whole is its local session's. Long because every way in which it can end is here.
 *
 * A class, like whatever else there is one of for each connection: a closure for every function
 * was a third of what an idle connection weighed.
 */
import type { Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { gather } from '../gather.ts';
import { AppError, CLOSE } from '../protocol/errors.ts';
import type {
  ClientFrame,
  Ended,
  Position,
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
import type {
  Connected,
  DuePush,
  Expiry,
  Lease,
  LeaseRefused,
  LogPage,
  Publication,
  Store,
} from '../store/store.ts';
import { Delivery, type Recipient } from './delivery.ts';
import { Intake, type Sender } from './intake.ts';
import type { Closing, LiveRecorder } from './recorder.ts';
import type { TokenBucket } from './token-bucket.ts';

/** How often `tick` is called. */
export const TICK_MS = 1_000;
/** How long a peer may take to answer a close. */
const CLOSE_WITHIN_MS = 2_000;

const AS_TEXT = { binary: false };

/** What all connections of a node share. */
export interface Surroundings {
  store: Store;
  limits: SessionLimits;
  recorder: LiveRecorder | undefined;
  /** Somebody who is away is to be told through push services. */
  onPush: (sid: string, push: DuePush) => void;
  /** An internal fault, for the log: never holds what people said. */
  onFault: (error: unknown) => void;
  onClosed: (connection: Connection) => void;
  /** Runs it once few enough others run; those that wait go in the order they came. */
  joinInTurn: InTurn;
  /** The same, beside those: who comes must not wait for all who are there. */
  refreshInTurn: InTurn;
  now: () => number;
}

type InTurn = <T>(ask: () => Promise<T>) => Promise<T>;

/** Its session, as far as it is on this node. */
export interface SessionHere {
  /** Resolves once publications of the session reach its connections here. */
  subscribed(): Promise<void>;
  expectExpiry(expiry: Expiry): void;
  /** Asks the store whether the session is over, and tells its connections here if it is. */
  checkEnd(): Promise<void>;
}

export interface ConnectionOptions {
  socket: WebSocket;
  /** What the socket writes to. */
  stream: Writable;
  sid: string;
  slot: Slot;
  passHash: string;
  connectionId: string;
  /** Null when RATE_SEND is off. */
  sendBucket: TokenBucket | null;
  session: SessionHere;
}

type Hello = Pick<Extract<ClientFrame, { type: 'hello' }>, 'after' | 'device'>;

export class Connection implements Sender, Recipient {
  readonly socket: WebSocket;
  readonly store: Store;
  readonly recorder: LiveRecorder | undefined;
  readonly sid: string;
  readonly slot: Slot;
  readonly sendBucket: TokenBucket | null;
  readonly now: () => number;
  readonly #session: SessionHere;
  readonly #surroundings: Surroundings;
  readonly #stream: Writable;
  readonly #lease: Lease;
  readonly #delivery: Delivery;
  readonly #intake: Intake;
  #state: 'greeting' | 'joining' | 'live' | 'closed' = 'greeting';
  #helloTimer: NodeJS.Timeout | null;
  #seenAt: number;
  #pingedAt: number | null = null;
  #renewAt = Infinity;
  /** Hello came along with the upgrade, and comes once more as the first frame. */
  #isHelloRepeated = false;
  #isRestarting = false;
  #isRefreshing = false;
  #isRefreshDue = false;

  constructor(options: ConnectionOptions, surroundings: Surroundings) {
    const { socket, stream, sid, slot, passHash, connectionId, sendBucket, session } = options;
    this.socket = socket;
    this.store = surroundings.store;
    this.recorder = surroundings.recorder;
    this.sid = sid;
    this.slot = slot;
    this.sendBucket = sendBucket;
    this.#session = session;
    this.now = surroundings.now;
    this.#surroundings = surroundings;
    this.#stream = stream;
    this.#lease = { slot, passHash, connectionId, device: null };
    this.#delivery = new Delivery(this);
    this.#intake = new Intake(this);
    this.#helloTimer = setTimeout(() => this.close(CLOSE.noHello), HELLO_TIMEOUT_MS);
    this.#seenAt = this.now();
    // Attached before anything is awaited: frames that come at once must not be lost.
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => this.#sawLife());
    socket.on('close', () => this.#closed('left'));
    // ws begins to close the socket, with the right code, after telling what is wrong with it.
    socket.on('error', () => this.#finish('broken'));
  }

  get passHash(): string {
    return this.#lease.passHash;
  }

  get connectionId(): string {
    return this.#lease.connectionId;
  }

  /** As if hello had come already, of a device that holds nothing: a round trip less to wait. */
  greet(device: string): void {
    this.#isHelloRepeated = true;
    void this.#join({ after: null, device });
  }

  /** With a code of ours; a second time does nothing. */
  close(code: number): void {
    if (this.#state === 'closed') return;
    this.socket.close(code);
    this.#finish(code);
  }

  /** The last frame, then the close: the session is over. */
  end(ended: Ended): void {
    this.answer(JSON.stringify(ended));
    this.close(CLOSE.ended);
  }

  /** The node stops: waits for what is being stored, then asks the client to connect again. */
  async restart(): Promise<void> {
    this.#isRestarting = true;
    await this.#intake.stop();
    this.close(CLOSE.restart);
  }

  /** `bytes`: its frame. */
  publish(publication: Publication, bytes: Buffer): void {
    this.#delivery.publish(publication, bytes);
  }

  /** Publications may have been lost. */
  interrupted(): void {
    // Before hello nothing was missed; while the store is asked it waits for the next tick.
    if (this.#state === 'joining' || this.#isRefreshing) this.#isRefreshDue = true;
    else if (this.#state === 'live') void this.#refresh();
  }

  /** Every TICK_MS: is the other side alive, is the lease, is anything missing? */
  tick(): void {
    const at = this.now();
    if (this.#intake.isPaused) this.#sawLife();
    if (this.#pingedAt !== null && at - this.#pingedAt > PONG_WITHIN_MS) {
      this.socket.terminate();
      return this.#closed('lost');
    }
    if (this.#pingedAt === null && at - this.#seenAt > PING_AFTER_MS) {
      this.#pingedAt = at;
      this.socket.ping();
    }
    // The tick before it is due: who died is missed LEASE_MS + LEASE_RENEW_MS later, not after.
    if (at > this.#renewAt - TICK_MS) {
      this.#renewAt = at + LEASE_RENEW_MS;
      void this.#renewLease();
    }
    if (this.#isRefreshDue && this.#state === 'live' && !this.#isRefreshing) void this.#refresh();
    this.#delivery.tick();
  }

  // What its intake and its delivery need of it.

  seen(): Position | null {
    return this.#delivery.sent;
  }

  answer(frame: string): void {
    this.#delivery.write(frame);
  }

  send(frame: string | Buffer, sent?: () => void): void {
    gather(this.#stream);
    this.socket.send(frame, AS_TEXT, sent);
  }

  unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  readLog(after: Position | null): Promise<LogPage> {
    return this.store.readLog(this.sid, after);
  }

  onStored(seq: number, askedAt?: number): void {
    this.#delivery.expect(seq, askedAt);
  }

  onDelivered(tookMs: number): void {
    this.recorder?.delivered(tookMs);
  }

  onPush(push: DuePush): void {
    this.#surroundings.onPush(this.sid, push);
  }

  onSlow(): void {
    this.close(CLOSE.slowReader);
  }

  onLost(why: 'gone' | 'diverged'): void {
    if (why === 'gone') this.onGone();
    else this.close(CLOSE.storeUnreachable);
  }

  /** The store says that the session is gone. */
  onGone(): void {
    void this.#session.checkEnd();
  }

  onFault(error: unknown): void {
    if (!(error instanceof AppError)) this.#surroundings.onFault(error);
    this.close(CLOSE.storeUnreachable);
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#sawLife();
    if (this.#state === 'closed') return;
    const maxBoxBytes = this.#surroundings.limits.messageBytes + BOX_OVERHEAD_BYTES;
    // as: text messages arrive as one Buffer, `binaryType` being left at its default.
    const frame = isBinary ? null : parseClientFrame((data as Buffer).toString(), maxBoxBytes);
    const isGreeting = this.#state === 'greeting' || this.#isHelloRepeated;
    if (!frame || (frame.type === 'hello') !== isGreeting) return this.close(CLOSE.badFrame);
    if (this.#isHelloRepeated) {
      this.#isHelloRepeated = false;
      this.#forgetHelloTimer();
    } else if (frame.type === 'hello') void this.#join(frame);
    else this.#intake.take(frame);
  }

  #sawLife(): void {
    this.#seenAt = this.now();
    this.#pingedAt = null;
  }

  async #join({ after, device }: Hello): Promise<void> {
    this.#state = 'joining';
    this.#lease.device = device ?? null;
    // Until it has come over the socket itself nobody knows that there is one.
    if (!this.#isHelloRepeated) this.#forgetHelloTimer();
    try {
      const connected = await this.#surroundings.joinInTurn(() => this.#takeLease(after));
      if (connected === null) return;
      if (this.#isClosed()) return this.#releaseLease();
      if (connected.result === 'gone') return this.onGone();
      if (connected.result === 'pass_gone') return this.close(CLOSE.passGone);
      if (connected.reset) this.recorder?.reset();
      this.#state = 'live';
      this.#renewAt = this.now() + LEASE_RENEW_MS;
      this.#session.expectExpiry(connected);
      await this.#delivery.start(this.#welcome(connected), connected.from, connected.head.seq);
    } catch (error) {
      this.onFault(error);
    }
  }

  /** Also keeps it. Null if it was closed meanwhile: it must not take the place of a later one. */
  async #takeLease(after: Position | null): Promise<Connected | LeaseRefused | null> {
    if (this.#isClosed()) return null;
    await this.#session.subscribed();
    if (this.#isClosed()) return null;
    // What comes from now on may not be in the answer.
    this.#isRefreshDue = false;
    return this.store.connect(this.sid, this.#lease, after);
  }

  #welcome(connected: Connected): string {
    const { head, reset, idleMs, expiresInMs, expiresBy, receipts, peer } = connected;
    const frame: Welcome = {
      type: 'welcome',
      slot: this.slot,
      head: head.seq,
      sum: head.sum,
      ...{ reset, idleMs, expiresInMs, expiresBy },
      limits: this.#surroundings.limits,
      ...{ receipts, peer },
    };
    return JSON.stringify(frame);
  }

  async #renewLease(): Promise<void> {
    try {
      const renewed = await this.store.renewLease(this.sid, this.#lease);
      if (this.#isClosed()) return;
      if (renewed.result === 'gone') return this.onGone();
      if (renewed.result === 'pass_gone') return this.close(CLOSE.passGone);
      this.#delivery.compare(renewed.head);
      this.#session.expectExpiry(renewed);
    } catch (error) {
      if (error instanceof AppError) this.#renewAt = this.now();
      else this.onFault(error);
    }
  }

  /** Publications may have been lost: tells again what they may have told, and reads the log. */
  async #refresh(): Promise<void> {
    this.#isRefreshing = true;
    try {
      const connected = await this.#surroundings
        .refreshInTurn(() => this.#takeLease(this.seen()))
        .finally(() => (this.#isRefreshing = false));
      if (connected === null || this.#isClosed()) return;
      if (connected.result === 'gone') return this.onGone();
      if (connected.result === 'pass_gone') return this.close(CLOSE.passGone);
      const { receipts, peer, expiresInMs, expiresBy } = connected;
      const frames: ServerFrame[] = [
        { type: 'receipt', slot: 'a', ...receipts.a },
        { type: 'receipt', slot: 'b', ...receipts.b },
        { type: 'peer', ...peer },
        { type: 'expires', inMs: expiresInMs, by: expiresBy },
      ];
      for (const frame of frames) this.answer(JSON.stringify(frame));
      this.#session.expectExpiry(connected);
      await this.#delivery.catchUp();
    } catch (error) {
      if (error instanceof AppError) this.#isRefreshDue = true;
      else this.onFault(error);
    }
  }

  // A function, so that the compiler does not hold the state for what it was before an await.
  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** A peer that does not answer the close must not hold memory, nor a stop of the node. */
  #finish(why: Closing): void {
    if (this.#state === 'closed') return;
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_WITHIN_MS);
    this.socket.once('close', () => clearTimeout(timer));
    this.#closed(why);
  }

  #closed(why: Closing): void {
    if (this.#state === 'closed') return;
    // After a restart the client is back at once: nobody should see a moment of absence.
    if (this.#state === 'live' && !this.#isRestarting) this.#releaseLease();
    this.#state = 'closed';
    this.recorder?.closed(why);
    this.#forgetHelloTimer();
    this.#delivery.stop();
    void this.#intake.stop();
    this.#surroundings.onClosed(this);
  }

  #forgetHelloTimer(): void {
    if (this.#helloTimer) clearTimeout(this.#helloTimer);
    this.#helloTimer = null;
  }

  #releaseLease(): void {
    // If the store does not answer, the lease expires by itself.
    this.store.disconnect(this.sid, this.#lease).then(
      (push) => push && this.onPush(push),
      () => {},
    );
  }
}
