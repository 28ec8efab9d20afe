/**
 * The whole product, for real and to be broken: server processes over one store, a balancer in
 * front of them that sends each connection to any node that is up, a network between each node
 * and the store. No sticky sessions.
 */
import { startServer, type Server } from '../../support/server-process.ts';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

export interface Node {
  readonly isUp: boolean;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; resolves to the exit code and how long it took. */
  stop(): Promise<{ code: number | null; tookMs: number }>;
  /** Again, on whatever port is free: its old one may be another's by now. */
  start(): Promise<void>;
  readonly server: Server;
  /** Between this node and the store; only if the world is `wired`. */
  readonly wire: TcpProxy;
}

export interface World {
  /** Where people reach the product. */
  base: string;
  nodes: Node[];
  /** Between people and the nodes. */
  front: TcpProxy;
  /** Unless the nodes were told to use another store. */
  readonly redis: TestRedis;
  /** Another network between one person and the nodes: to `node` as long as that is up. */
  openWire(node?: Node): Promise<{ base: string; wire: TcpProxy }>;
  /** Lines of the nodes' logs that tell of a fault nobody expected. */
  faults(): string[];
  close(): Promise<void>;
}

export interface WorldOptions {
  nodes?: number;
  /** Of redis-server; an append-only file with everysec if not given. */
  redisArgs?: readonly string[];
  /** Instead of a redis-server started here: how nodes find theirs. */
  storeEnv?: Readonly<Record<string, string>>;
  /** Nodes reach Redis through a network of their own. */
  wired?: boolean;
  env?: Readonly<Record<string, string>>;
  /** Further settings of one node. */
  envOf?: (node: number) => Readonly<Record<string, string>>;
}

const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

/** Nothing is rationed: what is tested here is what gets lost. */
const UNLIMITED = {
  RATE_SEND: 'off',
  MAX_CONNECTIONS_PER_IP: '10000',
  LOG_LEVEL: 'warn',
};

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const { nodes: count = 2, redisArgs = AOF, storeEnv, wired = false, env, envOf } = options;
  const redis = storeEnv ? null : await startRedis(redisArgs);
  const nodes = await Promise.all(Array.from({ length: count }, (_, i) => startNode(i)));
  const wires: TcpProxy[] = [];
  let next = 0;

  async function startNode(index: number): Promise<Node> {
    const wire = wired && redis ? await startTcpProxy(() => redis.port) : null;
    const redisUrl = wire ? `redis://127.0.0.1:${wire.port}` : (redis?.url ?? '');
    const settings = {
      ...UNLIMITED,
      ...(storeEnv ?? { REDIS_URL: redisUrl }),
      ...env,
      ...envOf?.(index),
    };
    let server = await startServer(settings);
    let isUp = true;
    return {
      get isUp() {
        return isUp;
      },
      get server() {
        return server;
      },
      get wire() {
        if (!wire) throw new Error('this world is not wired');
        return wire;
      },
      async kill() {
        isUp = false;
        await server.kill();
      },
      async stop() {
        const started = performance.now();
        // The balancer goes on sending people here, as one would that has not noticed yet.
        const code = await server.stop();
        isUp = false;
        return { code, tookMs: performance.now() - started };
      },
      async start() {
        const { output } = server;
        server = await startServer(settings);
        server.output.unshift(...output);
        isUp = true;
      },
    };
  }

  function target(): number | null {
    const up = nodes.filter((node) => node.isUp);
    next += 1;
    return up[next % up.length]?.server.port ?? null;
  }

  const front = await openProxy();

  async function openProxy(node?: Node): Promise<TcpProxy> {
    const proxy = await startTcpProxy(() => (node?.isUp ? node.server.port : target()));
    wires.push(proxy);
    return proxy;
  }

  return {
    base: baseOf(front),
    ...{ nodes, front },
    get redis() {
      if (!redis) throw new Error('this world has another store');
      return redis;
    },
    async openWire(node) {
      const wire = await openProxy(node);
      return { base: baseOf(wire), wire };
    },
    faults: () => nodes.flatMap(({ server }) => server.output.filter(isFault)),
    async close() {
      await Promise.all(nodes.filter((node) => node.isUp).map((node) => node.kill()));
      await Promise.all(wires.map((wire) => wire.close()));
      if (wired) await Promise.all(nodes.map(({ wire }) => wire.close()));
      await redis?.stop();
    },
  };
}

function baseOf({ port }: TcpProxy): string {
  return `http://localhost:${port}`;
}

/** Error or fatal, as the log numbers them. */
function isFault(line: string): boolean {
  return /"level":(50|60)\b/.test(line);
}
