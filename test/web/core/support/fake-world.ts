// Time, storage and randomness that a test moves by hand.
import type { Copies, Environment, Storage } from '../../../../web/core/environment.ts';

export type FakeClock = ReturnType<typeof createFakeClock>;

export function createFakeClock() {
  let now = 1_000;
  let nextId = 0;
  let jumped = 0;
  const due = new Map<number, { at: number; run: () => void }>();
  return {
    now: () => now,
    wallNow: () => 1_700_000_000_000 + now + jumped,
    /** What a wall clock does while a device sleeps: nothing falls due. */
    jump(ms: number): void {
      jumped += ms;
    },
    schedule(run: () => void, delayMs: number): () => void {
      const id = nextId++;
      due.set(id, { at: now + delayMs, run });
      return () => due.delete(id);
    },
    get pending() {
      return due.size;
    },
    /** Runs what falls due, in order, including what that schedules. */
    advance(ms: number): void {
      const end = now + ms;
      for (;;) {
        const next = [...due]
          .filter(([, { at }]) => at <= end)
          .toSorted(([, x], [, y]) => x.at - y.at)[0];
        if (!next) break;
        due.delete(next[0]);
        now = Math.max(now, next[1].at);
        next[1].run();
      }
      now = end;
    },
  };
}

export function createFakeStorage(): Storage & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  };
}

export function createFakeCopies(): Copies & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    put: (key, value) => void entries.set(key, value),
    remove(prefix) {
      for (const key of entries.keys()) if (key.startsWith(prefix)) entries.delete(key);
    },
    all: async () => [...entries],
  };
}

export function createFakeEnvironment(
  parts: Partial<Environment> & { clock?: FakeClock } = {},
): Environment {
  const clock = parts.clock ?? createFakeClock();
  return {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    schedule: (run, ms) => clock.schedule(run, ms),
    random: () => 0.5,
    storage: createFakeStorage(),
    fetch: () => Promise.reject(new Error('no network')),
    openSocket: () => {
      throw new Error('no sockets here');
    },
    ...parts,
  };
}
