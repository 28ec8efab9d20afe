/**
 * A real Redis Cluster of one's own, three masters with a replica each, and all that may happen to
 * it: nodes die and come back, replicas take over, a slot moves.
 */
import type { Redis } from 'ioredis';
import { adminOf, until } from './redis-admin.ts';
import { startRedis } from './redis.ts';
import type { TestRedis } from './redis.ts';

const MASTERS = 3;
const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 1_000;

export interface TestCluster {
  /** For REDIS_CLUSTER: where all of them listen. */
  addresses: string;
  /** At first 0, 1, 2 are masters and 3, 4, 5 their replicas, in the same order. */
  nodes: readonly TestRedis[];
  /** A client of each node alone, for looking on; rejects while that node does not answer. */
  admins: readonly Redis[];
  /** The node that serves a session, or any key, as those that live see it. */
  masterOf(sidOrKey: string): Promise<number>;
  /** Living nodes that serve slots. */
  masters(): Promise<number[]>;
  /** The replica in sync with this master. */
  replicaOf(master: number): Promise<number>;
  /** SIGKILL; the others take about two seconds to replace a master: see `failedOver`. */
  kill(node: number): Promise<void>;
  /** After kill, or `killMasterOf`; joins again as a replica if it was replaced meanwhile. */
  start(node: number): Promise<void>;
  /** Kills the node that serves a session and returns which that was. */
  killMasterOf(sid: string): Promise<number>;
  /** Resolves when others serve all that `node` served, and every living node knows. */
  failedOver(node: number): Promise<void>;
  /** Resolves when every slot can be written to and all replicas that live are in sync. */
  healed(): Promise<void>;
  /** Starts all that were killed, and waits until all is as good as at first. */
  revive(): Promise<void>;
  /** Begins to move the slot of a session to another master. */
  beginMove(sid: string, to: number): Promise<SlotMove>;
  /** Of all masters. */
  keys(pattern: string): Promise<string[]>;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export interface SlotMove {
  /** Takes one key over, before the others. */
  takeKey(key: string): Promise<void>;
  /** Takes the others over, and tells everyone. */
  finish(): Promise<void>;
}

interface View {
  id: string;
  port: number;
  flags: readonly string[];
  masterId: string;
  slots: readonly string[];
}

/** `args` are added to each node's command line. */
export async function startCluster(args: readonly string[] = []): Promise<TestCluster> {
  const options = [
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT_MS)],
    ...['--cluster-require-full-coverage', 'no', '--cluster-allow-replica-migration', 'no'],
    // However long a replica was cut off: tests that make one lag want it to take over.
    ...['--cluster-replica-validity-factor', '0', ...args],
  ];
  const nodes = await Promise.all(Array.from({ length: 2 * MASTERS }, () => startRedis(options)));
  const admins = nodes.map(({ url }) => adminOf(url));
  const dead = new Set<number>();
  const living = () => nodes.map((_, i) => i).filter((i) => !dead.has(i));
  const indexOf = (port: number) => nodes.findIndex((node) => node.port === port);
  const viewFrom = async (node: number) => parseView(await nodesAt(admins[node]));

  /** What one living node says of all; they agree when it matters: see `failedOver`, `healed`. */
  async function view(): Promise<View[]> {
    return Promise.any(living().map(viewFrom));
  }

  async function masters(): Promise<number[]> {
    const views = await view();
    const serving = views.filter(({ slots, flags }) => slots.length > 0 && !flags.includes('fail'));
    return serving.map(({ port }) => indexOf(port)).filter((i) => !dead.has(i));
  }

  async function serving(): Promise<Redis[]> {
    const served = await masters();
    return admins.filter((_, i) => served.includes(i));
  }

  const cluster: TestCluster = {
    addresses: nodes.map(({ port }) => `127.0.0.1:${port}`).join(),
    nodes,
    admins,
    masters,
    async masterOf(sidOrKey) {
      const key = sidOrKey.includes(':') ? sidOrKey : `duologue:{${sidOrKey}}`;
      const [asked = 0] = living();
      const slot = Number(await admins[asked]?.cluster('KEYSLOT', key));
      const port = ownerIn(await view(), slot);
      if (port === undefined) throw new Error(`slot ${slot} is served by nobody`);
      return indexOf(port);
    },
    async replicaOf(master) {
      const views = await view();
      const { id } = views.find(({ port }) => port === nodes[master]?.port) ?? {};
      const replica = views.find(({ masterId }) => masterId === id);
      if (!replica) throw new Error(`node ${master} has no replica`);
      return indexOf(replica.port);
    },
    async kill(node) {
      dead.add(node);
      await nodes[node]?.kill();
    },
    async start(node) {
      await nodes[node]?.start();
      dead.delete(node);
    },
    async killMasterOf(sid) {
      const node = await cluster.masterOf(sid);
      await cluster.kill(node);
      return node;
    },
    failedOver: (node) =>
      until(`another node serves what ${node} served`, async () => {
        const views = await Promise.all(living().map(viewFrom));
        return views.every(
          (view) =>
            isCovered(view) && view.every(({ port, slots }) => indexOf(port) !== node || !slots[0]),
        );
      }),
    healed: () =>
      until('the cluster is whole', async () => {
        const states = await Promise.all(living().map((i) => isWhole(admins[i], living().length)));
        return states.every(Boolean);
      }),
    async revive() {
      await Promise.all([...dead].map((node) => cluster.start(node)));
      await cluster.healed();
    },
    async beginMove(sid, to) {
      const from = await cluster.masterOf(sid);
      const [source, target] = [admins[from], admins[to]];
      const port = nodes[to]?.port;
      if (!source || !target || port === undefined) throw new Error('no such node');
      const slot = await source.cluster('KEYSLOT', `duologue:{${sid}}`);
      const [sourceId, targetId] = await Promise.all([source, target].map(idOf));
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId ?? '');
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId ?? '');
      const take = async (...keys: string[]) => {
        await source.call('MIGRATE', '127.0.0.1', port, '', 0, 5_000, 'KEYS', ...keys);
      };
      return {
        takeKey: take,
        async finish() {
          for (;;) {
            const keys = await source.call('CLUSTER', 'GETKEYSINSLOT', slot, 100);
            if (!Array.isArray(keys) || keys.length === 0) break;
            await take(...keys.map(String));
          }
          for (const admin of [target, source, ...(await serving())]) {
            await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId ?? '');
          }
          await until('everyone knows who has the slot', async () => {
            const views = await Promise.all(living().map(viewFrom));
            return views.every((view) => ownerIn(view, slot) === port);
          });
        },
      };
    },
    async keys(pattern) {
      const found = await Promise.all((await serving()).map((admin) => admin.keys(pattern)));
      return found.flat();
    },
    async flush() {
      await Promise.all((await serving()).map((admin) => admin.flushall()));
    },
    async stop() {
      for (const admin of admins) admin.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
  await join(nodes, admins);
  await cluster.healed();
  return cluster;
}

async function join(nodes: readonly TestRedis[], admins: readonly Redis[]): Promise<void> {
  const share = SLOTS / MASTERS;
  await Promise.all(
    admins.map(async (admin, i) => {
      await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      if (i >= MASTERS) return;
      const [first, next] = [Math.ceil(share * i), Math.ceil(share * (i + 1))];
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', first, next - 1);
    }),
  );
  // Everybody with everybody else: quicker than waiting for the news to spread.
  for (const [i, admin] of admins.entries()) {
    const others = nodes.filter((_, j) => j !== i);
    for (const { port } of others) await admin.call('CLUSTER', 'MEET', '127.0.0.1', port);
  }
  const ids = await Promise.all(admins.map(idOf));
  await Promise.all(
    admins.slice(MASTERS).map((admin, i) =>
      until('a replica knows its master', async () => {
        await admin.call('CLUSTER', 'REPLICATE', ids[i] ?? '');
        return true;
      }),
    ),
  );
}

async function idOf(admin: Redis): Promise<string> {
  return String(await admin.call('CLUSTER', 'MYID'));
}

async function isWhole(admin: Redis | undefined, living: number): Promise<boolean> {
  const view = parseView(await nodesAt(admin));
  const isSeen = ({ flags }: View) => !flags.some((flag) => /fail|handshake|noaddr/.test(flag));
  // One that has just come back believes for a moment that it is still a master.
  const isSettled = ({ flags, slots }: View) => slots.length > 0 || flags.includes('slave');
  if (!isCovered(view) || view.filter(isSeen).length !== living) return false;
  if (!view.filter(isSeen).every(isSettled)) return false;
  // Masters wait two seconds after their start before they take anything.
  const state = await admin?.cluster('INFO');
  if (state?.includes('cluster_state:ok') !== true) return false;
  const info = await admin?.info('replication');
  return info !== undefined && (info.includes('role:master') || info.includes('link_status:up'));
}

/** Of `<first>-<last>` or `<slot>`; slots that move stand in brackets and are still served. */
function rangeOf(range: string): [number, number] {
  const [first = '', last = first] = range.split('-');
  return [Number(first), Number(last)];
}

function isIn(slot: number, range: string): boolean {
  const [first, last] = rangeOf(range);
  return slot >= first && slot <= last;
}

/** The port of the node that serves a slot. */
function ownerIn(view: readonly View[], slot: number): number | undefined {
  return view.find(({ slots }) => slots.some((range) => isIn(slot, range)))?.port;
}

/** Every slot is served by a node that is not known to have failed. */
function isCovered(view: readonly View[]): boolean {
  const ranges = view
    .filter(({ flags }) => !flags.includes('fail'))
    .flatMap(({ slots }) => slots.map(rangeOf));
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0) === SLOTS;
}

async function nodesAt(admin: Redis | undefined): Promise<string> {
  return String(await admin?.call('CLUSTER', 'NODES'));
}

/** CLUSTER NODES: id address flags master ping pong epoch link slot … */
function parseView(text: string): View[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [id = '', address = '', flags = '', masterId = '', , , , , ...slots] = line.split(' ');
      return {
        id,
        port: Number(/:(\d+)@/.exec(address)?.[1]),
        flags: flags.split(','),
        masterId,
        slots: slots.filter((range) => !range.startsWith('[')),
      };
    });
}
