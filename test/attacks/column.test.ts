// `npm run test:attacks -- Z4 --seed=N` plays one of them again.
import { testShortColumn } from '../faults/short-column.ts';
import { ATTACKS } from './attacks.ts';

testShortColumn(ATTACKS);
