/**
 * Which Redis serves a session: always the same one, the one that sentinels name, or that master
 * of a cluster which has the session's slot. To the store these are three ways to get a node.
 */
import type { Redis } from 'ioredis';
import { assertNever } from '../protocol/errors.ts';
import { openCluster } from './redis-cluster.ts';
import { createRedisChannels } from './redis-channels.ts';
import { connectRedis, connectToMaster } from './redis-connection.ts';
import type { RedisPlace } from './redis-place.ts';
import type { RedisEvents } from './redis-gate.ts';
import { createRedisNode } from './redis-node.ts';
import type { RedisNodes } from './redis-node.ts';
import { checkWriting, readScripts } from './redis-scripts.ts';

export function openRedis(place: RedisPlace, events: RedisEvents): RedisNodes {
  switch (place.kind) {
    case 'single':
      return oneNode(() => connectRedis(place.url), events);
    case 'sentinels':
      return oneNode(() => connectToMaster(place.sentinels, place.master), events);
    case 'cluster':
      return openCluster(place.nodes, events);
    default:
      return assertNever(place);
  }
}

function oneNode(connect: () => Redis, events: RedisEvents): RedisNodes {
  const scripts = readScripts('PUBLISH');
  const settled = async () => {};
  const channels = createRedisChannels({ earOf: () => node.ear, settled });
  const gate = { scripts, last: new Map(), ...events, onClose: () => {} };
  const node = createRedisNode({ connect, gate, isSharded: false, channels });
  return {
    scripts,
    settled,
    nodeOf: () => node,
    subscribe: channels.subscribe,
    async ping() {
      await node.run((client) => checkWriting(client, scripts));
    },
    async close() {
      channels.close();
      await node.close();
    },
  };
}
