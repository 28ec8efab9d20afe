/**
 * The masters of a Redis Cluster and which of them serves which slot. Every master is a node like
 * a Redis that is alone; nothing is sent on from one to another here.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RedisAddress } from '../config.ts';
import { AppError } from '../protocol/errors.ts';
import { slotOf } from './key-slot.ts';
import { createRedisChannels } from './redis-channels.ts';
import { connectToNode } from './redis-connection.ts';
import type { LastConnections, RedisEvents } from './redis-gate.ts';
import { createRedisNode } from './redis-node.ts';
import type { RedisNode, RedisNodes } from './redis-node.ts';
import { checkWriting, readScripts } from './redis-scripts.ts';
import { askTopology, checkServing, newestOf } from './redis-topology.ts';
import type { SlotRange, Topology } from './redis-topology.ts';

const LOOK_EVERY_MS = 2_000;
/** While a master cannot be reached, or slots are served by nobody. */
const LOOK_AGAIN_MS = 200;
/** Between two attempts while a key is on its way. */
const SETTLE_MS = 20;
/** A node that serves no slot any more is kept for so long: it may still have to answer. */
const KEEP_MS = 5_000;

const NOBODY = {
  async run(): Promise<never> {
    throw new AppError('store_unavailable', { message: 'no master serves this slot' });
  },
};

interface Member {
  address: RedisAddress;
  node: RedisNode;
  /** When it last served a slot. */
  servedAt: number;
}

/** `some` of the nodes; user, password and TLS of the first hold for all. */
export function openCluster(some: readonly RedisAddress[], events: RedisEvents): RedisNodes {
  const start = some.map(({ host, port }) => withAccessOf(some, { host, port }));
  const scripts = readScripts('SPUBLISH');
  const last: LastConnections = new Map();
  const members = new Map<string, Member>();
  let masters: readonly Member[] = [];
  let bySlot: readonly Member[] = [];
  let known = start;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  const channels = createRedisChannels({
    earOf: (channel) => bySlot[slotOf(channel)]?.node.ear,
    settled: look,
  });

  async function checkMaster(client: Redis): Promise<void> {
    await Promise.all([checkServing(client), checkWriting(client, scripts)]);
  }

  function memberAt({ host, port }: SlotRange): Member {
    const name = `${host}:${port}`;
    const found = members.get(name);
    if (found) return found;
    const address = withAccessOf(start, { host, port });
    const gate = { scripts, last, ...events, onClose: () => void look() };
    const connect = () => connectToNode(address);
    const node = createRedisNode({ connect, gate, isSharded: true, channels });
    const member = { address, node, servedAt: 0 };
    members.set(name, member);
    return member;
  }

  function adopt({ ranges }: Topology): void {
    const now = performance.now();
    const serving: Member[] = [];
    for (const range of ranges) {
      const member = memberAt(range);
      member.servedAt = now;
      for (let slot = range.first; slot <= range.last; slot++) serving[slot] = member;
    }
    bySlot = serving;
    masters = [...new Set(serving)].filter((member) => member !== undefined);
    known = [...start, ...masters.map(({ address }) => address)];
    for (const [name, { node, servedAt }] of members) {
      if (now - servedAt < KEEP_MS) continue;
      members.delete(name);
      void node.close();
    }
    channels.follow();
  }

  /** Those we are connected to know; else those of the start, or the masters of the last look. */
  async function explore(): Promise<void> {
    const open = masters.filter(({ node }) => node.isOpen);
    const topology =
      (await newestOf(
        open.map(({ node, address }) => node.run((client) => askTopology(client, address.host))),
      )) ?? (await newestOf(known.map((address) => askStranger(address, events))));
    if (topology && !isClosed) adopt(topology);
  }

  /** One look at a time: who asks meanwhile shares it. */
  async function look(): Promise<void> {
    // What is closed here tells so, like what is lost.
    if (isClosed) return;
    clearTimeout(timer);
    looking ??= explore()
      .catch(() => {})
      .then(() => {
        looking = undefined;
        if (isClosed) return;
        const isWell = masters.length > 0 && masters.every(({ node }) => node.isOpen);
        timer = setTimeout(() => void look(), isWell ? LOOK_EVERY_MS : LOOK_AGAIN_MS);
      });
    return looking;
  }
  void look();

  return {
    scripts,
    nodeOf: (key) => bySlot[slotOf(key)]?.node ?? NOBODY,
    async settled() {
      await look();
      await pause(SETTLE_MS);
    },
    subscribe: channels.subscribe,
    // More than half, as the cluster itself decides: one shard that fails over does not make
    // this process useless, one that has lost sight of most of them should get no work.
    ping: () => most(masters.map(({ node }) => node.run(checkMaster))),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      channels.close();
      await Promise.all([...members.values()].map(({ node }) => node.close()));
    },
  };
}

function withAccessOf(
  [first]: readonly RedisAddress[],
  node: Pick<RedisAddress, 'host' | 'port'>,
): RedisAddress {
  // as: REDIS_CLUSTER is never empty where this is called
  return { ...(first as RedisAddress), ...node };
}

async function askStranger(address: RedisAddress, { onTrouble }: RedisEvents): Promise<Topology> {
  const client = connectToNode(address);
  client.on('error', onTrouble);
  try {
    await new Promise((resolve, reject) => {
      client.once('ready', resolve);
      client.once('close', () => reject(new Error('not reachable')));
    });
    return await askTopology(client, address.host);
  } finally {
    client.disconnect();
  }
}

/** Resolves when more than half have, rejects when that cannot be any more. */
function most(all: readonly Promise<unknown>[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let [good, bad] = [0, 0];
    const count = (cause?: unknown) => {
      if (good * 2 > all.length) resolve();
      if (bad * 2 >= all.length) reject(new AppError('store_unavailable', { cause }));
    };
    for (const one of all) {
      one.then(
        () => {
          good++;
          count();
        },
        (cause: unknown) => {
          bad++;
          count(cause);
        },
      );
    }
    if (all.length === 0) count();
  });
}
