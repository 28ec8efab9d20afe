/**
 * What is unsafe or surprising about settings that are allowed, and about the Redis behind them, in
 * sentences for whoever runs the server. Decides nothing: a start takes them all the same.
 */
import { BlockList, isIP } from 'node:net';
import { withoutEffect, type Config, type RedisAddress } from './config.ts';
import { assertNever } from './protocol/errors.ts';
import { redisPlace, type RedisPlace } from './store/redis-place.ts';
import type { RedisState } from './redis-look.ts';

export const IN_MEMORY = 'Chats live in memory only and are gone on restart. REDIS_URL keeps them.';

export interface Machine {
  /** What the machine has, or its container may take. */
  memoryBytes: number;
  /** What Node allows itself for objects. */
  heapBytes: number;
}

/** Those that follow from the settings alone. */
export function concernsOf(config: Config, machine: Machine): string[] {
  const place = redisPlace(config);
  return [
    ...(place === null ? memoryConcerns(config, machine) : placeConcerns(config, place)),
    ...addressConcerns(config),
    ...proxyConcerns(config),
    ...rateConcerns(config),
    ...withoutEffect(config).map(([name, by]) => `${name} has no effect: ${by} is smaller.`),
  ];
}

function memoryConcerns({ memoryLimitBytes: limit }: Config, machine: Machine): string[] {
  const { memoryBytes, heapBytes } = machine;
  if (limit > memoryBytes) {
    return [
      IN_MEMORY,
      `MEMORY_LIMIT is more than the ${mebibytes(memoryBytes)} this machine has: it ends before chats are refused.`,
    ];
  }
  // What is reckoned is not all there is.
  if (limit > heapBytes * 0.75) {
    return [
      IN_MEMORY,
      `MEMORY_LIMIT is not well below the ${mebibytes(heapBytes)} Node allows itself here: it may end before chats are refused. NODE_OPTIONS=--max-old-space-size=… allows more.`,
    ];
  }
  return [IN_MEMORY];
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)}MiB`;
}

const SECRET_IN_REDIS =
  'COOKIE_SECRET is not set: one is made and kept in Redis, where whoever reads it can make passes and work out addresses.';

function placeConcerns({ cookieSecrets }: Config, place: RedisPlace): string[] {
  return [
    ...(cookieSecrets.length > 0 ? [] : [SECRET_IN_REDIS]),
    ...entrancesOf(place).flatMap(entranceConcerns),
  ];
}

/** A way into Redis that a setting names. */
interface Entrance {
  setting: string;
  host: string;
  hasPassword: boolean;
  hasTls: boolean;
}

function entrancesOf(place: RedisPlace): Entrance[] {
  switch (place.kind) {
    case 'single': {
      const { protocol, hostname, password, searchParams } = new URL(place.url);
      if (protocol === 'unix:') return [];
      const hasPassword = password !== '' || searchParams.has('password');
      return [
        { setting: 'REDIS_URL', host: hostname, hasPassword, hasTls: protocol === 'rediss:' },
      ];
    }
    case 'cluster':
      return listed('REDIS_CLUSTER', place.nodes);
    case 'sentinels': {
      const { password, tls } = place.master;
      // Where it is, and where it is after a failover, only they know: taken to be where they are.
      const host = farthestOf(place.sentinels);
      return [
        ...listed('REDIS_SENTINELS', place.sentinels),
        { setting: 'REDIS_SENTINEL_NAME', host, hasPassword: password !== '', hasTls: tls },
      ];
    }
    default:
      return assertNever(place);
  }
}

/** User, password and TLS of the first hold for all. */
function listed(setting: string, addresses: readonly RedisAddress[]): Entrance[] {
  const [first] = addresses;
  if (first === undefined) return [];
  const host = farthestOf(addresses);
  return [{ setting, host, hasPassword: first.password !== '', hasTls: first.tls }];
}

function farthestOf(addresses: readonly RedisAddress[]): string {
  const hosts = addresses.map(({ host }) => host);
  const isElsewhere = (host: string) => !isLoopback(host);
  return hosts.find((host) => !isNear(host)) ?? hosts.find(isElsewhere) ?? 'localhost';
}

function entranceConcerns({ setting, host, hasPassword, hasTls }: Entrance): string[] {
  const concerns: string[] = [];
  if (!hasPassword && !isLoopback(host)) {
    concerns.push(
      `${setting} has no password, and ${host} is not this machine: whoever reaches it can do all there that this server can.`,
    );
  }
  if (!hasTls && !isNear(host)) {
    concerns.push(
      `${setting} has no TLS (rediss://), and ${host} is another machine: whoever listens in between reads what Redis is told, its password too.`,
    );
  }
  return concerns;
}

function addressConcerns({ publicUrl, allowedOrigins, trustProxy }: Config): string[] {
  const plain = [
    ...(publicUrl === null ? [] : [['PUBLIC_URL', publicUrl.origin] as const]),
    ...allowedOrigins.map((origin) => ['ALLOWED_ORIGINS', origin] as const),
  ].filter(([, origin]) => isPlainAndPublic(new URL(origin)));
  const concerns = plain.map(
    ([name, origin]) =>
      `${name} is plain http (${origin}): on the way codes can be read and the page can be changed.`,
  );
  if (publicUrl?.origin.startsWith('https:') && trustProxy.length === 0) {
    concerns.push(
      'PUBLIC_URL is https, so there is a proxy, and TRUST_PROXY is not set: all visitors have its address and share its limits.',
    );
  }
  return concerns;
}

function isPlainAndPublic({ protocol, hostname }: URL): boolean {
  const host = bare(hostname);
  return protocol === 'http:' && !isNear(host) && !isPrivate(host) && !host.endsWith('.local');
}

/** Larger than those of any proxy: the widest that a large one announces are a /12 and a /28. */
const WIDEST_BITS = { 4: 12, 6: 24 };

function proxyConcerns({ trustProxy }: Config): string[] {
  return trustProxy
    .filter((range) => {
      const [address = '', bits] = range.split('/');
      const widest = isIP(address) === 6 ? WIDEST_BITS[6] : WIDEST_BITS[4];
      return bits !== undefined && Number(bits) < widest && !isPrivate(address, Number(bits));
    })
    .map(
      (range) =>
        `TRUST_PROXY has ${range}, which is wide: whoever comes from there can claim any address and escape all limits.`,
    );
}

function rateConcerns(config: Config): string[] {
  const off = (rate: unknown, sentence: string) => (rate === null ? [sentence] : []);
  return [
    ...off(config.rateCreate, 'RATE_CREATE is off: one address can make chats until none fit.'),
    ...off(config.rateEnter, 'RATE_ENTER is off: one address can try codes at many chats.'),
    ...off(config.rateUpload, 'RATE_UPLOAD is off: one address can fill the memory with files.'),
    ...off(config.rateSend, 'RATE_SEND is off: one connection can take the whole server.'),
  ];
}

/** Those about a Redis that answered. */
export function redisConcerns(state: RedisState): string[] {
  const { name: at, version, hasAof, policy, maxmemoryBytes } = state;
  const name = at.replace(/^the/, 'The');
  const concerns: string[] = [];
  if (Number.parseInt(version, 10) < 7) {
    concerns.push(`${name} is version ${version}: Duologue needs 7 or newer.`);
  }
  if (!hasAof) {
    concerns.push(
      `${name} has no append-only file: when it restarts, chats are gone. appendonly yes keeps them.`,
    );
  }
  if (policy !== 'noeviction') {
    concerns.push(
      `${name} has maxmemory-policy ${policy}: when memory is full, it deletes parts of chats. noeviction refuses new ones instead.`,
    );
  }
  if (maxmemoryBytes === 0) {
    concerns.push(`${name} has no maxmemory: nothing holds back how much chats take.`);
  }
  return concerns;
}

/** On this very machine. */
function isLoopback(host: string): boolean {
  const name = bare(host);
  return /^(.+\.)?localhost$/i.test(name) || isIn(LOOPBACK, name);
}

/** On this machine, or a name without a dot: another container of this one, as a rule. */
function isNear(host: string): boolean {
  return isLoopback(host) || (isIP(bare(host)) === 0 && !host.includes('.'));
}

const LOOPBACK = [['127.0.0.0', 8] as const, ['::1', 128] as const];
const PRIVATE = [
  ...LOOPBACK,
  ...([
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['fc00::', 7],
    ['fe80::', 10],
  ] as const),
];

/** Whether it, and all of its range, can be reached from no public network. */
function isPrivate(address: string, bits = 128): boolean {
  return isIn(PRIVATE, address, bits);
}

type Ranges = readonly (readonly [string, number])[];

function isIn(ranges: Ranges, address: string, bits = 128): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const list = new BlockList();
  for (const [start, prefix] of ranges) {
    const isSame = isIP(start) === family;
    if (isSame && bits >= prefix) list.addSubnet(start, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Without the brackets that an IPv6 address has in a URL. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
