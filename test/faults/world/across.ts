/** Chats across both nodes: whichever of them fails, somebody is connected to it. */
import { meet, type Pair } from './pair.ts';
import type { World } from './world.ts';

/** Of each chat one person is led to the first node, the other to the second, while these are up. */
export async function meetAcross(world: World, chats: number): Promise<Pair[]> {
  const [a, b] = await Promise.all(world.nodes.slice(0, 2).map((node) => world.openWire(node)));
  if (!a || !b) throw new Error('there are not two nodes');
  const ways = { a: { base: a.base }, b: { base: b.base } };
  return Promise.all(Array.from({ length: chats }, () => meet(world.base, ways)));
}
