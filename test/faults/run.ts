/** `npm run test:faults [-- F1 F6 … --runs=N --seed=N]`; `storm`, `soak` and `bugs` when named. */
import { FAULTS, NAMED } from './faults.ts';
import { runColumn } from './run-column.ts';

await runColumn(FAULTS, NAMED);
