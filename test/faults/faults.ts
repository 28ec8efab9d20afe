/** All faults, in the order of their numbers; those of NAMED run only when they are named. */
import { nodeKilled, nodeKilledOnCluster, nodeKilledOnSentinels } from './f01-node-killed.ts';
import { nodeStopped } from './f02-node-stopped.ts';
import { redisKilled } from './f03-redis-killed.ts';
import { redisStopped } from './f04-redis-stopped.ts';
import { repliesLost } from './f05-replies-lost.ts';
import {
  subscriptionsCut,
  subscriptionsCutOnCluster,
  subscriptionsCutOnSentinels,
} from './f07-subscriptions-cut.ts';
import { failover, failoverBySentinels } from './f08-failover.ts';
import type { Fault } from './fault.ts';
import { soak } from './soak.ts';
import { storm } from './storm.ts';

export const FAULTS: readonly Fault[] = [
  nodeKilled,
  nodeKilledOnCluster,
  nodeKilledOnSentinels,
  nodeStopped,
  redisKilled,
  redisStopped,
  repliesLost,
  subscriptionsCut,
  subscriptionsCutOnCluster,
  subscriptionsCutOnSentinels,
  failover,
  failoverBySentinels,
];

export const NAMED: readonly Fault[] = [storm, soak];
