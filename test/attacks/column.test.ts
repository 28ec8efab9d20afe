// `npm run test:attacks -- guesses --seed=N` plays one of them again.
import { testShortColumn } from '../faults/short-column.ts';
import { ATTACKS } from './attacks.ts';

testShortColumn(ATTACKS);
