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
/** With an entry known to stand in the log: how long no publication may come before it is read. */
const MISSING_AFTER_MS = 1_000;
const ENDED = '{"type":"ended"';

/** Whom it is for. */
export interface Recipient {
  readonly slot: Slot;
  /** As text. `sent` is called when the system has it, or with an error. */
  send(frame: string | Buffer, sent?: () => void): void;
  /** What was sent and the system has not taken yet, in bytes. */
  unsentBytes(): number;
  readLog(after: Position | null): Promise<LogPage>;
  /** The session is over, or its log is not the one that was delivered. */
  onLost(why: 'gone' | 'diverged'): void;
  onSlow(): void;
  /** What `expect` was asked to time was sent, after so many ms. */
  onDelivered(tookMs: number): void;
  readonly now: () => number;
}

export class Delivery {
  readonly #recipient: Recipient;
  #state: 'waiting' | 'following' | 'reading' | 'stopped' = 'waiting';
  #sent: Position | null = null;
  /** The highest seq known to stand in the log; and, if it is ahead, since when nothing has come. */
  #known = 0;
  #waitingSince = 0;
  /** The store did not answer: what it has is to be asked again. */
  #isUnread = false;
  #heldSince: number | null = null;
  /** The entry that is timed, 0 for none, and since when. */
  #timedSeq = 0;
  #timedSince = 0;
  /** Frames that came before the welcome went out. */
  #early: string[] | null = null;

  constructor(recipient: Recipient) {
    this.#recipient = recipient;
  }

  /** The last position delivered; what an append is checked against. */
  get sent(): Position | null {
    return this.#sent;
  }

  /** Sends the welcome and what came before it, then the log after `from`. */
  async start(welcome: string, from: Position | null, head: number): Promise<void> {
    if (this.#state !== 'waiting') return;
    this.#sent = from;
    this.#state = 'following';
    this.#writeNow(welcome);
    for (const frame of this.#early ?? []) this.#writeNow(frame);
    this.#early = null;
    this.expect(head);
    if (this.#known > this.#sentSeq) await this.catchUp();
  }

  /** `bytes`: its frame. */
  publish(publication: Publication, bytes: Buffer): void {
    const { to, seq, frame } = publication;
    if (this.#state === 'stopped' || (to !== '*' && to !== this.#recipient.slot)) return;
    if (seq > 0) this.#takeEntry(publication, bytes);
    else this.write(frame);
  }

  /** A frame for this connection only. Before the welcome none goes out but that all is over. */
  write(frame: string): void {
    if (this.#state === 'waiting' && !frame.startsWith(ENDED)) (this.#early ??= []).push(frame);
    else if (this.#state !== 'stopped') this.#writeNow(frame);
  }

  /**
   * The log is said to reach `seq`: if no publication brings it soon, it is read. `since`: to be
   * told how long it took until it was sent; for one entry at a time.
   */
  expect(seq: number, since?: number): void {
    if (since !== undefined && this.#timedSeq === 0) {
      this.#timedSeq = seq;
      this.#timedSince = since;
      this.#tellDelivered();
    }
    if (seq <= this.#known) return;
    if (this.#known <= this.#sentSeq) this.#waitingSince = this.#recipient.now();
    this.#known = seq;
  }

  /** The store's present head: if it is not ahead of what was delivered, it must be the same. */
  compare({ seq, sum }: Position): void {
    if (seq > this.#sentSeq) this.expect(seq);
    else if (seq < this.#sentSeq || (this.#sent !== null && sum !== this.#sent.sum)) {
      void this.catchUp();
    }
  }

  /** Sends the log from where this connection stands, page by page, until nothing is missing. */
  async catchUp(): Promise<void> {
    if (this.#state !== 'following') return;
    this.#state = 'reading';
    try {
      for (;;) {
        const due = this.#known;
        const page = await this.#recipient.readLog(this.#sent);
        if (this.#isStopped()) return;
        if (page.result !== 'page') return this.#recipient.onLost(page.result);
        // What stood there once, perhaps a sender's last word, was lost: they have to hear of it.
        if (page.head < due) return this.#recipient.onLost('diverged');
        this.#isUnread = false;
        const last = page.entries.at(-1);
        if (last === undefined) break;
        this.#sent = positionIn(this.#sentSeq + page.entries.length, last);
        this.#heldSince ??= this.#recipient.now();
        await this.#sendAndDrain(`{"type":"entries","list":[${page.entries.join(',')}]}`);
        this.#heldSince = null;
        if (this.#isStopped()) return;
        this.#tellDelivered();
        if (this.#sentSeq >= Math.max(page.head, this.#known)) break;
      }
    } catch {
      // `tick` tries again.
      this.#isUnread = true;
      this.#waitingSince = this.#recipient.now();
    } finally {
      if (!this.#isStopped()) this.#state = 'following';
    }
  }

  /** Once a second. */
  tick(): void {
    const at = this.#recipient.now();
    if (this.#heldSince !== null) {
      const unsent = this.#recipient.unsentBytes();
      if (at - this.#heldSince > DROP_AFTER_MS || unsent > DROP_BYTES) {
        return this.#recipient.onSlow();
      }
      if (this.#state !== 'following' || unsent > HOLD_BYTES) return;
      this.#heldSince = null;
      void this.catchUp();
    } else if (this.#isUnread || this.#known > this.#sentSeq) {
      if (at - this.#waitingSince > MISSING_AFTER_MS) void this.catchUp();
    }
  }

  stop(): void {
    this.#state = 'stopped';
    this.#early = null;
  }

  get #sentSeq(): number {
    return this.#sent?.seq ?? 0;
  }

  // A function, so that the compiler does not hold the state for what it was before an await.
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #writeNow(frame: string | Buffer): void {
    if (this.#recipient.unsentBytes() > DROP_BYTES) this.#recipient.onSlow();
    else this.#recipient.send(frame);
  }

  #sendAndDrain(frame: string): Promise<void> {
    // An error means a closing socket, whose close event ends all this.
    return new Promise((resolve) => this.#recipient.send(frame, () => resolve()));
  }

  #takeEntry({ seq, before, frame }: Publication, bytes: Buffer): void {
    if (this.#state !== 'following' || this.#heldSince !== null) return this.expect(seq);
    if (seq === this.#sentSeq + 1 && before === (this.#sent?.sum ?? '')) {
      this.#sent = positionIn(seq, frame);
      // What keeps coming is late, not missing.
      if (this.#known > seq) this.#waitingSince = this.#recipient.now();
      this.#writeNow(bytes);
      this.#tellDelivered();
      if (this.#recipient.unsentBytes() > HOLD_BYTES) this.#heldSince = this.#recipient.now();
      return;
    }
    // A gap; or an old seq again, which is either late news or a log that has changed, as one has
    // for certain whose entry before this is another than was delivered.
    this.expect(seq);
    void this.catchUp();
  }

  #tellDelivered(): void {
    if (this.#timedSeq === 0 || this.#sentSeq < this.#timedSeq) return;
    this.#timedSeq = 0;
    this.#recipient.onDelivered(this.#recipient.now() - this.#timedSince);
  }
}

/** Reads the sum out of an entry's JSON, in which it stands right behind the seq. */
function positionIn(seq: number, entryJson: string): Position {
  const mark = '"sum":"';
  const start = entryJson.indexOf(mark) + mark.length;
  return { seq, sum: entryJson.slice(start, start + SUM_LENGTH) };
}
