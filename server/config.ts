/**
 * The settings: from environment variables to one frozen Config, or one error that lists
 * everything wrong. SETTINGS is the single source for parsing, error texts, the table in the
 * README and .env.example. Knows nothing about what the settings are used for.
 * Long because the table and the kinds of values it is made of are one story.
 */
import { isIP } from 'node:net';

export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** Where browsers reach the server. `path` is '' or like '/chat': no final slash. */
export interface PublicUrl {
  readonly origin: string;
  readonly path: string;
}

export interface Setting<T> {
  readonly name: string;
  /** As written in the environment; '' means unset. Must itself be allowed. */
  readonly default: string;
  /** What a value looks like, to follow "must be". */
  readonly form: string;
  /** The smallest and largest value, as written in the environment. */
  readonly range: readonly [string, string] | null;
  readonly help: string;
  /** A secret's value appears in no error text. */
  readonly secret: boolean;
  /** The value, or undefined if the text is not allowed. Gets '' only where the default is ''. */
  readonly parse: (text: string) => T | undefined;
}

/** What the server has at its root. Under one of these as PUBLIC_URL's path, nobody could tell
 * whether a proxy has taken that path off. */
const OWN_PATHS = ['api', 'assets', 'c', 'healthz', 'readyz', 'ws'];

/** Every setting, under its name in Config. Durations become ms, sizes bytes, `off` null. */
export const SETTINGS = {
  host: host('HOST', '0.0.0.0', 'Address to listen on.'),
  port: integer('PORT', '3000', 0, 65535, 'Port to listen on; 0 takes any free one.'),
  publicUrl: publicUrl(
    'PUBLIC_URL',
    'Where browsers reach the server, with a path if it is served under one. Unset: taken from the request.',
  ),
  allowedOrigins: origins(
    'ALLOWED_ORIGINS',
    'Further names (origins) under which this server is reached.',
  ),
  trustProxy: addresses(
    'TRUST_PROXY',
    'Proxies whose X-Forwarded headers are believed. Unset: none.',
  ),
  redisUrl: redisUrl(
    'REDIS_URL',
    'Store sessions in this Redis. Unset: in memory, gone on restart.',
  ),
  cookieSecrets: secrets(
    'COOKIE_SECRET',
    'Encrypts passes; the newest first, older ones still open. Unset: random, shared through Redis if there is one.',
  ),
  linkTtlMs: duration('LINK_TTL', '24h', '1s', '30d', 'How long both people have to come in.'),
  idleTtlMs: duration('IDLE_TTL', '30m', '1s', '30d', 'Silence that ends a session.'),
  maxTtlMs: duration('MAX_TTL', '7d', '1s', '30d', 'No session lives longer than this.'),
  endedNoticeTtlMs: duration(
    'ENDED_NOTICE_TTL',
    '1h',
    '1s',
    '30d',
    'How long a link still says why its session ended.',
  ),
  maxSessions: integer('MAX_SESSIONS', '100000', 1, 10_000_000, 'Sessions alive at once.'),
  maxEntries: integer('MAX_ENTRIES', '5000', 1, 1_000_000, 'Entries in the log of one session.'),
  maxMessageBytes: size('MAX_MESSAGE_BYTES', '16KiB', '256', '16KiB', 'One message, padded.'),
  maxSessionBytes: size(
    'MAX_SESSION_BYTES',
    '8MiB',
    '1KiB',
    '1GiB',
    'All messages of one session, encrypted.',
  ),
  maxFileBytes: size(
    'MAX_FILE_BYTES',
    '5MiB',
    '1',
    '100MiB',
    'One file. Told to clients; this version takes no files yet.',
  ),
  maxFilesBytes: size(
    'MAX_FILES_BYTES',
    '25MiB',
    '1',
    '10GiB',
    'All files of one session. As above.',
  ),
  maxFiles: integer(
    'MAX_FILES',
    '100',
    0,
    10_000,
    'Files in one session; 0 allows none. As above.',
  ),
  memoryLimitBytes: size(
    'MEMORY_LIMIT',
    '512MiB',
    '1MiB',
    '1024GiB',
    'All sessions together, without Redis.',
  ),
  bcryptCost: integer('BCRYPT_COST', '10', 4, 15, 'Work to check a code; one more doubles it.'),
  rateCreate: rate('RATE_CREATE', '10/1m', 'New sessions per address.'),
  rateEnter: rate('RATE_ENTER', '30/10m', 'Codes tried per address, over all sessions.'),
  rateSend: rate('RATE_SEND', '5/1s', 'Messages per connection; more are read more slowly.'),
  burstSend: integer('BURST_SEND', '20', 1, 10_000, 'Messages at once before RATE_SEND holds.'),
  maxConnections: integer('MAX_CONNECTIONS', '10000', 1, 1_000_000, 'WebSockets per process.'),
  maxConnectionsPerIp: integer(
    'MAX_CONNECTIONS_PER_IP',
    '50',
    1,
    1_000_000,
    'WebSockets per address and process.',
  ),
  logLevel: choice(
    'LOG_LEVEL',
    'info',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const,
    'How much is logged.',
  ),
  shutdownGraceMs: duration(
    'SHUTDOWN_GRACE',
    '10s',
    '1s',
    '5m',
    'How long a stop waits for what is under way.',
  ),
};

type Settings = typeof SETTINGS;
export type Config = {
  readonly [K in keyof Settings]: Settings[K] extends Setting<infer T> ? T : never;
};

/** Pairs where the first may not exceed the second. Only where both were set: someone who lowers
 * the one should not have to lower the default of the other, since the smaller wins anyway. */
const AT_MOST = [
  ['linkTtlMs', 'maxTtlMs'],
  ['idleTtlMs', 'maxTtlMs'],
  ['maxMessageBytes', 'maxSessionBytes'],
  ['maxFileBytes', 'maxFilesBytes'],
  ['maxConnectionsPerIp', 'maxConnections'],
] as const;

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
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const given = new Set<string>();

  for (const [field, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const text = env[setting.name]?.trim() ?? '';
    if (text !== '') given.add(field);
    values[field] = setting.parse(text === '' ? setting.default : text);
    if (values[field] === undefined) {
      problems.push(`${setting.name} ${shown(text, setting.secret)}: must be ${allowed(setting)}`);
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
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** All a value may be, in words: "a whole number, from 0 to 65535". */
export function allowed({ form, range }: Setting<unknown>): string {
  return range === null ? form : `${form}, from ${range[0]} to ${range[1]}`;
}

function shown(text: string, secret: boolean): string {
  // An '@' may follow a password in an address that was put where none belongs.
  if (secret || text.includes('@')) return '(its value is not shown)';
  return `is ${JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)}`;
}

// One function for each kind of setting.

const MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** A whole number and a unit, multiplied. Digits are bounded so that the product stays exact. */
function measure(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^(\d{1,12})([A-Za-z]*)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined || !Object.hasOwn(units, unit)) return undefined;
  return Number(digits) * (units[unit] ?? Number.NaN);
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function integer(
  name: string,
  preset: string,
  min: number,
  max: number,
  help: string,
): Setting<number> {
  return {
    name,
    default: preset,
    form: 'a whole number',
    range: [String(min), String(max)],
    help,
    secret: false,
    parse: (text) => within(measure(text, { '': 1 }), min, max),
  };
}

function duration(
  name: string,
  preset: string,
  min: string,
  max: string,
  help: string,
): Setting<number> {
  return {
    name,
    default: preset,
    form: 'a duration like 90s, 30m, 24h or 7d',
    range: [min, max],
    help,
    secret: false,
    parse: (text) => within(measure(text, MS), measure(min, MS) ?? 0, measure(max, MS) ?? 0),
  };
}

function size(
  name: string,
  preset: string,
  min: string,
  max: string,
  help: string,
): Setting<number> {
  return {
    name,
    default: preset,
    form: 'a size like 4096, 16KiB or 5MiB',
    range: [min, max],
    help,
    secret: false,
    parse: (text) =>
      within(measure(text, BYTES), measure(min, BYTES) ?? 0, measure(max, BYTES) ?? 0),
  };
}

function rate(name: string, preset: string, help: string): Setting<Rate | null> {
  return {
    name,
    default: preset,
    form: 'a rate like 10/1m, or off',
    range: null,
    help,
    secret: false,
    parse: (text) => {
      if (text === 'off') return null;
      const [count = '', per = '', ...rest] = text.split('/');
      const parsedCount = within(measure(count, { '': 1 }), 1, 1_000_000);
      const perMs = within(measure(per, MS), MS.s, 30 * MS.d);
      if (parsedCount === undefined || perMs === undefined || rest.length > 0) return undefined;
      return Object.freeze({ count: parsedCount, perMs });
    },
  };
}

function choice<const T extends string>(
  name: string,
  preset: NoInfer<T>,
  values: readonly T[],
  help: string,
): Setting<T> {
  return {
    name,
    default: preset,
    form: `one of ${values.join(', ')}`,
    range: null,
    help,
    secret: false,
    parse: (text) => values.find((value) => value === text),
  };
}

function host(name: string, preset: string, help: string): Setting<string> {
  return {
    name,
    default: preset,
    form: 'an IP address or a host name, without port',
    range: null,
    help,
    secret: false,
    parse: (text) =>
      isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) ? text : undefined,
  };
}

/** Also refuses what URL would take silently: credentials, '*', a query, a missing '//'. */
function parseHttpUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^/?#@*\\\s]+(\/[A-Za-z0-9._~/-]*)?$/i.test(text)) return undefined;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function publicUrl(name: string, help: string): Setting<PublicUrl | null> {
  return {
    name,
    default: '',
    form: `an http or https address, with or without a path, like https://example.org/chat; the path may not begin with /${OWN_PATHS.join(', /')}`,
    range: null,
    help,
    secret: false,
    parse: (text) => {
      if (text === '') return null;
      const url = parseHttpUrl(text);
      if (url === undefined || url.pathname.includes('//')) return undefined;
      if (OWN_PATHS.includes(url.pathname.split('/')[1] ?? '')) return undefined;
      return Object.freeze({ origin: url.origin, path: url.pathname.replace(/\/$/, '') });
    },
  };
}

/** A comma-separated list; each element parsed by itself, all or nothing. */
function parseList<T>(
  text: string,
  parse: (item: string) => T | undefined,
): readonly T[] | undefined {
  const items = text === '' ? [] : text.split(',').map((item) => parse(item.trim()));
  const good = items.filter((item) => item !== undefined);
  return good.length === items.length ? Object.freeze(good) : undefined;
}

function origins(name: string, help: string): Setting<readonly string[]> {
  return {
    name,
    default: '',
    form: 'origins like https://example.org, separated by commas, without a path',
    range: null,
    help,
    secret: false,
    parse: (text) =>
      parseList(text, (item) => {
        const url = parseHttpUrl(item);
        return url?.pathname === '/' ? url.origin : undefined;
      }),
  };
}

function addresses(name: string, help: string): Setting<readonly string[]> {
  return {
    name,
    default: '',
    form: 'IP addresses or ranges like 10.0.0.0/8, separated by commas',
    range: null,
    help,
    secret: false,
    parse: (text) =>
      parseList(text, (item) => {
        const [address = '', prefix, ...rest] = item.split('/');
        const family = address.includes('%') ? 0 : isIP(address);
        if (family === 0 || rest.length > 0) return undefined;
        if (prefix === undefined) return item;
        // A prefix of 0 would let everyone claim any address.
        const bits = within(measure(prefix, { '': 1 }), 1, family === 4 ? 32 : 128);
        return bits === undefined ? undefined : item;
      }),
  };
}

function redisUrl(name: string, help: string): Setting<string | null> {
  return {
    name,
    default: '',
    form: 'an address like redis://:password@host:6379/0, rediss://… or unix:///path/to/socket',
    range: null,
    help,
    secret: true,
    parse: (text) => {
      if (text === '') return null;
      if (!URL.canParse(text) || !/^(rediss?|unix):\/\//.test(text)) return undefined;
      const url = new URL(text);
      const complete =
        url.protocol === 'unix:'
          ? url.host === '' && url.pathname.length > 1
          : url.hostname !== '' && /^(\/\d*)?$/.test(url.pathname);
      return complete ? text : undefined;
    },
  };
}

function secrets(name: string, help: string): Setting<readonly string[]> {
  return {
    name,
    default: '',
    form: 'one or more secrets of at least 32 characters, separated by commas',
    range: null,
    help,
    secret: true,
    parse: (text) => parseList(text, (item) => (item.length >= 32 ? item : undefined)),
  };
}
