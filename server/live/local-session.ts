/**
 * What one node knows of one session while somebody is connected to it here: its connections,
 * the subscription they share, and a timer for its deadline. Forwards publications as they are.
 */
import { CLOSE } from '../protocol/errors.ts';
import type { Ended } from '../protocol/frames.ts';
import type {
  EndedRecord,
  Expiry,
  NodeOrder,
  Publication,
  Store,
  Subscriber,
} from '../store/store.ts';
import type { Connection, SessionHere } from './connection.ts';

/** Timers of Node overflow past this and fire at once. */
const MAX_TIMER_MS = 2_147_000_000;

export class LocalSession implements SessionHere, Subscriber {
  readonly #sid: string;
  readonly #store: Store;
  /**
   * Replaced, never changed: a connection may close while all are told of something. By `concat`,
   * which leaves no room for more.
   */
  #connections: readonly Connection[] = [];
  #expiryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #subscription: Promise<() => void> | null = null;

  constructor(sid: string, store: Store) {
    this.#sid = sid;
    this.#store = store;
  }

  add(connection: Connection): void {
    this.#connections = this.#connections.concat(connection);
  }

  /** Whether it was the last. */
  remove(connection: Connection): boolean {
    this.#connections = this.#connections.filter((one) => one !== connection);
    if (this.#connections.length > 0 || this.#isClosed) return false;
    this.#isClosed = true;
    clearTimeout(this.#expiryTimer);
    this.#subscription?.then((unsubscribe) => unsubscribe()).catch(() => {});
    return true;
  }

  /** Resolves when publications arrive here. After a failure the next one to ask tries again. */
  async subscribed(): Promise<void> {
    const attempt = (this.#subscription ??= this.#store.subscribe(this.#sid, this));
    try {
      await attempt;
    } catch (error) {
      if (this.#subscription === attempt) this.#subscription = null;
      throw error;
    }
  }

  published(publication: Publication): void {
    if (publication.to === '!') return this.#obey(publication.frame);
    const { frame } = publication;
    // Once for all who get it.
    const bytes = Buffer.from(frame);
    for (const connection of this.#connections) connection.publish(publication, bytes);
    if (frame.startsWith('{"type":"expires"')) {
      // as: our own store wrote it.
      const { inMs, by } = JSON.parse(frame) as { inMs: number; by: Expiry['expiresBy'] };
      this.expectExpiry({ expiresInMs: inMs, expiresBy: by });
    }
  }

  interrupted(): void {
    for (const connection of this.#connections) connection.interrupted();
  }

  expectExpiry({ expiresInMs }: Expiry): void {
    clearTimeout(this.#expiryTimer);
    if (this.#isClosed) return;
    // A moment later, so that the store's clock has passed the deadline too.
    const inMs = Math.min(expiresInMs + 5, MAX_TIMER_MS);
    this.#expiryTimer = setTimeout(() => void this.checkEnd(), inMs);
  }

  async checkEnd(): Promise<void> {
    try {
      const found = await this.#store.find(this.#sid);
      if (found.state === 'live') return this.expectExpiry(found.session);
      for (const connection of this.#connections) {
        if (found.state === 'ended') connection.end(endedFrame(found.ended));
        else connection.close(CLOSE.storeUnreachable);
      }
    } catch {
      this.expectExpiry({ expiresInMs: 1_000, expiresBy: 'limit' });
    }
  }

  #obey(frame: string): void {
    const order = JSON.parse(frame) as NodeOrder; // as: written by another node of ours
    for (const connection of this.#connections) {
      if (order.pass !== undefined && order.pass !== connection.passHash) continue;
      if (order.connection !== undefined && order.connection !== connection.connectionId) continue;
      connection.close(order.close);
    }
  }
}

function endedFrame({ reason, by, box }: EndedRecord): Ended {
  return {
    type: 'ended',
    reason,
    ...(by !== undefined && { by }),
    ...(box !== undefined && { box }),
  };
}
