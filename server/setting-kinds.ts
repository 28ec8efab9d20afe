/**
 * The kinds of values that settings have: what each looks like, its bounds, how it is read. Each
 * kind is `form`, `range`, `parse`; which setting has which kind is in config.ts.
 */
import { createECDH } from 'node:crypto';
import { isIP } from 'node:net';

export interface Kind<T> {
  /** What a value looks like, to follow "must be". */
  readonly form: string;
  /** The smallest and largest value, as written in the environment. */
  readonly range?: readonly [string, string];
  /** A secret's value appears in no error text. */
  readonly secret?: true;
  /** The value, or undefined if the text is not allowed. Gets '' only where the default is ''. */
  readonly parse: (text: string) => T | undefined;
}

export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/** Where browsers reach the server. `path` is '' or like '/chat': no final slash. */
export interface PublicUrl {
  readonly origin: string;
  readonly path: string;
}

/** Where a Redis of several listens. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly tls: boolean;
}

/** The name sentinels know a master by, and how to come in there. */
export interface RedisName extends Omit<RedisAddress, 'host' | 'port'> {
  readonly name: string;
  readonly db: number;
}

/** What the server has at its root. Under one of these as PUBLIC_URL's path, nobody could tell
 * whether a proxy has taken that path off. */
const OWN_PATHS = ['api', 'assets', 'c', 'healthz', 'metrics', 'readyz', 'ws'];

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

export function integer(min: number, max: number): Kind<number> {
  return {
    form: 'a whole number',
    range: [String(min), String(max)],
    parse: (text) => within(measure(text, { '': 1 }), min, max),
  };
}

export function duration(min: string, max: string): Kind<number> {
  return measured('a duration like 90s, 30m, 24h or 7d', MS, min, max);
}

export function size(min: string, max: string): Kind<number> {
  return measured('a size like 4096, 16KiB or 5MiB', BYTES, min, max);
}

function measured(
  form: string,
  units: Readonly<Record<string, number>>,
  min: string,
  max: string,
): Kind<number> {
  const [least = 0, most = 0] = [measure(min, units), measure(max, units)];
  return { form, range: [min, max], parse: (text) => within(measure(text, units), least, most) };
}

export function oneOf<const T extends string>(...values: readonly T[]): Kind<T> {
  return {
    form: `one of ${values.join(', ')}`,
    parse: (text) => values.find((value) => value === text),
  };
}

export const rate = rateOf('a rate like 10/1m, or off', { '': 1 }, 1_000_000);
/** Its count is of bytes. */
export const byteRate = rateOf('a rate like 100MiB/10m, or off', BYTES, 1024 * BYTES.GiB);

function rateOf(
  form: string,
  units: Readonly<Record<string, number>>,
  most: number,
): Kind<Rate | null> {
  return {
    form,
    parse: (text) => {
      if (text === 'off') return null;
      const [amount = '', per = '', ...rest] = text.split('/');
      const count = within(measure(amount, units), 1, most);
      const perMs = within(measure(per, MS), MS.s, 30 * MS.d);
      if (count === undefined || perMs === undefined || rest.length > 0) return undefined;
      return Object.freeze({ count, perMs });
    },
  };
}

export const host: Kind<string> = {
  form: 'an IP address or a host name, without port',
  parse: (text) =>
    isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text) ? text : undefined,
};

/** Also refuses what URL would take silently: credentials, '*', a query, a missing '//'. */
function parseHttpUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^/?#@*\\\s]+(\/[A-Za-z0-9._~/-]*)?$/i.test(text)) return undefined;
  return URL.canParse(text) ? new URL(text) : undefined;
}

export const publicUrl: Kind<PublicUrl | null> = {
  form: `an http or https address, with or without a path, like https://example.org/chat; the path may not begin with /${OWN_PATHS.join(', /')}`,
  parse: (text) => {
    if (text === '') return null;
    const url = parseHttpUrl(text);
    if (url === undefined || url.pathname.includes('//')) return undefined;
    if (OWN_PATHS.includes(url.pathname.split('/')[1] ?? '')) return undefined;
    return Object.freeze({ origin: url.origin, path: url.pathname.replace(/\/$/, '') });
  },
};

/** A comma-separated list; each element parsed by itself, all or nothing. */
function parseList<T>(
  text: string,
  parse: (item: string) => T | undefined,
): readonly T[] | undefined {
  const items = text === '' ? [] : text.split(',').map((item) => parse(item.trim()));
  const good = items.filter((item) => item !== undefined);
  return good.length === items.length ? Object.freeze(good) : undefined;
}

export const origins: Kind<readonly string[]> = {
  form: 'origins like https://example.org, separated by commas, without a path',
  parse: (text) =>
    parseList(text, (item) => {
      const url = parseHttpUrl(item);
      return url?.pathname === '/' ? url.origin : undefined;
    }),
};

export const addresses: Kind<readonly string[]> = {
  form: 'IP addresses or ranges like 10.0.0.0/8, separated by commas',
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

export const redisUrl: Kind<string | null> = {
  form: 'an address like redis://:password@host:6379/0, rediss://… or unix:///path/to/socket',
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

/** `host`, `host:port`, or an address with user, password and TLS; its path may be a number. */
function parseRedisAddress(
  text: string,
): { url: URL; access: Omit<RedisName, 'name'> } | undefined {
  const address = text.includes('://') ? text : `redis://${text}`;
  if (!/^rediss?:\/\/[^\s/?#]+(\/\d*)?$/.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.hostname === '') return undefined;
  const [username, password] = [url.username, url.password].map(decoded);
  if (username === undefined || password === undefined) return undefined;
  const db = Number(url.pathname.slice(1));
  return { url, access: { username, password, db, tls: url.protocol === 'rediss:' } };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** All with TLS or none: they are one installation. */
export function redisAddresses(port: number): Kind<readonly RedisAddress[]> {
  return {
    form: `addresses like host:${port},other:${port}, or rediss://user:password@host:${port},… where a password or TLS is needed`,
    secret: true,
    parse: (text) => {
      const list = parseList(text, (item) => {
        const { url, access } = parseRedisAddress(item) ?? {};
        if (url === undefined || access === undefined || url.pathname.length > 1) return undefined;
        const { username, password, tls } = access;
        const host = url.hostname.replace(/^\[|\]$/g, '');
        return { host, port: Number(url.port) || port, username, password, tls };
      });
      return list?.every(({ tls }) => tls === list[0]?.tls) ? list : undefined;
    },
  };
}

export const redisName: Kind<RedisName | null> = {
  form: 'a name like mymaster, or redis://user:password@mymaster/0 where Redis wants a password; rediss:// with TLS',
  secret: true,
  parse: (text) => {
    if (text === '') return null;
    const { url, access } = parseRedisAddress(text) ?? {};
    if (url === undefined || access === undefined || url.port !== '') return undefined;
    return Object.freeze({ name: url.hostname, ...access });
  },
};

export const secrets: Kind<readonly string[]> = {
  form: 'one or more secrets of at least 32 characters, separated by commas',
  secret: true,
  parse: (text) => parseList(text, (item) => (item.length >= 32 ? item : undefined)),
};

/** Of characters that a header can carry (RFC 6750 section 2.1). */
export const bearerToken: Kind<string | null> = {
  form: 'at least 32 letters, digits or -._~+/',
  secret: true,
  parse: (text) => (text === '' ? null : /^[\w.~+/-]{32,}$/.test(text) ? text : undefined),
};

const GENERATED = 'that `npx web-push generate-vapid-keys` prints';

/** A point of P-256, uncompressed. */
export const vapidPublicKey: Kind<string | null> = {
  form: `the public key ${GENERATED}, 87 characters of base64url`,
  parse: (text) =>
    text === '' ? null : /^B[\w-]{85}[AEIMQUYcgkosw048]$/.test(text) ? text : undefined,
};

export const vapidPrivateKey: Kind<string | null> = {
  form: `the private key ${GENERATED}, 43 characters of base64url`,
  secret: true,
  parse: (text) =>
    text === '' ? null : /^[\w-]{42}[AEIMQUYcgkosw048]$/.test(text) ? text : undefined,
};

export const vapidSubject: Kind<string | null> = {
  form: 'an address of whoever runs the server, like mailto:admin@example.org or https://example.org',
  parse: (text) => {
    if (text === '') return null;
    const isMail = /^mailto:[^\s@<>"]+@[^\s@<>"]+$/.test(text);
    return isMail || parseHttpUrl(text)?.protocol === 'https:' ? text : undefined;
  },
};

/** Whether the two keys were made together. */
export function isVapidPair(publicKey: string, privateKey: string): boolean {
  const ecdh = createECDH('prime256v1');
  try {
    ecdh.setPrivateKey(privateKey, 'base64url');
  } catch {
    return false; // no number that is a key
  }
  return ecdh.getPublicKey('base64url') === publicKey;
}

/** Host names, as URLs have them in `host`; `*.` before one stands for all below it. */
export const pushHosts: Kind<readonly string[]> = {
  form: 'host names, with a port if it is not 443, *. for all names below one, separated by commas',
  parse: (text) =>
    parseList(text, (item) => {
      const [, any = '', host = ''] =
        /^(\*\.)?((?:[a-z0-9-]+\.)*[a-z][a-z0-9-]*(?::\d+)?)$/i.exec(item) ?? [];
      return host !== '' && URL.canParse(`https://${host}`)
        ? any + new URL(`https://${host}`).host
        : undefined;
    }),
};
