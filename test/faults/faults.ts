/** All faults, in the order of their numbers. */
import { nodeKilled } from './f01-node-killed.ts';
import type { Fault } from './fault.ts';

export const FAULTS: readonly Fault[] = [nodeKilled];
