/** `npm run test:attacks [-- Z1 Z4 … --runs=N --seed=N]`; `fuzz-bugs` when named. */
import { runColumn } from '../faults/run-column.ts';
import { ATTACKS, NAMED } from './attacks.ts';

await runColumn(ATTACKS, NAMED);
