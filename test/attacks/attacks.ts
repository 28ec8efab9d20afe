/** What is tried from outside, in the order of SECURITY.md. */
import type { Fault } from '../faults/fault.ts';
import { lyingServer } from '../fuzz/z4-lying-server.ts';

export const ATTACKS: readonly Fault[] = [lyingServer];
