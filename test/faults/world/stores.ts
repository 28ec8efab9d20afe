/** Stores of several servers that a world can stand on: who fails over, and what nodes are told. */
import { startCluster, type TestCluster } from '../../support/redis-cluster.ts';
import { startSentinels, type TestSentinels } from '../../support/redis-sentinels.ts';

export type StoreKind = 'cluster' | 'sentinels';

/** A replicated store: for each session a master, which can be lost with or without its tail. */
export interface ReplicatedStore {
  env: Readonly<Record<string, string>>;
  /** Kills the session's master; what it took since `forgetful` began dies with it. */
  killMasterOf(sid: string): Promise<void>;
  /** The replica of the session's master gets nothing from now on. */
  forgetful(sid: string): Promise<void>;
  /** A replica has taken over and serves the session. */
  failedOver(): Promise<void>;
  /** What was killed is back, as a replica that has everything. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

export function startReplicated(kind: StoreKind): Promise<ReplicatedStore> {
  return kind === 'cluster' ? onCluster() : onSentinels();
}

async function onCluster(): Promise<ReplicatedStore> {
  const cluster: TestCluster = await startCluster(AOF);
  let frozen: number | null = null;
  let killed = 0;
  return {
    env: { REDIS_CLUSTER: cluster.addresses },
    async forgetful(sid) {
      frozen = await cluster.replicaOf(await cluster.masterOf(sid));
      cluster.nodes[frozen]?.freeze();
    },
    async killMasterOf(sid) {
      killed = await cluster.killMasterOf(sid);
      if (frozen !== null) cluster.nodes[frozen]?.thaw();
      frozen = null;
    },
    failedOver: () => cluster.failedOver(killed),
    async heal() {
      await cluster.start(killed);
      await cluster.healed();
    },
    close: () => cluster.stop(),
  };
}

async function onSentinels(): Promise<ReplicatedStore> {
  const sentinels: TestSentinels = await startSentinels(AOF);
  let killed: 0 | 1 = 0;
  let frozen: 0 | 1 | null = null;
  return {
    env: { REDIS_SENTINELS: sentinels.addresses, REDIS_SENTINEL_NAME: sentinels.name },
    async forgetful() {
      frozen = (await sentinels.master()) === 0 ? 1 : 0;
      sentinels.nodes[frozen].freeze();
    },
    async killMasterOf() {
      killed = await sentinels.killMaster();
      if (frozen !== null) sentinels.nodes[frozen].thaw();
      frozen = null;
    },
    failedOver: () => sentinels.failedOver(killed),
    async heal() {
      await sentinels.start(killed);
      await sentinels.healed();
    },
    close: () => sentinels.stop(),
  };
}
