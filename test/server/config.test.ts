/**
 * The settings: defaults, every kind of value at its bounds, and what an error tells and hides.
 * Long because every setting has its wrong values.
 */
import { describe, expect, it } from 'vitest';
import { ConfigError, SETTINGS, parseConfig } from '../../server/config.ts';
import { vapidEnv } from '../support/push-service.ts';

/** The problems that parseConfig finds, [] if none. */
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

const address = (host: string, port: number) => ({
  ...{ host, port, username: '', password: '', tls: false },
});

describe('defaults', () => {
  it('start a server with nothing set', () => {
    expect(parseConfig({})).toEqual({
      host: '0.0.0.0',
      port: 3000,
      publicUrl: null,
      allowedOrigins: [],
      trustProxy: [],
      redisUrl: null,
      redisCluster: [],
      redisSentinels: [],
      redisSentinelName: null,
      cookieSecrets: [],
      linkTtlMs: 86_400_000,
      idleTtlMs: 1_800_000,
      maxTtlMs: 604_800_000,
      endedNoticeTtlMs: 3_600_000,
      maxSessions: 100_000,
      maxEntries: 5000,
      maxMessageBytes: 16_384,
      maxSessionBytes: 8_388_608,
      maxFileBytes: 5_242_880,
      maxFilesBytes: 26_214_400,
      maxFiles: 100,
      memoryLimitBytes: 536_870_912,
      bcryptCost: 10,
      rateCreate: { count: 10, perMs: 60_000 },
      rateEnter: { count: 30, perMs: 600_000 },
      rateUpload: { count: 100 * 1024 ** 2, perMs: 600_000 },
      rateSend: { count: 5, perMs: 1000 },
      burstSend: 20,
      maxConnections: 10_000,
      maxConnectionsPerIp: 50,
      vapidPublicKey: null,
      vapidPrivateKey: null,
      vapidSubject: null,
      pushHosts: [
        'fcm.googleapis.com',
        'updates.push.services.mozilla.com',
        '*.push.services.mozilla.com',
        'web.push.apple.com',
        '*.push.apple.com',
        '*.notify.windows.com',
      ],
      metricsToken: null,
      logLevel: 'info',
      shutdownGraceMs: 10_000,
    });
  });

  it('hold for empty and blank values too', () => {
    const blank = Object.fromEntries(Object.values(SETTINGS).map(({ name }) => [name, ' ']));
    expect(parseConfig(blank)).toEqual(parseConfig({}));
  });

  it('cannot be changed afterwards', () => {
    const config = parseConfig({ PUBLIC_URL: 'https://a.example', TRUST_PROXY: '10.0.0.1' });
    for (const value of [config, config.publicUrl, config.trustProxy, config.rateCreate]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
  });
});

describe('values', () => {
  it.each([
    ['PORT', '0', 'port', 0],
    ['IDLE_TTL', '90s', 'idleTtlMs', 90_000],
    ['IDLE_TTL', '30d', 'idleTtlMs', 2_592_000_000],
    ['MAX_MESSAGE_BYTES', '256', 'maxMessageBytes', 256],
    ['MEMORY_LIMIT', '2GiB', 'memoryLimitBytes', 2_147_483_648],
    ['RATE_CREATE', 'off', 'rateCreate', null],
    ['RATE_UPLOAD', 'off', 'rateUpload', null],
    ['RATE_UPLOAD', '1GiB/1h', 'rateUpload', { count: 1024 ** 3, perMs: 3_600_000 }],
    ['RATE_SEND', '7/90s', 'rateSend', { count: 7, perMs: 90_000 }],
    ['HOST', '::1', 'host', '::1'],
    ['HOST', 'localhost', 'host', 'localhost'],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    [
      'PUBLIC_URL',
      'https://Example.org:443/',
      'publicUrl',
      { origin: 'https://example.org', path: '' },
    ],
    [
      'PUBLIC_URL',
      'http://10.1.1.1:8080/a/b/',
      'publicUrl',
      { origin: 'http://10.1.1.1:8080', path: '/a/b' },
    ],
    [
      'PUBLIC_URL',
      'https://a.example/apis/api',
      'publicUrl',
      { origin: 'https://a.example', path: '/apis/api' },
    ],
    [
      'ALLOWED_ORIGINS',
      'https://a.example, http://b.example:81/',
      'allowedOrigins',
      ['https://a.example', 'http://b.example:81'],
    ],
    ['TRUST_PROXY', '10.0.0.0/8,::1 , fd00::/8', 'trustProxy', ['10.0.0.0/8', '::1', 'fd00::/8']],
    [
      'REDIS_URL',
      'redis://user:p%40ss@cache:6379/2',
      'redisUrl',
      'redis://user:p%40ss@cache:6379/2',
    ],
    ['REDIS_URL', 'unix:///run/redis.sock', 'redisUrl', 'unix:///run/redis.sock'],
    [
      'REDIS_CLUSTER',
      'one:7001, redis://[::1]',
      'redisCluster',
      [address('one', 7001), address('::1', 6379)],
    ],
    [
      'REDIS_CLUSTER',
      'rediss://us%3Aer:p%40ss@one:7001,rediss://two',
      'redisCluster',
      [
        { ...address('one', 7001), username: 'us:er', password: 'p@ss', tls: true },
        { ...address('two', 6379), tls: true },
      ],
    ],
    [
      'PUSH_HOSTS',
      'Push.example:443, *.lan:8443,localhost:8443',
      'pushHosts',
      ['push.example', '*.lan:8443', 'localhost:8443'],
    ],
    [
      'COOKIE_SECRET',
      `${'a'.repeat(32)},${'b'.repeat(40)}`,
      'cookieSecrets',
      ['a'.repeat(32), 'b'.repeat(40)],
    ],
  ] as const)('%s=%s', (name, text, field, value) => {
    expect(parseConfig({ [name]: text })[field]).toEqual(value);
  });

  it.each([
    ['PORT', '65536', '-1', '3000.5', '3e3', 'http', '0x50'],
    ['HOST', 'a b', 'host:80', 'http://x', '-x'],
    ['IDLE_TTL', '0s', '31d', '500ms', '30', '30 m', '1.5h', '30M', '-5m', '9'.repeat(400) + 's'],
    ['MAX_MESSAGE_BYTES', '255', '17KiB', '16kb', '16KB', '1e3', 'KiB'],
    ['RATE_UPLOAD', '0/1m', '100MiB', '1MB/1m', '2048GiB/1m', '1MiB/0s'],
    ['RATE_CREATE', '0/1m', '10', '10/m', '10/0s', '10/1m/2', 'Off', 'none', '1/31d'],
    ['BCRYPT_COST', '3', '16'],
    ['LOG_LEVEL', 'loud', 'INFO', 'toString'],
    [
      'PUBLIC_URL',
      'example.org',
      'ftp://a.example',
      'https://a.example/?q',
      'https://a.example/#x',
      'https:a.example',
      'https://',
      'https://*.a.example',
      'https://a.example//b',
      'https://a.example/api',
      'https://a.example/ws/',
      'https://a.example/c/d',
      'https://a.example/assets',
      'https://a.example/healthz',
      'https://a.example/metrics',
      'https://a.example/readyz',
      'https://a.example/a b',
      'https://a.example:99999',
    ],
    ['METRICS_TOKEN', 'a'.repeat(31), `${'a'.repeat(40)} b`, 'ä'.repeat(40), '"'.repeat(40)],
    ['ALLOWED_ORIGINS', 'https://a.example/path', '*', 'null', 'https://a.example,', 'a.example'],
    [
      'TRUST_PROXY',
      'true',
      '10.0.0.0/33',
      '10.0.0.0/0',
      '10.0.0/8',
      '::/129',
      '10.0.0.1/8/8',
      'fe80::1%eth0',
      'proxy.local',
    ],
    [
      'REDIS_URL',
      'localhost:6379',
      'http://cache',
      'redis://',
      'unix://socket',
      'unix:///',
      'redis://cache/zero',
    ],
    [
      'REDIS_CLUSTER',
      'one:7001,',
      'unix:///run/redis.sock',
      'http://one:7001',
      'redis://one:7001/1',
      'one:70000',
      'redis://:p%@one',
      'redis://one,rediss://two',
      ':7001',
      'one two',
    ],
    [
      'PUSH_HOSTS',
      ...['https://push.example', 'push.example/x', 'a@push.example', '*', '*.', 'push.*', 'a,'],
      ...['127.0.0.1', '*.0.0.1', '127.1', '[::1]', '2130706433', '0x7f.1', 'push.example:99999'],
    ],
    ['COOKIE_SECRET', 'short', `${'a'.repeat(32)},short`, `${'a'.repeat(32)},`],
  ])('%s refuses what is not allowed', (name, ...texts) => {
    for (const text of texts) {
      const problems = problemsOf({ [name]: text });
      expect(problems, text).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name} .*: must be `));
    }
  });
});

describe('where Redis is', () => {
  it('is told by sentinels, and both have their own passwords', () => {
    const { redisSentinels, redisSentinelName } = parseConfig({
      REDIS_SENTINELS: 'redis://:watch@one,two:26380',
      REDIS_SENTINEL_NAME: 'rediss://app:p%40ss@my_Master/2',
    });
    expect(redisSentinels).toEqual([
      { ...address('one', 26379), password: 'watch' },
      address('two', 26380),
    ]);
    expect(redisSentinelName).toEqual({
      ...{ name: 'my_Master', username: 'app', password: 'p@ss', db: 2, tls: true },
    });
    expect(
      parseConfig({ REDIS_SENTINELS: 'one', REDIS_SENTINEL_NAME: 'chats' }).redisSentinelName,
    ).toEqual({ name: 'chats', username: '', password: '', db: 0, tls: false });
  });

  it('is said once', () => {
    const sentinels = { REDIS_SENTINELS: 'one', REDIS_SENTINEL_NAME: 'chats' };
    expect(problemsOf({ REDIS_URL: 'redis://one', REDIS_CLUSTER: 'one' })).toEqual([
      'REDIS_URL and REDIS_CLUSTER are set: only one of them may be',
    ]);
    expect(problemsOf({ REDIS_URL: 'redis://one', REDIS_CLUSTER: 'a', ...sentinels })).toEqual([
      'REDIS_URL and REDIS_CLUSTER and REDIS_SENTINELS are set: only one of them may be',
    ]);
  });

  it('needs sentinels and a name, or neither', () => {
    expect(problemsOf({ REDIS_SENTINELS: 'one:26379' })).toEqual([
      'REDIS_SENTINELS is set: needs REDIS_SENTINEL_NAME too',
    ]);
    expect(problemsOf({ REDIS_SENTINEL_NAME: 'chats' })).toEqual([
      'REDIS_SENTINEL_NAME is set: needs REDIS_SENTINELS too',
    ]);
    for (const name of ['two words', 'chats:26379', 'redis://chats/x', 'http://chats']) {
      expect(problemsOf({ REDIS_SENTINELS: 'one', REDIS_SENTINEL_NAME: name })[0], name).toMatch(
        /^REDIS_SENTINEL_NAME .*: must be a name like mymaster/,
      );
    }
  });
});

describe('what push services ask for', () => {
  const all = {
    VAPID_PUBLIC_KEY:
      'BEl62iUYgUivxIkv69yViEuiBIa-Ib9-SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3qBUYIHBQFLXYp5Nksh8U',
    VAPID_PRIVATE_KEY: 'UUxI4O8-FbRouAevSmBQ6o18hgE4nSG3qwvJTfKc-ls',
    VAPID_SUBJECT: 'mailto:me@chat.example',
  };
  const other = vapidEnv();

  it('is all set, or nothing', () => {
    expect(parseConfig({ ...all, VAPID_SUBJECT: 'https://chat.example' })).toMatchObject({
      vapidPublicKey: all.VAPID_PUBLIC_KEY,
      vapidPrivateKey: all.VAPID_PRIVATE_KEY,
      vapidSubject: 'https://chat.example',
    });
    expect(problemsOf({ VAPID_PUBLIC_KEY: all.VAPID_PUBLIC_KEY })).toEqual([
      'VAPID_PUBLIC_KEY is set: needs VAPID_PRIVATE_KEY and VAPID_SUBJECT too',
    ]);
    expect(problemsOf({ ...all, VAPID_SUBJECT: '' })).toEqual([
      'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are set: needs VAPID_SUBJECT too',
    ]);
  });

  it('is a pair of keys, and the private one is never shown', () => {
    const problem =
      'VAPID_PRIVATE_KEY (its value is not shown): must be the one made with VAPID_PUBLIC_KEY';
    const wrong = [other.VAPID_PRIVATE_KEY, 'A'.repeat(43), `${'_'.repeat(42)}8`];
    for (const key of wrong)
      expect(problemsOf({ ...all, VAPID_PRIVATE_KEY: key })).toEqual([problem]);
    // No point of the curve.
    expect(problemsOf({ ...all, VAPID_PUBLIC_KEY: `B${'A'.repeat(86)}` })).toEqual([problem]);
  });

  it.each([
    ['VAPID_PUBLIC_KEY', 'x', all.VAPID_PRIVATE_KEY, `C${'A'.repeat(86)}`, `B${'A'.repeat(85)}B`],
    ['VAPID_PRIVATE_KEY', 'hunter2', all.VAPID_PUBLIC_KEY, 'A'.repeat(44), 'B'.repeat(43)],
    [
      'VAPID_SUBJECT',
      'me@chat.example',
      'http://chat.example',
      'mailto:',
      'mailto:a b@c',
      'https:',
    ],
  ])('%s refuses what is not allowed', (name, ...texts) => {
    for (const text of texts) {
      const problems = problemsOf({ ...all, [name]: text });
      expect(problems, text).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name} .*: must be `));
      expect(problems[0]).not.toContain('hunter2');
    }
  });
});

describe('errors', () => {
  it('list everything wrong at once, with value and what is allowed', () => {
    expect(() => parseConfig({ PORT: 'http', IDLE_TTL: '5 min' })).toThrow(
      [
        '2 settings are wrong:',
        '  PORT is "http": must be a whole number, from 0 to 65535',
        '  IDLE_TTL is "5 min": must be a duration like 90s, 30m, 24h or 7d, from 1s to 30d',
      ].join('\n'),
    );
  });

  it('say which paths PUBLIC_URL may not have', () => {
    expect(problemsOf({ PUBLIC_URL: 'https://a.example/ws' })[0]).toMatch(
      /; the path may not begin with \/api, \/assets, \/c, \/healthz, \/metrics, \/readyz, \/ws$/,
    );
  });

  it('never show a secret, nor a password in any address', () => {
    const env = {
      COOKIE_SECRET: 'hunter2',
      METRICS_TOKEN: 'hunter2',
      REDIS_URL: 'redis-cluster://:hunter2@cache:6379',
      PUBLIC_URL: 'https://me:hunter2@a.example',
    };
    expect(problemsOf(env)).toHaveLength(4);
    expect(problemsOf({ REDIS_CLUSTER: 'http://:hunter2@cache' }).join()).not.toContain('hunter2');
    expect(problemsOf(env).join('\n')).not.toContain('hunter2');
  });

  it('shorten what is endless and escape what would break the line', () => {
    const [problem = ''] = problemsOf({ LOG_LEVEL: `a\nb${'c'.repeat(5000)}` });
    expect(problem.length).toBeLessThan(250);
    expect(problem).not.toContain('\n');
  });

  it.each([
    ['IDLE_TTL', '2h', 'MAX_TTL', '1h'],
    ['LINK_TTL', '2h', 'MAX_TTL', '1h'],
    ['MAX_MESSAGE_BYTES', '4KiB', 'MAX_SESSION_BYTES', '2KiB'],
    ['MAX_FILE_BYTES', '5MiB', 'MAX_FILES_BYTES', '4MiB'],
    ['MAX_CONNECTIONS_PER_IP', '11', 'MAX_CONNECTIONS', '10'],
  ])('%s=%s does not go with %s=%s', (small, value, large, limit) => {
    expect(problemsOf({ [small]: value, [large]: limit })).toEqual([
      `${small} is "${value}": must not exceed ${large}, which is "${limit}"`,
    ]);
    // Lowering only the limit is fine: the other keeps its default and the smaller wins.
    expect(problemsOf({ [large]: limit })).toEqual([]);
  });
});

it('every default is allowed by its own setting', () => {
  for (const setting of Object.values(SETTINGS)) {
    expect(setting.parse(setting.default), setting.name).not.toBeUndefined();
  }
});
