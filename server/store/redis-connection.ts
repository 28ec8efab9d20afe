/**
 * How this process connects to Redis, in one of three ways, so that a lost reply never runs a
 * command twice and what cannot be sent fails at once. Knows no session.
 */
import { Cluster, Redis, SentinelConnector } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { assertNever } from '../protocol/errors.ts';
import type { RedisAddress, RedisName } from '../config.ts';
import type { RedisPlace } from './redis-place.ts';

const COMMAND_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 2_000;
/** Data that does not come for so long means that the other end is not there any more. */
const SOCKET_TIMEOUT_MS = 5_000;
const SENTINEL_RETRY_MS = 2_000;

const OPTIONS = {
  // A command whose reply was lost may have run: the caller decides about repeating it.
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  // What waits for a reply fails at once when the connection closes.
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: (attempt: number) => Math.random() * Math.min(1_000, 50 * 2 ** attempt),
  // After a failover the old master refuses to write: find the new one. 1: without resending.
  reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? (1 as const) : false),
  // Subscriptions are made again by redis-channels.ts, which knows when they are there.
  autoResubscribe: false,
} satisfies RedisOptions;

/** Each of these connects, and reconnects, by itself. */
export function connectRedis(url: string): Redis {
  return quiet(new Redis(url.replace(/^unix:\/\//, ''), OPTIONS));
}

/** To whichever Redis the sentinels say is the master; told by them when it is another. */
export function connectToMaster(
  sentinels: readonly RedisAddress[],
  { name, db, ...access }: RedisName,
): Redis {
  const [sentinel] = sentinels;
  const options = {
    ...OPTIONS,
    ...accessOptions(access),
    ...{ name, db, sentinels: sentinels.map(({ host, port }) => ({ host, port })) },
    enableTLSForSentinelMode: access.tls,
    sentinelUsername: sentinel?.username ?? '',
    sentinelPassword: sentinel?.password ?? '',
    ...(sentinel?.tls === true && { sentinelTLS: {} }),
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    // Without it a connection to a master that was replaced but lives on would be kept.
    failoverDetector: true,
    sentinelReconnectStrategy: () => SENTINEL_RETRY_MS,
    Connector: QuietSentinels,
  } satisfies RedisOptions;
  const client = quiet(new Redis(options));
  // ioredis gives up for good when it hears of a failover while it asks for the master.
  client.on('end', () => {
    setTimeout(() => {
      if (!left.has(client)) void client.connect().catch(() => {});
    }, OPTIONS.retryStrategy(1));
  });
  return client;
}

const left = new WeakSet<Redis>();

/** For good, when all that was sent is answered; only this ends what connects by itself. */
export async function leave(client: Redis): Promise<void> {
  left.add(client);
  await client.quit().catch(() => client.disconnect());
}

/** To one node of a cluster. */
export function connectToNode(address: RedisAddress): Redis {
  const { host, port } = address;
  return quiet(new Redis({ ...OPTIONS, ...accessOptions(address), host, port }));
}

/** For counting, where a lost reply may count twice: a client that also knows its way by itself. */
export function connectToCount(place: RedisPlace): Redis | Cluster {
  switch (place.kind) {
    case 'single':
      return connectRedis(place.url);
    case 'sentinels':
      return connectToMaster(place.sentinels, place.master);
    case 'cluster':
      return connectToCluster(place.nodes);
    default:
      return assertNever(place);
  }
}

function connectToCluster(nodes: readonly RedisAddress[]): Cluster {
  const { retryStrategy: _, ...options } = OPTIONS;
  const startNodes = nodes.map(({ host, port }) => ({ host, port }));
  const cluster = new Cluster(startNodes, {
    redisOptions: { ...options, ...(nodes[0] && accessOptions(nodes[0])) },
    enableOfflineQueue: false,
    slotsRefreshInterval: 2_000,
    // A request does not wait for a count.
    ...{ maxRedirections: 3, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 },
  });
  cluster.on('error', () => {});
  return cluster;
}

function accessOptions({ username, password, tls }: Omit<RedisAddress, 'host' | 'port'>) {
  return { username, password, ...(tls && { tls: {} }) };
}

/** Each failure reaches the operation that meets it; without a listener it would be printed too. */
function quiet(client: Redis): Redis {
  client.on('error', () => {});
  return client;
}

/** The same for the connections to sentinels that ioredis makes itself. */
class QuietSentinels extends SentinelConnector {
  constructor(options: unknown) {
    super(options as ConstructorParameters<typeof SentinelConnector>[0]); // as: made above
    const self = this as unknown as { connectToSentinel: (...args: unknown[]) => Redis }; // as: private
    const connect = self.connectToSentinel.bind(this);
    self.connectToSentinel = (...args) => quiet(connect(...args));
  }
}
