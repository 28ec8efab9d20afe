/**
 * Z1: frames that are mutated from a grammar of all that a client may say, each in a conversation
 * of its own, among right ones. What is no frame closes its own connection with 4500 and nothing
 * else; what only looks odd is taken.
 */
import { isUtf8 } from 'node:buffer';
import fc, { type Arbitrary } from 'fast-check';
import { parseServerFrame } from '../../server/protocol/parse-server-frame.ts';
import { CLOSE } from '../../server/protocol/errors.ts';
import type { Fault } from '../faults/fault.ts';
import { createRandom } from '../faults/world/random.ts';
import { attack, LIMITS } from './attack.ts';
import { ending, frame, hello, MAX_FRAME_BYTES, right, said, textOf } from './client-frames.ts';
import type { Said } from './client-frames.ts';
import { frameBytes, OP } from './frame-bytes.ts';
import { mutated, oddHello, peculiar } from './mutations.ts';
import { connectRawSocket, type Place, type RawSocket } from './raw-socket.ts';
import { createSeat, type Seat } from './seat.ts';

const LANES = 16;
/** With so many bytes or less each goes out alone, where they do. */
const BYTEWISE = 300;
const INVALID_UTF8 = 1007;
const MARK = 'all was read';

interface Conversation {
  said: readonly Said[];
  /** Whether the first is a hello: nothing else may be. */
  greets: boolean;
  /** Sent along with the request for an upgrade. */
  isEager: boolean;
  chops: 'none' | 'frames' | 'bytes';
  /** The connection is cut before anything is answered. */
  isCut: boolean;
}

const greeting = hello.map((fields) => said('a right hello', 'taken', textOf(fields)));
const anyFrame = fc.oneof({ weight: 9, arbitrary: frame }, { weight: 1, arbitrary: ending });
const noHello = fc.oneof(mutated(anyFrame), peculiar);
const wrong = fc.oneof(
  { weight: 11, arbitrary: noHello },
  {
    weight: 1,
    arbitrary: hello.map((fields) => said('a second hello', 'refused', textOf(fields))),
  },
);
const over = ending.map((fields) => said('an end', 'either', textOf(fields)));

const manner = fc.record({
  isEager: fc.constantFrom(false, false, false, true),
  chops: fc.constantFrom('none', 'none', 'frames', 'bytes'),
  isCut: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
});

type Words = Pick<Conversation, 'said' | 'greets'>;
const few = (max: number) => fc.array(right, { maxLength: max });
const wrongAmongRight: Arbitrary<Words> = fc
  .tuple(greeting, few(3), wrong, few(2))
  .map(([first, before, one, after]) => ({
    ...{ said: [first, ...before, one, ...after], greets: true },
  }));
const wrongGreeting: Arbitrary<Words> = fc
  .tuple(fc.oneof(mutated(hello), oddHello), few(2))
  .map(([one, after]) => ({ said: [one, ...after], greets: true }));
const noGreeting: Arbitrary<Words> = fc
  .tuple(fc.oneof(right, noHello), few(1))
  .map(([one, after]) => ({ said: [one, ...after], greets: false }));
const wrongAtTheEnd: Arbitrary<Words> = fc
  .tuple(greeting, fc.boolean(), over, wrong)
  .map(([first, isLast, end, one]) => ({
    ...{ said: isLast ? [first, one, end] : [first, end, one], greets: true },
  }));

const conversation: Arbitrary<Conversation> = fc
  .tuple(
    fc.oneof(
      { weight: 100, arbitrary: wrongAmongRight },
      { weight: 20, arbitrary: wrongGreeting },
      { weight: 6, arbitrary: noGreeting },
      { weight: 1, arbitrary: wrongAtTheEnd },
    ),
    manner,
  )
  .map(([words, manner]) => ({ ...words, ...manner }));

export const mutatedFrames: Fault = {
  id: 'Z1',
  title: 'mutated frames',
  short: 500,
  long: 1_000_000,
  limits: LIMITS,

  run: (course) =>
    attack(course, { lanes: LANES }, async ({ world, seeds }) => {
      const seat = createSeat(world);
      for (const seed of seeds) {
        const [drawn] = fc.sample(conversation, { seed, numRuns: 1 });
        if (drawn) await playAt(seat, seed, drawn);
      }
      await seat.leave();
    }),
};

async function playAt(seat: Seat, seed: number, drawn: Conversation): Promise<void> {
  try {
    await play(await seat.take(createRandom(seed)), drawn);
    const mayHaveEnded = drawn.said.some(mayEnd);
    seat.expectUndisturbed(mayHaveEnded);
    if (mayHaveEnded) await seat.leave();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`seed ${seed}: ${what}\nafter ${told(drawn)}`, { cause });
  }
}

async function play(place: Place, conversation: Conversation): Promise<void> {
  const { said, chops, isEager, isCut } = conversation;
  const frames = said.flatMap(({ payload, isBinary, times }) => {
    const bytes = frameBytes({ opcode: isBinary ? OP.binary : OP.text, payload });
    return Array.from({ length: times }, () => bytes);
  });
  const socket = await connectRawSocket(place, isEager ? Buffer.concat(frames) : null);
  if (!isEager) writeChopped(socket, frames, chops);
  if (isCut) {
    socket.cut();
    return;
  }
  socket.write(frameBytes({ opcode: OP.ping, payload: MARK }));
  // A pong comes at once and in its turn: whatever was refused before it has closed the connection.
  await socket.until(() => socket.closeCode !== null || socket.pongs.length > 0);
  if (socket.closeCode === null) socket.close(1000);
  const wasRead = socket.pongs.length > 0;
  await socket.gone();
  judge(conversation, socket, wasRead);
}

function writeChopped(socket: RawSocket, frames: readonly Buffer[], chops: string): void {
  const all = Buffer.concat(frames);
  if (chops === 'frames') for (const bytes of frames) socket.write(bytes);
  else if (chops === 'none' || all.length > BYTEWISE) socket.write(all);
  else for (let i = 0; i < all.length; i++) socket.write(all.subarray(i, i + 1));
}

function judge({ said, greets }: Conversation, socket: RawSocket, wasRead: boolean): void {
  const { closeCode, closeReason, problem, texts } = socket;
  if (problem !== null) throw new Error(problem);
  if (closeReason !== '') throw new Error(`closed with the words ${closeReason}`);
  if (closeCode === null) throw new Error('dropped without a close');
  const foreign = texts.find((text) => parseServerFrame(text) === null);
  if (foreign !== undefined) throw new Error(`the server said ${foreign}`);
  const mustClose = !greets || said.some(({ due }) => due === 'refused');
  if (wasRead && mustClose) throw new Error('all of it was taken');
  const isOurs = wasRead && closeCode === 1000;
  const codes = closeCodesDue(said, mustClose);
  if (!isOurs && !codes.has(closeCode)) {
    throw new Error(`closed with ${closeCode}, not with ${[...codes].join(' or ') || 'any code'}`);
  }
}

function closeCodesDue(said: readonly Said[], mustClose: boolean): Set<number> {
  // That the store took too long may always be; what else went wrong inside is in the log.
  const codes = new Set<number>([CLOSE.storeUnreachable]);
  if (mustClose || said.some(({ due }) => due === 'either')) codes.add(CLOSE.badFrame);
  const bytes = said.map(({ payload }) => Buffer.from(payload));
  if (bytes.some(({ length }) => length > MAX_FRAME_BYTES)) codes.add(CLOSE.tooBig);
  if (!bytes.every(isUtf8)) codes.add(INVALID_UTF8);
  if (said.some(({ times }) => times > 1)) codes.add(CLOSE.flooding);
  if (said.some(mayEnd)) codes.add(CLOSE.ended);
  // One that was cut may have been on its way to the store still, and come after its successor.
  if (bytes.some(namesDevice)) codes.add(CLOSE.replaced);
  return codes;
}

/** However it is written. */
function namesDevice(payload: Buffer): boolean {
  try {
    return Object.hasOwn(JSON.parse(payload.toString()) as object, 'device'); // as: else it throws
  } catch {
    return false;
  }
}

function mayEnd({ payload, due }: Said): boolean {
  return due !== 'refused' && payload.includes('"end"');
}

function told({ said, ...manner }: Conversation): string {
  const lines = said.map(({ what, payload, due, times }) => {
    const text = payload.toString();
    const shown = text.length > 300 ? `${text.slice(0, 300)}… ${text.length} characters` : text;
    return `  ${what} (${due}, ${times} times): ${JSON.stringify(shown)}`;
  });
  return [JSON.stringify(manner), ...lines].join('\n');
}
