/** What nodes of a Redis Cluster say about which master serves which slots. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { toList, toNumber, toText } from './redis-reply.ts';

/** How long the others may take once one has answered. */
const OTHERS_MS = 100;

export interface Topology {
  /** Counts failovers and moves of slots: what a node says in a later epoch is newer. */
  epoch: number;
  ranges: readonly SlotRange[];
}

export interface SlotRange {
  first: number;
  last: number;
  host: string;
  port: number;
}

/** `host`: where `client` is connected to. Rejects unless that is a node of a cluster. */
export async function askTopology(client: Redis, host: string): Promise<Topology> {
  const [info, slots] = await Promise.all([client.cluster('INFO'), client.cluster('SLOTS')]);
  const epoch = Number(/^cluster_current_epoch:(\d+)/m.exec(info)?.[1]);
  return { epoch, ranges: toList(slots).flatMap((range) => toRange(range, host)) };
}

/** first, last, master, replicas …; of the master: host, port, … Host '' or null: the one asked. */
function toRange(reply: unknown, asked: string): SlotRange[] {
  const [first, last, master] = toList(reply);
  const [host, port] = toList(master);
  // A node that does not know its name yet.
  if (host === '?') return [];
  const known = host === null || host === '' ? asked : toText(host);
  return [{ first: toNumber(first), last: toNumber(last), host: known, port: toNumber(port) }];
}

/** Rejects when `client`, a node of a cluster, serves nothing, also of what it has. */
export async function checkServing(client: Redis): Promise<void> {
  const info = await client.cluster('INFO');
  if (!/^cluster_state:ok/m.test(info)) throw new Error('CLUSTERDOWN cluster_state is not ok');
}

/**
 * The newest answer: a master that was cut off goes on telling what held before. Undefined if
 * nobody answers.
 */
export async function newestOf(asked: readonly Promise<Topology>[]): Promise<Topology | undefined> {
  const answers: Topology[] = [];
  const all = asked.map((one) =>
    one.then(
      (topology) => answers.push(topology),
      () => {},
    ),
  );
  await Promise.any(asked).catch(() => {});
  await Promise.race([Promise.all(all), pause(OTHERS_MS, null, { ref: false })]);
  return answers.toSorted((one, other) => other.epoch - one.epoch)[0];
}
