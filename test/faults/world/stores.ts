/** Stores of several servers that a world can stand on: who fails over, and what nodes are told. */
import type { Redis } from 'ioredis';
import { startCluster, type TestCluster } from '../../support/redis-cluster.ts';
import { startSentinels, type TestSentinels } from '../../support/redis-sentinels.ts';

export type StoreKind = 'cluster' | 'sentinels';

/** A replicated store: for each session a master, which can be lost with or without its tail. */
export interface ReplicatedStore {
  env: Readonly<Record<string, string>>;
  /** A client of each server alone, for looking on. */
  admins: readonly Redis[];
  /** Kills the session's master; what it took since `forgetful` began dies with it. */
  killMasterOf(sid: string): Promise<void>;
  /** The replica of the session's master gets nothing from now on. */
  forgetful(sid: string): Promise<void>;
  /** A replica has taken over and serves the session. */
  failedOver(): Promise<void>;
  /** Whether the session is there. */
  holds(sid: string): Promise<boolean>;
  /** What was killed is back, as a replica that has everything. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

const AOF = ['--appendonly', 'yes', '--appendfsync', 'everysec'];

export function startReplicated(kind: StoreKind): Promise<ReplicatedStore> {
  return kind === 'cluster' ? onCluster() : onSentinels();
}

/** Its link to the master is cut, and the master will not take the password it comes back with. */
async function deafen(replica: Redis | undefined): Promise<void> {
  await replica?.config('SET', 'masterauth', 'wrong');
  await replica?.call('CLIENT', 'KILL', 'TYPE', 'master');
}

async function listenAgain(replica: Redis | undefined): Promise<void> {
  await replica?.config('SET', 'masterauth', '');
}

async function onCluster(): Promise<ReplicatedStore> {
  const cluster: TestCluster = await startCluster(AOF);
  let deaf: number | null = null;
  let killed = 0;
  return {
    env: { REDIS_CLUSTER: cluster.addresses },
    admins: cluster.admins,
    async forgetful(sid) {
      deaf = await cluster.replicaOf(await cluster.masterOf(sid));
      await deafen(cluster.admins[deaf]);
    },
    async killMasterOf(sid) {
      killed = await cluster.killMasterOf(sid);
    },
    failedOver: () => cluster.failedOver(killed),
    holds: async (sid) => (await cluster.keys(`duologue:{${sid}}`)).length > 0,
    async heal() {
      if (deaf !== null) await listenAgain(cluster.admins[deaf]);
      deaf = null;
      await cluster.start(killed);
      await cluster.healed();
    },
    close: () => cluster.stop(),
  };
}

async function onSentinels(): Promise<ReplicatedStore> {
  const sentinels: TestSentinels = await startSentinels(AOF);
  let killed: 0 | 1 = 0;
  let deaf: 0 | 1 | null = null;
  return {
    env: { REDIS_SENTINELS: sentinels.addresses, REDIS_SENTINEL_NAME: sentinels.name },
    admins: sentinels.admins,
    async forgetful() {
      deaf = (await sentinels.master()) === 0 ? 1 : 0;
      await deafen(sentinels.admins[deaf]);
    },
    async killMasterOf() {
      killed = await sentinels.killMaster();
    },
    failedOver: () => sentinels.failedOver(killed),
    holds: async (sid) => (await sentinels.keys(`duologue:{${sid}}`)).length > 0,
    async heal() {
      if (deaf !== null) await listenAgain(sentinels.admins[deaf]);
      deaf = null;
      await sentinels.start(killed);
      await sentinels.healed();
    },
    close: () => sentinels.stop(),
  };
}
