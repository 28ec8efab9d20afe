/**
 * All faults, in the order of their numbers. Those with nothing in the short column come after
 * them, and run only when they are named.
 */
import { nodeKilled } from './f01-node-killed.ts';
import { nodeStopped } from './f02-node-stopped.ts';
import { redisKilled } from './f03-redis-killed.ts';
import { redisStopped } from './f04-redis-stopped.ts';
import { repliesLost } from './f05-replies-lost.ts';
import { subscriptionsCut } from './f07-subscriptions-cut.ts';
import type { Fault } from './fault.ts';
import { soak } from './soak.ts';
import { storm } from './storm.ts';

export const FAULTS: readonly Fault[] = [
  nodeKilled,
  nodeStopped,
  redisKilled,
  redisStopped,
  repliesLost,
  subscriptionsCut,
];

export const NAMED: readonly Fault[] = [storm, soak];
