/** Every way in which Redis can refuse, or answer what nobody understands, each to be undone. */
import type { Redis } from 'ioredis';
import type { TcpProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/redis-admin.ts';

export interface Scope {
  admin: Redis;
  /** Another client, for what blocks the first. */
  other: Redis;
  /** Between the node and Redis. */
  wire: TcpProxy;
  /** Whether the first byte of every reply is another. */
  garble(isGarbled: boolean): void;
  /** The hash of the session that everyone asks for. */
  key: string;
  /** What must not be said. */
  word: string;
  /** Of a message that is to be removed meanwhile; it is not the last. */
  cid: string;
}

export interface Trouble {
  name: string;
  /** What the log says of it; null: it is mended without a word. */
  said: RegExp | null;
  begin(scope: Scope): Promise<unknown>;
  end(scope: Scope): Promise<unknown>;
}

const config = (name: string, bad: string, good: string) => ({
  begin: ({ admin }: Scope) => admin.config('SET', name, bad),
  end: ({ admin }: Scope) => admin.config('SET', name, good),
});

/** Only the field is put back: what was appended meanwhile stays counted. */
function field(name: string, value: string | null): Pick<Trouble, 'begin' | 'end'> {
  let kept = '';
  return {
    async begin({ admin, key }) {
      kept = (await admin.hget(key, name)) ?? '';
      await (value === null ? admin.hdel(key, name) : admin.hset(key, name, value));
    },
    end: ({ admin, key }) => admin.hset(key, name, kept),
  };
}

const acl = (bad: string, good: string) => ({
  begin: ({ admin }: Scope) => admin.acl('SETUSER', 'default', bad),
  end: ({ admin }: Scope) => admin.acl('SETUSER', 'default', good),
});

export const TROUBLES: readonly Trouble[] = [
  {
    name: 'a key of another type',
    said: /WRONGTYPE/,
    async begin({ admin, key }) {
      await admin.rename(key, `${key}:kept`);
      await admin.set(key, 'no hash');
    },
    end: ({ admin, key }) => admin.rename(`${key}:kept`, key),
  },
  { name: 'no memory', said: /OOM/, ...config('maxmemory', '1', '0') },
  {
    name: 'no replica',
    said: /NOREPLICAS/,
    ...config('min-replicas-to-write', '1', '0'),
  },
  {
    name: 'scripts forgotten',
    said: null,
    begin: ({ admin }) => admin.script('FLUSH'),
    end: () => Promise.resolve(),
  },
  {
    name: 'a replica',
    // The connection is given up at once, to look for the new master.
    said: /READONLY|not connected|Connection is closed/,
    begin: ({ admin }) => admin.replicaof('127.0.0.1', 1),
    end: ({ admin }) => admin.replicaof('NO', 'ONE'),
  },
  { name: 'no right', said: /NOPERM/, ...acl('-evalsha', '+evalsha') },
  {
    name: 'a script without end',
    said: /BUSY|timed out/,
    async begin({ admin, other }) {
      await admin.config('SET', 'busy-reply-threshold', '10');
      other.eval('while true do end', 0).catch(() => {});
      await until('it is busy', () =>
        admin.get('x').then(
          () => false,
          () => true,
        ),
      );
    },
    end: ({ admin }) => admin.script('KILL'),
  },
  {
    name: 'no answer',
    said: /timed out/,
    begin: ({ wire }) => Promise.resolve(wire.hold('out')),
    end: ({ wire }) => Promise.resolve(wire.release()),
  },
  {
    name: 'replies that are none',
    said: /Unknown RESP type/,
    begin: (scope) => Promise.resolve(scope.garble(true)),
    end: (scope) => Promise.resolve(scope.garble(false)),
  },
  {
    name: 'away',
    said: /ECONNRE|not connected|Connection is closed/,
    async begin({ wire }) {
      wire.refuse(true);
      wire.cut();
    },
    end: ({ wire }) => Promise.resolve(wire.refuse(false)),
  },
  { name: 'no number', said: /no number|arithmetic|compare/, ...field('deadline', 'never') },
  { name: 'the hash of no code', said: /request failed/, ...field('b:code', '$'.repeat(60)) },
  { name: 'a field that is missing', said: /a reply without/, ...field('b:key', null) },
  { name: 'an entry that is no JSON', said: /SyntaxError/, ...brokenEntry() },
];

/** Where the message stands that is to be removed. */
function brokenEntry(): Pick<Trouble, 'begin' | 'end'> {
  let [at, kept] = [0, ''];
  return {
    async begin({ admin, key, word, cid }) {
      const log = await admin.lrange(`${key}:log`, 0, -1);
      at = log.findIndex((entry) => entry.includes(cid));
      kept = log[at] ?? '';
      await admin.lset(`${key}:log`, at, word);
    },
    end: ({ admin, key }) => admin.lset(`${key}:log`, at, kept),
  };
}
