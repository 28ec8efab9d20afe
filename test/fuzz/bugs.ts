/** The fuzzers judged: bugs of the kinds they look for are put into a copy of the server. */
import type { Fault } from '../faults/fault.ts';
import { findBugs, type Bug } from '../faults/planted-bugs.ts';
import { mutatedFrames } from './z1-frames.ts';
import { rawStreams } from './z1-raw-streams.ts';
import { rawRequests } from './z2-requests.ts';

const BUGS: readonly Bug[] = [
  {
    name: 'a parser that throws without a type',
    changes: [
      {
        file: 'protocol/parse-client-frame.ts',
        from: 'if (!frame)',
        to: 'if (!frame || frame.type.length === 0)',
      },
    ],
    foundBy: mutatedFrames,
    complaint: /a node has died:[^]*TypeError/,
  },
  {
    name: 'a parser that takes more fields than there are',
    changes: [
      {
        file: 'protocol/parse-client-frame.ts',
        from: 'Object.keys(frame).length === fields',
        to: 'Object.keys(frame).length >= fields',
      },
    ],
    foundBy: mutatedFrames,
    complaint: /all of it was taken[^]*with a field more/,
  },
  {
    name: 'no largest frame',
    changes: [
      { file: 'plugins/websocket.ts', from: 'maxPayload: MAX_FRAME_BYTES', to: 'maxPayload: 0' },
    ],
    foundBy: rawStreams,
    complaint: /closed with (null|1000|4500), not with 1009/,
  },
  {
    name: 'a refusal that tells the stack',
    changes: [
      {
        file: 'plugins/errors.ts',
        from: 'JSON.stringify({ error: { code, message: text, ...details } })',
        to: 'JSON.stringify({ error: { code, message: text, ...details, stack: new Error().stack } })',
      },
    ],
    foundBy: rawRequests,
    complaint: /where the server lies|of the inside/,
  },
  {
    name: 'an upgrade that nobody closes',
    changes: [{ file: 'plugins/websocket.ts', from: '!before || before.closed', to: 'true' }],
    foundBy: rawRequests,
    complaint: /the server neither answers nor closes/,
  },
];

export const fuzzBugs: Fault = {
  id: 'fuzz-bugs',
  title: 'bugs put in are found by the fuzzers',
  short: 0,
  long: 1,
  run: (course) => findBugs(course, BUGS),
};
