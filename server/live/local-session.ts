/**
 * What one node knows of one session while somebody is connected to it here: its connections,
 * the subscription they share, and a timer for its deadline. Forwards publications as they are.
 */
import { CLOSE } from '../protocol/errors.ts';
import type { Ended } from '../protocol/frames.ts';
import type { EndedRecord, Expiry, NodeOrder, Publication, Store } from '../store/store.ts';
import type { Connection } from './connection.ts';

/** Timers of Node overflow past this and fire at once. */
const MAX_TIMER_MS = 2_147_000_000;

export interface LocalSessionOptions {
  store: Store;
  sid: string;
  /** The last connection has gone. */
  onEmpty: () => void;
}

export type LocalSession = ReturnType<typeof createLocalSession>;

export function createLocalSession({ store, sid, onEmpty }: LocalSessionOptions) {
  const connections = new Set<Connection>();
  let expiryTimer: NodeJS.Timeout | undefined;
  let closed = false;
  let subscription: Promise<() => void> | null = null;

  /** Resolves when publications arrive here. After a failure the next one to ask tries again. */
  async function subscribed(): Promise<void> {
    const attempt = (subscription ??= store.subscribe(sid, {
      published,
      interrupted: () => connections.forEach((connection) => connection.interrupted()),
    }));
    try {
      await attempt;
    } catch (error) {
      if (subscription === attempt) subscription = null;
      throw error;
    }
  }

  function published(publication: Publication): void {
    if (publication.to === '!') return obey(publication.frame);
    const { frame } = publication;
    // Once for all who get it.
    const bytes = Buffer.from(frame);
    for (const connection of connections) connection.publish(publication, bytes);
    if (frame.startsWith('{"type":"expires"')) {
      // as: our own store wrote it.
      const { inMs, by } = JSON.parse(frame) as { inMs: number; by: Expiry['expiresBy'] };
      expectExpiry({ expiresInMs: inMs, expiresBy: by });
    }
  }

  function obey(frame: string): void {
    const order = JSON.parse(frame) as NodeOrder; // as: written by another node of ours
    for (const connection of connections) {
      if (order.pass !== undefined && order.pass !== connection.passHash) continue;
      if (order.connection !== undefined && order.connection !== connection.connectionId) continue;
      connection.close(order.close);
    }
  }

  function expectExpiry({ expiresInMs }: Expiry): void {
    clearTimeout(expiryTimer);
    if (closed) return;
    // A moment later, so that the store's clock has passed the deadline too.
    expiryTimer = setTimeout(() => void checkEnd(), Math.min(expiresInMs + 5, MAX_TIMER_MS));
  }

  /** Asks the store whether the session is over, and tells everyone here if it is. */
  async function checkEnd(): Promise<void> {
    try {
      const found = await store.find(sid);
      if (found.state === 'live') return expectExpiry(found.session);
      for (const connection of connections) {
        if (found.state === 'ended') connection.end(endedFrame(found.ended));
        else connection.close(CLOSE.storeUnreachable);
      }
    } catch {
      expectExpiry({ expiresInMs: 1_000, expiresBy: 'limit' });
    }
  }

  return {
    subscribed,

    add(connection: Connection): void {
      connections.add(connection);
    },

    remove(connection: Connection): void {
      connections.delete(connection);
      if (connections.size > 0 || closed) return;
      closed = true;
      clearTimeout(expiryTimer);
      subscription?.then((unsubscribe) => unsubscribe()).catch(() => {});
      onEmpty();
    },

    expectExpiry,
    checkEnd,
  };
}

function endedFrame({ reason, by, box }: EndedRecord): Ended {
  return {
    type: 'ended',
    reason,
    ...(by !== undefined && { by }),
    ...(box !== undefined && { box }),
  };
}
