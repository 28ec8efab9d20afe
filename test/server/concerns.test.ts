/** What is called unsafe or surprising, and what is not. */
import { describe, expect, it } from 'vitest';
import { concernsOf } from '../../server/concerns.ts';
import { parseConfig } from '../../server/config.ts';

const GIB = 1024 ** 3;

/** Without those that a case does not mean. */
function concerns(env: Record<string, string>, memoryGib = 8, heapGib = 4): string[] {
  const machine = { memoryBytes: memoryGib * GIB, heapBytes: heapGib * GIB };
  return concernsOf(parseConfig(env), machine).filter((text) => !text.includes('REDIS_URL keeps'));
}

const redis = (url: string) => ({ REDIS_URL: url, COOKIE_SECRET: 'x'.repeat(32) });

describe('said', () => {
  it.each<[Record<string, string>, RegExp]>([
    [{ PUBLIC_URL: 'http://chat.example' }, /^PUBLIC_URL is plain http/],
    [{ PUBLIC_URL: 'http://[2001:db8::1]:3000' }, /^PUBLIC_URL is plain http/],
    [{ ALLOWED_ORIGINS: 'http://a.example' }, /^ALLOWED_ORIGINS is plain http/],
    [{ PUBLIC_URL: 'https://chat.example' }, /and TRUST_PROXY is not set/],
    [{ TRUST_PROXY: '127.0.0.1, 64.0.0.0/2' }, /^TRUST_PROXY has 64\.0\.0\.0\/2/],
    [{ TRUST_PROXY: '10.0.0.0/7' }, /^TRUST_PROXY has 10\.0\.0\.0\/7/],
    [{ TRUST_PROXY: '2000::/3' }, /^TRUST_PROXY has 2000::\/3/],
    [redis('redis://10.0.0.5'), /^REDIS_URL has no password, and 10\.0\.0\.5/],
    [redis('redis://10.0.0.5'), /^REDIS_URL has no TLS/],
    [redis('redis://redis'), /^REDIS_URL has no password/],
    [redis('redis://:secret@cache.example'), /^REDIS_URL has no TLS/],
    [{ REDIS_URL: 'redis://localhost' }, /^COOKIE_SECRET is not set/],
    [{ REDIS_CLUSTER: '127.0.0.1,a.example' }, /^REDIS_CLUSTER has no password, and a\.example/],
    [
      { REDIS_SENTINELS: 'redis://:secret@a.example', REDIS_SENTINEL_NAME: 'chats' },
      /^REDIS_SENTINEL_NAME has no password/,
    ],
    [{ RATE_CREATE: 'off' }, /^RATE_CREATE is off/],
    [{ RATE_ENTER: 'off' }, /^RATE_ENTER is off/],
    [{ RATE_UPLOAD: 'off' }, /^RATE_UPLOAD is off/],
    [{ RATE_SEND: 'off' }, /^RATE_SEND is off/],
    [{ MAX_TTL: '10m' }, /^IDLE_TTL has no effect: MAX_TTL is smaller\.$/],
    [{ MEMORY_LIMIT: '9GiB' }, /^MEMORY_LIMIT is more than the 8192MiB this machine has/],
    [{ MEMORY_LIMIT: '4GiB' }, /^MEMORY_LIMIT is not well below the 4096MiB Node allows/],
  ])('%j', (env, sentence) => {
    const found = concerns(env);
    expect(
      found.filter((text) => sentence.test(text)),
      found.join('\n'),
    ).toHaveLength(1);
    expect(found.join()).not.toContain('secret');
  });
});

describe('not said', () => {
  it.each<Record<string, string>>([
    {},
    { PUBLIC_URL: 'http://localhost:3000' },
    { PUBLIC_URL: 'http://192.168.1.7:3000' },
    { PUBLIC_URL: 'http://[::1]:3000' },
    { PUBLIC_URL: 'http://laptop.local:3000' },
    { PUBLIC_URL: 'https://chat.example', TRUST_PROXY: '172.16.0.0/12, fc00::/7, 104.16.0.0/13' },
    redis('redis://127.0.0.1'),
    redis('redis://[::1]:6380/1'),
    redis('unix:///run/redis.sock'),
    redis('rediss://:secret@cache.example'),
    // As docker-compose.yml has it.
    redis('redis://:secret@redis:6379'),
    { MEMORY_LIMIT: '2GiB' },
    // Of no matter where Redis has them.
    { ...redis('redis://localhost'), MEMORY_LIMIT: '9GiB' },
  ])('%j', (env) => {
    expect(concerns(env)).toEqual([]);
  });
});

it('chats in memory are said to be gone on restart, as a start says it', () => {
  const machine = { memoryBytes: 8 * GIB, heapBytes: 4 * GIB };
  expect(concernsOf(parseConfig({}), machine)).toEqual([
    'Chats live in memory only and are gone on restart. REDIS_URL keeps them.',
  ]);
});
