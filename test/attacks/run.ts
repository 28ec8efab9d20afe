/** `npm run test:attacks [-- Z1 Z4 … --runs=N --seed=N]`. */
import { runColumn } from '../faults/run-column.ts';
import { ATTACKS } from './attacks.ts';

await runColumn(ATTACKS, []);
