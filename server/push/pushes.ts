/**
 * Word to push services that something has come for a browser (RFC 8030): a request without a
 * payload, so that they learn nothing else. Never waits for them, and never says in a log which
 * browser it was. Whom to tell, and when, the store has decided.
 */
import type { Slot } from '../protocol/frames.ts';
import type { DuePush, Store } from '../store/store.ts';
import type { Authorize } from './vapid.ts';
import { createWorkQueue } from './work-queue.ts';

const AT_ONCE = 16;
const MOST = 1_000;
const TIMEOUT_MS = 10_000;
/** Where a push service has trouble and does not say how long … */
const AGAIN_MS = 5_000;
/** … and the longest it may say; past it the word would come too late to be of use. */
const AGAIN_WITHIN_MS = 60_000;
/** Push services keep word for four weeks at most. */
const MAX_TTL_S = 28 * 24 * 3600;

export interface PushesOptions {
  authorize: Authorize;
  store: Pick<Store, 'find' | 'dropEndpoint'>;
  /** For operators: a status, or the code of an error. */
  onTrouble: (why: number | string) => void;
  now: () => number;
}

interface Push {
  sid: string;
  slot: Slot;
  endpoint: string;
  expiresAt: number;
  isRepeat: boolean;
}

export type Pushes = ReturnType<typeof createPushes>;

export function createPushes({ authorize, store, onTrouble, now }: PushesOptions) {
  const timers = new Set<NodeJS.Timeout>();
  const queue = createWorkQueue(deliver, { atOnce: AT_ONCE, most: MOST });

  async function deliver(push: Push): Promise<void> {
    try {
      if (push.isRepeat && !(await isWanted(push))) return;
      const response = await ask(push);
      if (response === null || response.ok) return;
      onTrouble(response.status);
      if (response.status === 404 || response.status === 410) {
        await store.dropEndpoint(push.sid, push.slot, push.endpoint);
      } else if (response.status === 429 || response.status >= 500) {
        tryAgain(push, waitMs(response.headers.get('retry-after')));
      }
    } catch (error) {
      onTrouble(codeOf(error));
      tryAgain(push, AGAIN_MS);
    }
  }

  /** Null if there is nothing left to tell of. */
  async function ask({ endpoint, expiresAt }: Push): Promise<Response | null> {
    const ttl = Math.min(Math.floor((expiresAt - now()) / 1000), MAX_TTL_S);
    if (ttl <= 0) return null;
    const response = await fetch(endpoint, {
      method: 'POST',
      // A redirect could lead to any address.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        authorization: await authorize(endpoint),
        ttl: String(ttl),
        urgency: 'high',
      },
    });
    await response.body?.cancel();
    return response;
  }

  /** The chat may be over by now, or whoever asked for it does not want it any more. */
  async function isWanted({ sid, slot, endpoint }: Push): Promise<boolean> {
    const found = await store.find(sid);
    return found.state === 'live' && found.session.participants[slot].endpoints.includes(endpoint);
  }

  function tryAgain(push: Push, inMs: number): void {
    if (push.isRepeat || inMs > AGAIN_WITHIN_MS || timers.size >= MOST) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      queue.add({ ...push, isRepeat: true });
    }, inMs);
    timers.add(timer.unref());
  }

  function waitMs(retryAfter: string | null): number {
    if (retryAfter === null) return AGAIN_MS;
    if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
    const at = Date.parse(retryAfter);
    return Number.isNaN(at) ? AGAIN_MS : Math.max(0, at - now());
  }

  return {
    send(sid: string, { slot, endpoints, expiresInMs }: DuePush): void {
      const expiresAt = now() + expiresInMs;
      for (const endpoint of endpoints) {
        const isTaken = queue.add({ sid, slot, endpoint, expiresAt, isRepeat: false });
        if (!isTaken) onTrouble('too many');
      }
    },

    /** What waits is dropped: word that comes late is worth little. */
    stop(): void {
      queue.stop();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** Not its message: that can hold the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : error.name;
  return typeof code === 'string' ? code : error.name;
}
