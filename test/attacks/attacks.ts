/** What is tried from outside, in the order of SECURITY.md. */
import type { Fault } from '../faults/fault.ts';
import { fuzzBugs } from '../fuzz/bugs.ts';
import { mutatedFrames } from '../fuzz/z1-frames.ts';
import { rawStreams } from '../fuzz/z1-raw-streams.ts';
import { rawRequests } from '../fuzz/z2-requests.ts';
import { lyingServer } from '../fuzz/z4-lying-server.ts';
import { canaries } from './canaries.ts';
import { crash } from './crash.ts';
import { creations } from './creations.ts';
import { entries } from './entries.ts';
import { guesses } from './guesses.ts';
import { knocking } from './knocking.ts';
import { remains } from './remains.ts';
import { revoked } from './revoked.ts';
import { uniform } from './uniform.ts';
import { uploads } from './uploads.ts';

export const ATTACKS: readonly Fault[] = [
  guesses,
  entries,
  creations,
  knocking,
  uniform,
  revoked,
  uploads,
  canaries,
  remains,
  crash,
  mutatedFrames,
  rawStreams,
  rawRequests,
  lyingServer,
];

/** Run only when named. */
export const NAMED: readonly Fault[] = [fuzzBugs];
