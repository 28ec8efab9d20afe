/** Redis as somebody sees it who opens it by hand: which keys there are, and how full it is. */
import { Redis } from 'ioredis';

export type StoreView = ReturnType<typeof openStoreView>;

export function openStoreView(url: string) {
  const client = new Redis(url);
  client.on('error', () => {});
  const keyOf = (sid: string) => `duologue:{${sid}}`;

  return {
    /** Without what they have in common: '' is the session itself, then ':log', ':ended' … */
    async keysOf(sid: string): Promise<string[]> {
      const keys = await client.keys('duologue:{*');
      const own = keys.filter((key) => key.startsWith(keyOf(sid)));
      return own.map((key) => key.slice(keyOf(sid).length)).toSorted();
    },

    /** How long the session will live if nothing happens. */
    ttlMs: (sid: string) => client.pttl(keyOf(sid)),

    /** How many passes each participant has. */
    async passesOf(sid: string): Promise<Record<'a' | 'b', number>> {
      const [a, b] = await client.hmget(keyOf(sid), 'a:passes', 'b:passes');
      const count = (passes: string | null | undefined) => passes?.split(' ').length ?? 0;
      return { a: count(a), b: count(b) };
    },

    /** How many tries for a participant count as failed. */
    async failuresOf(sid: string, slot: 'a' | 'b'): Promise<number> {
      return Number((await client.hget(`${keyOf(sid)}:tries`, `${slot}:failures`)) ?? 0);
    },

    /** How many connections are taken to be there. */
    leasesOf: (sid: string) => client.zcard(`${keyOf(sid)}:leases`),

    /** How many sessions the nodes count. */
    sessionsAlive: () => client.zcount('duologue:sessions', Date.now(), '+inf'),

    async usedMemory(): Promise<number> {
      const [, used = ''] = /used_memory:(\d+)/.exec(await client.info('memory')) ?? [];
      return Number(used);
    },

    /** As much as makes what Redis takes for itself now and then a trifle. */
    async addBallast(bytes: number): Promise<void> {
      await client.setrange('ballast', bytes - 1, 'x');
    },

    async limitMemory(bytes: number): Promise<void> {
      await client.config('SET', 'maxmemory', String(bytes));
    },

    /** As if their time had come, but that nobody is told. */
    async expireAllBut(sid: string): Promise<void> {
      const keys = await client.keys('duologue:{*');
      const others = keys.filter((key) => !key.startsWith(keyOf(sid)));
      await Promise.all(others.map((key) => client.pexpire(key, 1)));
    },

    /** From now on nothing more fits, or, again, everything. */
    async fill(isFull: boolean): Promise<void> {
      await client.config('SET', 'maxmemory', isFull ? '1' : '0');
    },

    close: () => client.disconnect(),
  };
}
