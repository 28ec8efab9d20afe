/**
 * Z2: HTTP requests as bytes, for every route and none, right and wrong in every part, one behind
 * the other on a connection, whole and cut off. Every answer is one that is meant.
 */
import fc, { type Arbitrary } from 'fast-check';
import type { Fault } from '../faults/fault.ts';
import { createRandom } from '../faults/world/random.ts';
import { attack, LIMITS } from './attack.ts';
import { problemOf } from './check-answer.ts';
import { exchange, type Exchange } from './http-exchange.ts';
import { NAMED_REQUESTS, type NamedRequest } from './named-requests.ts';
import { bytesOf, request, type RequestSpec } from './requests.ts';
import { createSeat, type Seat, type Taken } from './seat.ts';

const LANES = 16;
/** Behind all others: if it is answered, the connection is closed at once. */
const LAST = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';

/** Once the client says no more, Node answers nothing that is still under way, and no CONNECT ever. */
const UNANSWERED = /CONNECT /;

interface Requests {
  specs: readonly RequestSpec[];
  /** How much of the bytes is written before the client falls silent for good, in per cent. */
  share: number;
}

const drawn: Arbitrary<Requests> = fc.record({
  specs: fc.oneof(
    { weight: 8, arbitrary: fc.array(request, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(request, { minLength: 2, maxLength: 6 }) },
  ),
  share: fc.oneof(
    { weight: 15, arbitrary: fc.constant(100) },
    { weight: 1, arbitrary: fc.nat(99) },
  ),
});

export const rawRequests: Fault = {
  id: 'Z2',
  title: 'raw HTTP requests',
  short: 400,
  long: 200_000,
  limits: LIMITS,

  run: (course) =>
    attack(course, { lanes: LANES }, async ({ world, seeds, once }) => {
      const seat = createSeat(world);
      for (const named of once(NAMED_REQUESTS)) await playNamed(seat, named);
      for (const seed of seeds) {
        const [requests] = fc.sample(drawn, { seed, numRuns: 1 });
        if (requests) await playDrawn(seat, seed, requests);
      }
      await seat.leave();
    }),
};

async function playNamed(seat: Seat, { name, text, due }: NamedRequest): Promise<void> {
  const place = await seat.take(createRandom(0));
  await telling(name, text, async () => {
    const { answers } = await exchange(place.port, latin1(withThose(place, text)));
    judge(answers, ['localhost']);
    const statuses = answers.map(({ status }) => status).join();
    if (statuses !== due.join()) throw new Error(`answered ${statuses}, due is ${due.join()}`);
  });
}

async function playDrawn(seat: Seat, seed: number, { specs, share }: Requests): Promise<void> {
  const place = await seat.take(createRandom(seed));
  const filled = specs.map((spec) => filledIn(place, spec));
  const all = filled.map(bytesOf).join('') + LAST;
  const text = all.slice(0, Math.ceil((all.length * share) / 100));
  const mayHaveEnded = text.includes('DELETE ');
  await telling(`seed ${seed}`, text, async () => {
    const { answers, isClosedByServer } = await exchange(place.port, latin1(text), share < 100);
    judge(answers, ['localhost', ...filled.flatMap(hostsOf)]);
    // One for the last, one that refuses what stands behind a body that was longer than it said.
    if (answers.length > specs.length + 2) throw new Error(`${answers.length} answers`);
    // Where many wait for their answers the connection is cut, and takes them along.
    const isOne = specs.length === 1;
    if (answers.length === 0 && isClosedByServer && isOne && !UNANSWERED.test(text)) {
      throw new Error('closed without an answer');
    }
    seat.expectUndisturbed(mayHaveEnded);
  });
  if (mayHaveEnded) await seat.leave();
}

function judge(answers: Exchange['answers'], hosts: readonly string[]): void {
  for (const answer of answers) {
    const problem = problemOf(answer, hosts);
    if (problem === null) continue;
    throw new Error(`${problem}\nin ${JSON.stringify(answer).slice(0, 3_000)}`);
  }
}

/** What fails says what was sent. */
async function telling(name: string, text: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name}: ${what}\nafter ${JSON.stringify(text.slice(0, 3_000))}`, { cause });
  }
}

function filledIn(place: Taken, spec: RequestSpec): RequestSpec {
  return {
    ...spec,
    target: withThose(place, spec.target),
    headers: spec.headers.map((line) => withThose(place, line)),
    body: withThose(place, spec.body),
  };
}

function withThose({ sid, proof, code, cookie }: Taken, text: string): string {
  return text
    .replaceAll('SID', sid)
    .replaceAll('PROOF', proof)
    .replaceAll('CODE', code)
    .replaceAll('PASS', cookie);
}

function hostsOf({ headers }: RequestSpec): string[] {
  return headers.flatMap((line) => /^host:(.*)$/s.exec(line)?.[1] ?? []);
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
