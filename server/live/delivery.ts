/**
 * Frames out: what one connection has been given of the log, and what comes next. Publications
 * are hints; whatever does not follow the last delivered entry is read from the log instead.
 * Knows a socket and a way to read the log, nothing of sessions or other connections.
 */
import type { Position, Slot } from '../protocol/frames.ts';
import { SUM_LENGTH } from '../protocol/limits.ts';
import type { LogPage, Publication } from '../store/store.ts';

/** Above this many unsent bytes entries wait in the log; they are read again once it drained. */
const HOLD_BYTES = 256 * 1024;
/** Above this many, or behind for this long, the reader is too slow to be kept. */
const DROP_BYTES = 1024 * 1024;
const DROP_AFTER_MS = 30_000;
/** How long an entry that is known to stand in the log may stay unpublished before it is read. */
const MISSING_AFTER_MS = 1_000;
const ENDED = '{"type":"ended"';

export interface Outlet {
  /** As text. `sent` is called when the system has it, or with an error. */
  send(frame: string | Buffer, sent?: () => void): void;
  /** What was sent and the system has not taken yet, in bytes. */
  unsentBytes(): number;
}

export interface DeliveryOptions {
  socket: Outlet;
  slot: Slot;
  readLog: (after: Position | null) => Promise<LogPage>;
  /** The session is over, or its log is not the one that was delivered. */
  onLost: (why: 'gone' | 'diverged') => void;
  onSlow: () => void;
  /** What `expect` was asked to time was sent, after so many ms. */
  onDelivered?: ((tookMs: number) => void) | undefined;
  now: () => number;
}

export type Delivery = ReturnType<typeof createDelivery>;

export function createDelivery(options: DeliveryOptions) {
  const { socket, slot, readLog, onLost, onSlow, onDelivered, now } = options;
  let sent: Position | null = null;
  /** The highest seq that is known to stand in the log, and since when it is ahead of `sent`. */
  let known = 0;
  let aheadSince = 0;
  /** The store did not answer: what it has is to be asked again. */
  let isUnread = false;
  let state: 'waiting' | 'following' | 'reading' | 'stopped' = 'waiting';
  let heldSince: number | null = null;
  /** The entry that is timed, 0 for none, and since when. */
  let timedSeq = 0;
  let timedSince = 0;
  /** Frames that came before the welcome went out. */
  let early: string[] = [];

  const sentSeq = () => sent?.seq ?? 0;

  function writeNow(frame: string | Buffer): void {
    if (socket.unsentBytes() > DROP_BYTES) onSlow();
    else socket.send(frame);
  }

  /** Nothing goes out before the welcome but the word that all is over. */
  function write(frame: string): void {
    if (state === 'waiting' && !frame.startsWith(ENDED)) early.push(frame);
    else if (state !== 'stopped') writeNow(frame);
  }

  /** `since`: to be told how long it took until it was sent; for one entry at a time. */
  function expect(seq: number, since?: number): void {
    if (since !== undefined && timedSeq === 0 && onDelivered) {
      timedSeq = seq;
      timedSince = since;
      tellDelivered();
    }
    if (seq <= known) return;
    if (known <= sentSeq()) aheadSince = now();
    known = seq;
  }

  function tellDelivered(): void {
    if (timedSeq === 0 || sentSeq() < timedSeq) return;
    timedSeq = 0;
    onDelivered?.(now() - timedSince);
  }

  function takeEntry({ seq, before, frame }: Publication, bytes: Buffer): void {
    if (state !== 'following' || heldSince !== null) return expect(seq);
    if (seq === sentSeq() + 1 && before === (sent?.sum ?? '')) {
      sent = positionIn(seq, frame);
      writeNow(bytes);
      tellDelivered();
      if (socket.unsentBytes() > HOLD_BYTES) heldSince = now();
      return;
    }
    // A gap; or an old seq again, which is either late news or a log that has changed, as one has
    // for certain whose entry before this is another than was delivered.
    expect(seq);
    void catchUp();
  }

  /** Sends the log from where this connection stands, page by page, until nothing is missing. */
  async function catchUp(): Promise<void> {
    if (state !== 'following') return;
    state = 'reading';
    try {
      for (;;) {
        const due = known;
        const page = await readLog(sent);
        if (isStopped()) return;
        if (page.result !== 'page') return onLost(page.result);
        // What stood there once, perhaps a sender's last word, was lost: they have to hear of it.
        if (page.head < due) return onLost('diverged');
        isUnread = false;
        const last = page.entries.at(-1);
        if (last === undefined) break;
        sent = positionIn(sentSeq() + page.entries.length, last);
        heldSince ??= now();
        await sendAndDrain(socket, `{"type":"entries","list":[${page.entries.join(',')}]}`);
        heldSince = null;
        if (isStopped()) return;
        tellDelivered();
        if (sentSeq() >= Math.max(page.head, known)) break;
      }
    } catch {
      // `tick` tries again.
      isUnread = true;
      aheadSince = now();
    } finally {
      if (!isStopped()) state = 'following';
    }
  }

  // A function, so that the compiler does not hold `state` for what it was before an await.
  const isStopped = () => state === 'stopped';

  return {
    /** The last position delivered; what an append is checked against. */
    // Not a getter, here and in what else there is one of for each connection: each object with one
    // of its own is of a shape of its own.
    sent: (): Position | null => sent,

    /** Sends the welcome and what came before it, then the log after `from`. */
    async start(welcome: string, from: Position | null, head: number): Promise<void> {
      if (state !== 'waiting') return;
      sent = from;
      state = 'following';
      writeNow(welcome);
      for (const frame of early) writeNow(frame);
      early = [];
      expect(head);
      if (known > sentSeq()) await catchUp();
    },

    publish(publication: Publication, bytes: Buffer): void {
      const { to, seq, frame } = publication;
      if (state === 'stopped' || (to !== '*' && to !== slot)) return;
      if (seq > 0) takeEntry(publication, bytes);
      else write(frame);
    },

    /** A frame for this connection only. */
    write,
    /** The log is said to reach `seq`: if no publication brings it soon, it is read. */
    expect,
    /** The store's present head: if it is not ahead of what was delivered, it must be the same. */
    compare({ seq, sum }: Position): void {
      if (seq > sentSeq()) expect(seq);
      else if (seq < sentSeq() || (sent !== null && sum !== sent.sum)) void catchUp();
    },
    catchUp,

    /** Once a second. */
    tick(): void {
      const at = now();
      if (heldSince !== null) {
        if (at - heldSince > DROP_AFTER_MS || socket.unsentBytes() > DROP_BYTES) return onSlow();
        if (state !== 'following' || socket.unsentBytes() > HOLD_BYTES) return;
        heldSince = null;
        void catchUp();
      } else if ((isUnread || known > sentSeq()) && at - aheadSince > MISSING_AFTER_MS) {
        void catchUp();
      }
    },

    stop(): void {
      state = 'stopped';
      early = [];
    },
  };
}

function sendAndDrain(socket: Outlet, frame: string): Promise<void> {
  // An error means a closing socket, whose close event ends all this.
  return new Promise((resolve) => socket.send(frame, () => resolve()));
}

/** Reads the sum out of an entry's JSON, in which it stands right behind the seq. */
function positionIn(seq: number, entryJson: string): Position {
  const mark = '"sum":"';
  const start = entryJson.indexOf(mark) + mark.length;
  return { seq, sum: entryJson.slice(start, start + SUM_LENGTH) };
}
