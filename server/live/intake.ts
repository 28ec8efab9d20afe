/**
 * Frames in: what one connection's participant wants, carried out one after the other so that
 * messages are stored in the order they came. Paces sends by reading the socket more slowly,
 * refuses floods of other frames. Knows the store's words, not who else is connected.
 */
import { nanoid } from 'nanoid';
import type { WebSocket } from 'ws';
import { AppError, assertNever, CLOSE, type NackError } from '../protocol/errors.ts';
import type { ClientFrame, Position, ServerFrame, Slot } from '../protocol/frames.ts';
import { OTHER_FRAMES_BURST, OTHER_FRAMES_PER_SECOND, SUM_LENGTH } from '../protocol/limits.ts';
import type { Appended, DuePush, Store } from '../store/store.ts';
import type { LiveRecorder } from './recorder.ts';
import { TokenBucket } from './token-bucket.ts';

/** With so many sends waiting to be stored, or so much in their boxes, no more are read. */
const QUEUE_LENGTH = 32;
const QUEUE_CHARACTERS = 64 * 1024;

type SendFrame = Extract<ClientFrame, { type: 'send' | 'unsend' }>;
type OtherFrame = Exclude<ClientFrame, SendFrame | { type: 'hello' }>;

/** Whose frames they are. */
export interface Sender {
  readonly socket: Pick<WebSocket, 'pause' | 'resume'>;
  readonly store: Store;
  readonly sid: string;
  readonly slot: Slot;
  /** Null when RATE_SEND is off. */
  readonly sendBucket: TokenBucket | null;
  readonly recorder?: LiveRecorder | undefined;
  /** The last position delivered on this connection. */
  seen(): Position | null;
  /** For this connection only. */
  answer(frame: string): void;
  /** An entry now stands in the log at `seq`; `askedAt`: of a new one, when the store was asked. */
  onStored(seq: number, askedAt?: number): void;
  /** The other participant is to be told of it through push services. */
  onPush(push: DuePush): void;
  onGone(): void;
  /** Something nobody expected; the connection is of no more use. */
  onFault(error: unknown): void;
  close(code: number): void;
  readonly now: () => number;
}

export class Intake {
  readonly #sender: Sender;
  readonly #otherBucket: TokenBucket;
  readonly #queue: SendFrame[] = [];
  #isBusy = false;
  #work: Promise<void> | null = null;
  #isStopped = false;
  #isPaused = false;
  /** Ends the wait for a token. */
  #wake: (() => void) | null = null;
  /** Asked for once: a second changes nothing, and boxes that wait for a slow store are memory. */
  #ending: Promise<unknown> | null = null;
  /** The cid that has to come before any other is taken: it was refused (rule LG5). */
  #refused: { cid: string; error: NackError } | null = null;

  constructor(sender: Sender) {
    this.#sender = sender;
    this.#otherBucket = new TokenBucket(OTHER_FRAMES_BURST, OTHER_FRAMES_PER_SECOND, sender.now);
  }

  /** That nothing is heard from the client is our own doing. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  take(frame: Exclude<ClientFrame, { type: 'hello' }>): void {
    if (this.#isStopped) return;
    if (frame.type === 'send' || frame.type === 'unsend') {
      this.#queue.push(frame);
      if (this.#isFull()) this.#stopReading();
      if (!this.#isBusy) this.#work = this.#storeQueued();
      return;
    }
    if (this.#otherBucket.take() > 0) return this.#sender.close(CLOSE.flooding);
    this.#takeOther(frame)?.catch((error: unknown) => {
      // Receipts and typing are repeated soon; what people asked for must not vanish silently.
      const isRepeated = frame.type === 'receipt' || frame.type === 'typing';
      if (!(isRepeated && error instanceof AppError)) this.#sender.onFault(error);
    });
  }

  /** Resolves when what is being stored has its outcome. Nothing further is begun. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#queue.length = 0;
    this.#wake?.();
    await this.#work;
  }

  #takeOther(frame: OtherFrame): Promise<unknown> | null {
    const { store, sid, slot } = this.#sender;
    switch (frame.type) {
      case 'ping':
        this.#sender.answer('{"type":"pong"}');
        return null;
      case 'receipt':
        return store.receipt(sid, slot, { received: frame.received, read: frame.read });
      case 'typing':
        return store.typing(sid, slot, frame.on);
      case 'keep':
        return store.keep(sid);
      case 'end':
        return (this.#ending ??= store.end(sid, slot, frame.box ?? null));
      default:
        return assertNever(frame);
    }
  }

  async #storeQueued(): Promise<void> {
    this.#isBusy = true;
    try {
      for (let frame = this.#queue[0]; frame; frame = this.#queue[0]) {
        const waitMs = this.#sender.sendBucket?.take() ?? 0;
        if (waitMs > 0) {
          await this.#pause(waitMs);
        } else {
          this.#queue.shift();
          await this.#storeOne(frame);
        }
      }
    } catch (error) {
      this.#sender.onFault(error);
    } finally {
      this.#isBusy = false;
      this.#isPaused = false;
      // Also of a socket that closes, or the answer to the close would not be read.
      this.#sender.socket.resume();
    }
  }

  #isFull(): boolean {
    const characters = this.#queue.reduce((sum, { box }) => sum + box.length, 0);
    return this.#queue.length > QUEUE_LENGTH || characters > QUEUE_CHARACTERS;
  }

  /** Reads nothing more until all is stored: what is not read stays in the sender's own buffer. */
  #stopReading(): void {
    this.#isPaused = true;
    this.#sender.socket.pause();
  }

  #pause(waitMs: number): Promise<void> {
    this.#stopReading();
    return new Promise((resolve) => {
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(this.#wake, waitMs);
    });
  }

  async #storeOne(frame: SendFrame): Promise<void> {
    const { store, sid, slot, recorder } = this.#sender;
    const { cid, box } = frame;
    if (this.#mustWait(frame)) {
      recorder?.appended('waiting', 0);
      return this.#nack(cid, 'waiting');
    }
    const askedAt = this.#sender.now();
    const append = { slot, cid, box, sum: nanoid(SUM_LENGTH), seen: this.#sender.seen() };
    try {
      const appended = await (frame.type === 'send'
        ? store.append(sid, append)
        : store.unsend(sid, { ...append, of: frame.of }));
      // Also when this connection has closed meanwhile.
      if (appended.result === 'stored' && appended.push) this.#sender.onPush(appended.push);
      recorder?.appended(appended.result, this.#sender.now() - askedAt);
      this.#finish(cid, appended, askedAt);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      recorder?.appended('store_unavailable', this.#sender.now() - askedAt);
      this.#refuse(cid, 'store_unavailable');
    }
  }

  #finish(cid: string, appended: Appended, askedAt: number): void {
    if (this.#isStopped) return;
    if (this.#refused?.cid === cid) this.#refused = null;
    switch (appended.result) {
      case 'stored':
        return this.#sender.onStored(appended.seq, askedAt);
      case 'repeated':
        this.#sender.answer(`{"type":"entry",${appended.entry.slice(1)}`);
        return this.#sender.onStored(seqOf(appended.entry));
      case 'full':
        return this.#refuse(cid, 'session_full');
      case 'gone':
        this.#nack(cid, 'gone');
        return this.#sender.onGone();
      case 'diverged':
        return this.#sender.close(CLOSE.storeUnreachable);
      case 'foreign':
        return this.#sender.close(CLOSE.badFrame);
      default:
        assertNever(appended);
    }
  }

  /** Whether `frame` must wait for the refused one; an unsend is taken even when all is full. */
  #mustWait({ type, cid }: SendFrame): boolean {
    if (this.#refused === null || this.#refused.cid === cid) return false;
    return type === 'send' || this.#refused.error !== 'session_full';
  }

  #refuse(cid: string, error: NackError): void {
    this.#refused = { cid, error };
    this.#nack(cid, error);
  }

  #nack(cid: string, error: NackError): void {
    const frame: ServerFrame = { type: 'nack', cid, error };
    this.#sender.answer(JSON.stringify(frame));
  }
}

/** Reads the seq out of an entry's JSON, in which it stands first. */
function seqOf(entryJson: string): number {
  return Number.parseInt(entryJson.slice('{"seq":'.length), 10);
}
