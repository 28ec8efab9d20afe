/** Everything that servers do to a Redis, and whether each key there would go away by itself. */
import { Redis } from 'ioredis';

export interface WatchedStore {
  keys: () => Promise<string[]>;
  /** Looks at every key once more; it also happens all the time by itself. */
  sample: () => Promise<void>;
  stop: () => Promise<Watched>;
}

export interface Watched {
  /** With their arguments, those inside scripts too. */
  commands: string[];
  /** Every value that was there at one of the samples, each byte as one character. */
  values: string[];
  withoutTtl: string[];
  samples: number;
}

export async function watchStore(url: string): Promise<WatchedStore> {
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  const commands: string[] = [];
  const values = new Set<string>();
  const withoutTtl = new Set<string>();
  let samples = 0;
  const stopping = new AbortController();
  monitor.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')));

  async function sample(): Promise<void> {
    for (const key of await redis.keys('*')) {
      // A key that has gone meanwhile has -2, and no value.
      if ((await redis.pttl(key)) === -1) withoutTtl.add(key);
      const value = await redis.dumpBuffer(key);
      if (value !== null) values.add(value.toString('latin1'));
      for (const part of await contentOf(key)) values.add(part.toString('latin1'));
    }
    samples += 1;
  }

  /** A dump may be compressed; here it is as it was put in. */
  async function contentOf(key: string): Promise<Buffer[]> {
    switch (await redis.type(key)) {
      case 'string': {
        const value = await redis.getBuffer(key);
        return value === null ? [] : [value];
      }
      case 'list':
        return redis.lrangeBuffer(key, 0, -1);
      case 'hash':
        return Object.values(await redis.hgetallBuffer(key));
      case 'set':
        return redis.smembersBuffer(key);
      case 'zset':
        return redis.zrangeBuffer(key, '0', '-1');
      default:
        return [];
    }
  }

  const sampling = (async () => {
    while (!stopping.signal.aborted) await sample();
  })();
  return {
    keys: () => redis.keys('*'),
    sample,
    async stop() {
      stopping.abort();
      await sampling;
      monitor.disconnect();
      redis.disconnect();
      return { commands, values: [...values], withoutTtl: [...withoutTtl], samples };
    },
  };
}
