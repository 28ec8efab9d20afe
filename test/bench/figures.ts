/** What was measured, by name; the unit stands in the name. */
import { vitalsOf, type Vitals } from '../faults/world/vitals.ts';
import type { System } from './systems.ts';

export type Figures = Readonly<Record<string, number>>;

export interface Cpu {
  server: number;
  store: number;
}

/** In µs, since the processes began. */
export function cpuOf({ server, store }: System): Cpu {
  return { server: sum(server, 'cpuUs'), store: sum(store, 'cpuUs') };
}

/** Resident, of all nodes. */
export const bytesOf = ({ server }: System): number => sum(server, 'bytes');

function sum(pids: readonly number[], what: keyof Vitals): number {
  return pids.reduce((all, pid) => all + vitalsOf(pid)[what], 0);
}
