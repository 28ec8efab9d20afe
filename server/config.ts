/**
 * The settings: from environment variables to one frozen Config, or one error that lists
 * everything wrong. SETTINGS is the single source for parsing, error texts, the table in the
 * README and .env.example. Knows nothing about what the settings are used for. Long because most
 * of it is that table.
 */
import {
  addresses,
  bearerToken,
  byteRate,
  duration,
  host,
  integer,
  isVapidPair,
  oneOf,
  origins,
  publicUrl,
  pushHosts,
  rate,
  redisAddresses,
  redisName,
  redisUrl,
  secrets,
  size,
  vapidPrivateKey,
  vapidPublicKey,
  vapidSubject,
} from './setting-kinds.ts';
import type { Kind } from './setting-kinds.ts';

export type { PublicUrl, Rate, RedisAddress, RedisName } from './setting-kinds.ts';

export interface Setting<T> extends Kind<T> {
  readonly name: string;
  /** As written in the environment; '' means unset. Must itself be allowed. */
  readonly default: string;
  readonly help: string;
}

/** Every setting, under its name in Config. Durations become ms, sizes bytes, `off` null. */
export const SETTINGS = {
  host: setting('HOST', '0.0.0.0', 'Address to listen on.', host),
  port: setting('PORT', '3000', 'Port to listen on; 0 takes any free one.', integer(0, 65535)),
  publicUrl: setting(
    'PUBLIC_URL',
    '',
    'Where browsers reach the server, with a path if it is served under one. Unset: taken from the request.',
    publicUrl,
  ),
  allowedOrigins: setting(
    'ALLOWED_ORIGINS',
    '',
    'Further names (origins) under which this server is reached.',
    origins,
  ),
  trustProxy: setting(
    'TRUST_PROXY',
    '',
    'Proxies whose X-Forwarded headers are believed. Unset: none.',
    addresses,
  ),
  redisUrl: setting(
    'REDIS_URL',
    '',
    'Store sessions in this Redis. Unset: in memory, gone on restart.',
    redisUrl,
  ),
  redisCluster: setting(
    'REDIS_CLUSTER',
    '',
    'Instead of REDIS_URL: nodes of a Redis Cluster, which tell about the others. User and password of the first are used for all.',
    redisAddresses(6379),
  ),
  redisSentinels: setting(
    'REDIS_SENTINELS',
    '',
    'Instead of REDIS_URL: sentinels that say which Redis is the master. User and password, here, are theirs.',
    redisAddresses(26379),
  ),
  redisSentinelName: setting(
    'REDIS_SENTINEL_NAME',
    '',
    'What the sentinels call the master; user and password are those of Redis.',
    redisName,
  ),
  cookieSecrets: setting(
    'COOKIE_SECRET',
    '',
    'Encrypts passes; the newest first, older ones still open. Unset: random, shared through Redis if there is one.',
    secrets,
  ),
  linkTtlMs: setting(
    'LINK_TTL',
    '24h',
    'How long both people have to come in.',
    duration('1s', '30d'),
  ),
  idleTtlMs: setting('IDLE_TTL', '30m', 'Silence that ends a session.', duration('1s', '30d')),
  maxTtlMs: setting('MAX_TTL', '7d', 'No session lives longer than this.', duration('1s', '30d')),
  endedNoticeTtlMs: setting(
    'ENDED_NOTICE_TTL',
    '1h',
    'How long a link still says why its session ended.',
    duration('1s', '30d'),
  ),
  maxSessions: setting('MAX_SESSIONS', '100000', 'Sessions alive at once.', integer(1, 10_000_000)),
  maxEntries: setting(
    'MAX_ENTRIES',
    '5000',
    'Entries in the log of one session.',
    integer(1, 1_000_000),
  ),
  maxMessageBytes: setting(
    'MAX_MESSAGE_BYTES',
    '16KiB',
    'One message, padded.',
    size('256', '16KiB'),
  ),
  maxSessionBytes: setting(
    'MAX_SESSION_BYTES',
    '8MiB',
    'All messages of one session, encrypted.',
    size('1KiB', '1GiB'),
  ),
  maxFileBytes: setting(
    'MAX_FILE_BYTES',
    '5MiB',
    'One file, before it is encrypted.',
    size('1', '100MiB'),
  ),
  maxFilesBytes: setting(
    'MAX_FILES_BYTES',
    '25MiB',
    'All files of one session, encrypted and padded.',
    size('1', '10GiB'),
  ),
  maxFiles: setting('MAX_FILES', '100', 'Files in one session; 0 allows none.', integer(0, 10_000)),
  memoryLimitBytes: setting(
    'MEMORY_LIMIT',
    '512MiB',
    'All sessions together, without Redis; files leave a quarter of it to the rest.',
    size('1MiB', '1024GiB'),
  ),
  bcryptCost: setting(
    'BCRYPT_COST',
    '10',
    'Work to check a code; one more doubles it.',
    integer(4, 15),
  ),
  rateCreate: setting('RATE_CREATE', '10/1m', 'New sessions per address.', rate),
  rateEnter: setting(
    'RATE_ENTER',
    '30/10m',
    'Codes tried per address, over all sessions; links opened, connections made, leaving and ending twenty times as often.',
    rate,
  ),
  rateUpload: setting(
    'RATE_UPLOAD',
    '100MiB/10m',
    'Bytes of files per address, over all sessions.',
    byteRate,
  ),
  rateSend: setting(
    'RATE_SEND',
    '5/1s',
    'Messages per connection; more are read more slowly.',
    rate,
  ),
  burstSend: setting(
    'BURST_SEND',
    '20',
    'Messages at once before RATE_SEND holds.',
    integer(1, 10_000),
  ),
  maxConnections: setting(
    'MAX_CONNECTIONS',
    '10000',
    'WebSockets per process.',
    integer(1, 1_000_000),
  ),
  maxConnectionsPerIp: setting(
    'MAX_CONNECTIONS_PER_IP',
    '50',
    'WebSockets per address and process.',
    integer(1, 1_000_000),
  ),
  vapidPublicKey: setting(
    'VAPID_PUBLIC_KEY',
    '',
    'With the next two: tells people of messages through the push services of their browsers while the page is closed, if they turn that on. Unset: it is not offered.',
    vapidPublicKey,
  ),
  vapidPrivateKey: setting(
    'VAPID_PRIVATE_KEY',
    '',
    'Made together with the public one; the same on every node.',
    vapidPrivateKey,
  ),
  vapidSubject: setting(
    'VAPID_SUBJECT',
    '',
    'Whom push services may write to when something is wrong.',
    vapidSubject,
  ),
  pushHosts: setting(
    'PUSH_HOSTS',
    'fcm.googleapis.com,updates.push.services.mozilla.com,*.push.services.mozilla.com,web.push.apple.com,*.push.apple.com,*.notify.windows.com',
    'The push services that are asked; a browser that names another is refused.',
    pushHosts,
  ),
  metricsToken: setting(
    'METRICS_TOKEN',
    '',
    'What Prometheus has to show to read /metrics, as a bearer token. Unset: nothing is measured, and there is no /metrics.',
    bearerToken,
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    'How much is logged.',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
  shutdownGraceMs: setting(
    'SHUTDOWN_GRACE',
    '10s',
    'How long a stop waits for what is under way.',
    duration('1s', '5m'),
  ),
};

type Environment = Readonly<Record<string, string | undefined>>;

type Settings = typeof SETTINGS;
export type Config = {
  readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never;
};

/** One setting as a start finds it. */
export interface Found {
  readonly name: string;
  /** As it would be written in the environment; '' if there is none. Not for printing if secret. */
  readonly text: string;
  readonly isDefault: boolean;
  readonly isSecret: boolean;
}

/** Every setting, in the order of SETTINGS, wherever its value comes from. */
export function findSettings(env: Environment): Found[] {
  return Object.values<Setting<unknown>>(SETTINGS).map((setting) => {
    const text = textIn(env, setting);
    const isDefault = text === '';
    return {
      name: setting.name,
      text: isDefault ? setting.default : text,
      isDefault,
      isSecret: setting.secret === true,
    };
  });
}

/** Pairs where the first may not exceed the second. Only where both were set: someone who lowers
 * the one should not have to lower the default of the other, since the smaller wins anyway. */
const AT_MOST = [
  ['linkTtlMs', 'maxTtlMs'],
  ['idleTtlMs', 'maxTtlMs'],
  ['maxMessageBytes', 'maxSessionBytes'],
  ['maxFileBytes', 'maxFilesBytes'],
  ['maxConnectionsPerIp', 'maxConnections'],
] as const;

/** Where sessions are stored is said once. */
const REDIS = ['redisUrl', 'redisCluster', 'redisSentinels'] as const;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const title =
      problems.length === 1 ? 'A setting is wrong:' : `${problems.length} settings are wrong:`;
    super([title, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

/** Reads the settings from `env`; an empty or blank value counts as unset. Throws ConfigError. */
export function parseConfig(env: Environment): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const given = new Set<string>();

  for (const [field, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const text = textIn(env, setting);
    if (text !== '') given.add(field);
    values[field] = setting.parse(text === '' ? setting.default : text);
    if (values[field] === undefined) {
      problems.push(
        `${setting.name} ${shown(text, setting.secret === true)}: must be ${allowed(setting)}`,
      );
    }
  }
  // Every field of SETTINGS was filled above; if one is undefined, this is never returned.
  const config = values as unknown as Config;

  for (const [small, large] of AT_MOST) {
    if (given.has(small) && given.has(large) && config[small] > config[large]) {
      const [name, limit] = [SETTINGS[small].name, SETTINGS[large].name];
      problems.push(
        `${name} is "${env[name]}": must not exceed ${limit}, which is "${env[limit]}"`,
      );
    }
  }
  problems.push(...redisProblems(given), ...pushProblems(given, config));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** '' where it is unset. */
function textIn(env: Environment, { name }: Setting<unknown>): string {
  return env[name]?.trim() ?? '';
}

/** Of such a pair, where one has its default: the name that has no effect, and the one that wins. */
export function withoutEffect(config: Config): [string, string][] {
  return AT_MOST.filter(([small, large]) => config[small] > config[large]).map(([small, large]) => [
    SETTINGS[small].name,
    SETTINGS[large].name,
  ]);
}

/** What is wrong with the settings of Redis taken together. */
function redisProblems(given: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const names = REDIS.filter((field) => given.has(field)).map((field) => SETTINGS[field].name);
  if (names.length > 1) {
    problems.push(`${names.join(' and ')} are set: only one of them may be`);
  }
  const { redisSentinels: sentinels, redisSentinelName: name } = SETTINGS;
  if (given.has('redisSentinels') !== given.has('redisSentinelName')) {
    const [has, lacks] = given.has('redisSentinels') ? [sentinels, name] : [name, sentinels];
    problems.push(`${has.name} is set: needs ${lacks.name} too`);
  }
  return problems;
}

const VAPID = ['vapidPublicKey', 'vapidPrivateKey', 'vapidSubject'] as const;

/** All of what push services ask for is set, or nothing; and the keys are a pair. */
function pushProblems(given: ReadonlySet<string>, config: Config): string[] {
  const namesOf = (fields: readonly (typeof VAPID)[number][]) =>
    fields.map((field) => SETTINGS[field].name).join(' and ');
  const set = VAPID.filter((field) => given.has(field));
  const unset = VAPID.filter((field) => !given.has(field));
  if (set.length > 0 && unset.length > 0) {
    return [`${namesOf(set)} ${set.length > 1 ? 'are' : 'is'} set: needs ${namesOf(unset)} too`];
  }
  const { vapidPublicKey: publicKey, vapidPrivateKey: privateKey } = config;
  // What is wrong with one alone was said.
  if (!publicKey || !privateKey || isVapidPair(publicKey, privateKey)) return [];
  return ['VAPID_PRIVATE_KEY (its value is not shown): must be the one made with VAPID_PUBLIC_KEY'];
}

/** All a value may be, in words: "a whole number, from 0 to 65535". */
export function allowed({ form, range }: Setting<unknown>): string {
  return range === undefined ? form : `${form}, from ${range[0]} to ${range[1]}`;
}

function shown(text: string, secret: boolean): string {
  // An '@' may follow a password in an address that was put where none belongs.
  if (secret || text.includes('@')) return '(its value is not shown)';
  return `is ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)}`;
}

function setting<T>(name: string, preset: string, help: string, kind: Kind<T>): Setting<T> {
  return { name, default: preset, help, ...kind };
}
