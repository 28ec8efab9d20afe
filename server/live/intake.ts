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
import { createTokenBucket, type TokenBucket } from './token-bucket.ts';

/** With so many sends waiting to be stored, or so much in their boxes, no more are read. */
const QUEUE_LENGTH = 32;
const QUEUE_CHARACTERS = 64 * 1024;

type SendFrame = Extract<ClientFrame, { type: 'send' | 'unsend' }>;
type OtherFrame = Exclude<ClientFrame, SendFrame | { type: 'hello' }>;

export interface IntakeOptions {
  socket: Pick<WebSocket, 'pause' | 'resume'>;
  store: Store;
  sid: string;
  slot: Slot;
  /** Null when RATE_SEND is off. */
  sendBucket: TokenBucket | null;
  /** The last position delivered on this connection. */
  seen: () => Position | null;
  /** For this connection only. */
  answer: (frame: string) => void;
  /** An entry now stands in the log at `seq`; `askedAt`: of a new one, when the store was asked. */
  onStored: (seq: number, askedAt?: number) => void;
  /** The other participant is to be told of it through push services. */
  onPush: (push: DuePush) => void;
  onGone: () => void;
  /** Something nobody expected; the connection is of no more use. */
  onFault: (error: unknown) => void;
  close: (code: number) => void;
  recorder?: LiveRecorder | undefined;
  now: () => number;
}

export type Intake = ReturnType<typeof createIntake>;

export function createIntake(options: IntakeOptions) {
  const { socket, store, sid, slot, sendBucket, seen, answer, onStored, close, now } = options;
  const { recorder } = options;
  const otherBucket = createTokenBucket(OTHER_FRAMES_BURST, OTHER_FRAMES_PER_SECOND, now);
  const queue: SendFrame[] = [];
  let busy = false;
  let work: Promise<void> = Promise.resolve();
  let stopped = false;
  let paused = false;
  let wake = () => {};
  /** Asked for once: a second changes nothing, and boxes that wait for a slow store are memory. */
  let ending: Promise<unknown> | null = null;
  /** The cid that has to come before any other is taken: it was refused (rule LG5). */
  let refused: { cid: string; error: NackError } | null = null;

  function nack(cid: string, error: NackError): void {
    const frame: ServerFrame = { type: 'nack', cid, error };
    answer(JSON.stringify(frame));
  }

  function refuse(cid: string, error: NackError): void {
    refused = { cid, error };
    nack(cid, error);
  }

  /** Whether `frame` must wait for the refused one; an unsend is taken even when all is full. */
  function mustWait({ type, cid }: SendFrame): boolean {
    if (refused === null || refused.cid === cid) return false;
    return type === 'send' || refused.error !== 'session_full';
  }

  async function storeQueued(): Promise<void> {
    busy = true;
    try {
      for (let frame = queue[0]; frame; frame = queue[0]) {
        const waitMs = sendBucket?.take() ?? 0;
        if (waitMs > 0) {
          await pause(waitMs);
        } else {
          queue.shift();
          await storeOne(frame);
        }
      }
    } catch (error) {
      options.onFault(error);
    } finally {
      busy = false;
      paused = false;
      // Also of a socket that closes, or the answer to the close would not be read.
      socket.resume();
    }
  }

  function isFull(): boolean {
    const characters = queue.reduce((sum, { box }) => sum + box.length, 0);
    return queue.length > QUEUE_LENGTH || characters > QUEUE_CHARACTERS;
  }

  /** Reads nothing more until all is stored: what is not read stays in the sender's own buffer. */
  function stopReading(): void {
    paused = true;
    socket.pause();
  }

  function pause(waitMs: number): Promise<void> {
    stopReading();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function storeOne(frame: SendFrame): Promise<void> {
    if (mustWait(frame)) {
      recorder?.appended('waiting', 0);
      return nack(frame.cid, 'waiting');
    }
    const askedAt = now();
    const append = { slot, cid: frame.cid, box: frame.box, sum: nanoid(SUM_LENGTH), seen: seen() };
    try {
      const appended = await (frame.type === 'send'
        ? store.append(sid, append)
        : store.unsend(sid, { ...append, of: frame.of }));
      // Also when this connection has closed meanwhile.
      if (appended.result === 'stored' && appended.push) options.onPush(appended.push);
      recorder?.appended(appended.result, now() - askedAt);
      finish(frame.cid, appended, askedAt);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      recorder?.appended('store_unavailable', now() - askedAt);
      refuse(frame.cid, 'store_unavailable');
    }
  }

  function finish(cid: string, appended: Appended, askedAt: number): void {
    if (stopped) return;
    if (refused?.cid === cid) refused = null;
    switch (appended.result) {
      case 'stored':
        return onStored(appended.seq, askedAt);
      case 'repeated':
        answer(`{"type":"entry",${appended.entry.slice(1)}`);
        return onStored(seqOf(appended.entry));
      case 'full':
        return refuse(cid, 'session_full');
      case 'gone':
        nack(cid, 'gone');
        return options.onGone();
      case 'diverged':
        return close(CLOSE.storeUnreachable);
      case 'foreign':
        return close(CLOSE.badFrame);
      default:
        assertNever(appended);
    }
  }

  function takeOther(frame: OtherFrame): Promise<unknown> | null {
    switch (frame.type) {
      case 'ping':
        answer('{"type":"pong"}');
        return null;
      case 'receipt':
        return store.receipt(sid, slot, { received: frame.received, read: frame.read });
      case 'typing':
        return store.typing(sid, slot, frame.on);
      case 'keep':
        return store.keep(sid);
      case 'end':
        return (ending ??= store.end(sid, slot, frame.box ?? null));
      default:
        return assertNever(frame);
    }
  }

  return {
    /** That nothing is heard from the client is our own doing. */
    isPaused: (): boolean => paused,

    take(frame: Exclude<ClientFrame, { type: 'hello' }>): void {
      if (stopped) return;
      if (frame.type === 'send' || frame.type === 'unsend') {
        queue.push(frame);
        if (isFull()) stopReading();
        if (!busy) work = storeQueued();
        return;
      }
      if (otherBucket.take() > 0) return close(CLOSE.flooding);
      takeOther(frame)?.catch((error: unknown) => {
        // Receipts and typing are repeated soon; what people asked for must not vanish silently.
        const isRepeated = frame.type === 'receipt' || frame.type === 'typing';
        if (!(isRepeated && error instanceof AppError)) options.onFault(error);
      });
    },

    /** Resolves when what is being stored has its outcome. Nothing further is begun. */
    async stop(): Promise<void> {
      stopped = true;
      queue.length = 0;
      wake();
      await work;
    },
  };
}

/** Reads the seq out of an entry's JSON, in which it stands first. */
function seqOf(entryJson: string): number {
  return Number.parseInt(entryJson.slice('{"seq":'.length), 10);
}
