// `npm run test:faults -- F1 --seed=N` plays one of them again.
import { FAULTS } from './faults.ts';
import { testShortColumn } from './short-column.ts';

testShortColumn(FAULTS);
