/** Where the settings say that Redis is. Loads nothing of it: most have none. */
import type { Config, RedisAddress, RedisName } from '../config.ts';

/** Where Redis is: one server, one that sentinels know, or a cluster that some nodes know. */
export type RedisPlace =
  | { kind: 'single'; url: string }
  | { kind: 'sentinels'; sentinels: readonly RedisAddress[]; master: RedisName }
  | { kind: 'cluster'; nodes: readonly RedisAddress[] };

type RedisSettings = Pick<
  Config,
  'redisUrl' | 'redisCluster' | 'redisSentinels' | 'redisSentinelName'
>;

/** Null if sessions are kept in memory. */
export function redisPlace(settings: RedisSettings): RedisPlace | null {
  const { redisUrl: url, redisCluster: nodes, redisSentinels, redisSentinelName } = settings;
  if (url !== null) return { kind: 'single', url };
  if (nodes.length > 0) return { kind: 'cluster', nodes };
  if (redisSentinelName === null) return null;
  return { kind: 'sentinels', sentinels: redisSentinels, master: redisSentinelName };
}
