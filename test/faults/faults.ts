/** All faults, in the order of their numbers; those of NAMED run only when they are named. */
import { bugs } from './bugs.ts';
import { nodeKilled, nodeKilledOnCluster, nodeKilledOnSentinels } from './f01-node-killed.ts';
import { nodeStopped } from './f02-node-stopped.ts';
import { redisKilled } from './f03-redis-killed.ts';
import { redisStopped } from './f04-redis-stopped.ts';
import { repliesLost } from './f05-replies-lost.ts';
import { clientCut } from './f06-client-cut.ts';
import {
  subscriptionsCut,
  subscriptionsCutOnCluster,
  subscriptionsCutOnSentinels,
} from './f07-subscriptions-cut.ts';
import { failover, failoverBySentinels } from './f08-failover.ts';
import { endRacesSend } from './f09-end-races-send.ts';
import { expiryRacesSend } from './f10-expiry-races-send.ts';
import { createdAtOnce } from './f11-created-at-once.ts';
import { bothLinksInOneBrowser } from './f13-both-links-in-one-browser.ts';
import { presence } from './f14-presence.ts';
import { wrongClocks } from './f15-wrong-clocks.ts';
import { redisFull } from './f16-redis-full.ts';
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
  clientCut,
  subscriptionsCut,
  subscriptionsCutOnCluster,
  subscriptionsCutOnSentinels,
  failover,
  failoverBySentinels,
  endRacesSend,
  expiryRacesSend,
  createdAtOnce,
  bothLinksInOneBrowser,
  presence,
  wrongClocks,
  redisFull,
];

export const NAMED: readonly Fault[] = [storm, soak, bugs];
