/** What is tried from outside, in the order of SECURITY.md. */
import type { Fault } from '../faults/fault.ts';

export const ATTACKS: readonly Fault[] = [];
