/**
 * Z1raw: bytes of RFC 6455 after a right upgrade, in every way they can be wrong. First those that
 * have a name, then drawn ones, whose outcome the model of a receiver tells.
 */
import fc, { type Arbitrary } from 'fast-check';
import { CLOSE } from '../../server/protocol/errors.ts';
import type { Fault } from '../faults/fault.ts';
import { createRandom } from '../faults/world/random.ts';
import { attack, LIMITS } from './attack.ts';
import { frameBytes, MASK, OP, textFrame, type FrameSpec } from './frame-bytes.ts';
import { NAMED_STREAMS } from './named-streams.ts';
import { connectRawSocket, type Place, type RawSocket } from './raw-socket.ts';
import { outcomeOf, PING, type Outcome } from './receiver.ts';
import { createSeat, type Seat } from './seat.ts';

const LANES = 16;
/** So many bytes or less go out one by one, where they do. */
const BYTEWISE = 400;
/** Whoever asks for more pongs than this without taking any is dropped. */
const PINGS_AT_ONCE = 60;
const HELLO = textFrame('{"type":"hello","v":1,"after":null}');
const MARK = 'all was read';
const ANSWER = '{"type":"pong"}';

interface Stream {
  name: string;
  pieces: readonly Buffer[];
  due: Outcome;
}

const BAD_TEXTS = ['c0af', 'eda080', 'f4908080', 'fe', 'e282', '80', 'cebae1bdb9cf83'];
const LIES = [0n, 1n, 125n, 126n, 127n, 65_535n, 2n ** 31n, 2n ** 32n, 2n ** 53n];
const payload: Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(Buffer.from(PING)) },
  { weight: 2, arbitrary: fc.constantFrom('', '{"type":', '"ping"}', PING.padEnd(300)).map(bytes) },
  { weight: 2, arbitrary: fc.constantFrom(...BAD_TEXTS).map((hex) => Buffer.from(hex, 'hex')) },
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 140 }).map((list) => Buffer.from(list)) },
  { weight: 1, arbitrary: fc.nat(40_000).map((length) => bytes(PING.padEnd(length))) },
  // Codes of a close, right and wrong, and what may stand behind them.
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 990, max: 5_010 }), fc.string({ maxLength: 130 }))
      .map(([code, reason]) =>
        Buffer.concat([Buffer.from([code >> 8, code & 0xff]), bytes(reason)]),
      ),
  },
);

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

const rarely = <T>(arbitrary: Arbitrary<T>, times = 12) =>
  fc.option(arbitrary, { freq: times - 1 });
const opcode = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(OP.text, OP.text, OP.continuation, OP.ping) },
  { weight: 2, arbitrary: fc.constantFrom(OP.pong, OP.close, OP.binary) },
  { weight: 1, arbitrary: fc.nat(15) },
);
const spec: Arbitrary<FrameSpec> = fc
  .record({
    opcode,
    payload,
    fin: fc.constantFrom(true, true, true, true, false),
    rsv: rarely(fc.nat(7)),
    mask: rarely(fc.constantFrom(null, Buffer.alloc(4), Buffer.from([0xff, 0, 0xff, 0]))),
    isUnmasked: fc.nat(30).map((n) => n === 0),
    lengthBits: rarely(fc.constantFrom(7 as const, 16 as const, 64 as const)),
    saidLength: rarely(fc.constantFrom(...LIES, 2n ** 63n, 2n ** 64n - 1n), 20),
  })
  .map(({ rsv, mask, isUnmasked, lengthBits, saidLength, ...rest }) => ({
    ...rest,
    mask: isUnmasked ? null : (mask ?? MASK),
    rsv: rsv ?? 0,
    ...(lengthBits !== null && { lengthBits }),
    ...(saidLength !== null && { saidLength }),
  }));

/** A right message in so many parts, with pings between some of them. */
const parts: Arbitrary<Buffer> = fc
  .tuple(fc.integer({ min: 1, max: 80 }), fc.nat(4))
  .map(([count, pingEvery]) => {
    const text = PING.padEnd(count);
    const size = Math.ceil(text.length / count);
    const frames = Array.from({ length: count }, (_, i) => {
      const part = text.slice(i * size, (i + 1) * size);
      const opcode = i === 0 ? OP.text : OP.continuation;
      const frame = frameBytes({ opcode, payload: part, fin: i === count - 1 });
      const isPinged = pingEvery > 0 && i % pingEvery === 0;
      return isPinged
        ? Buffer.concat([frame, frameBytes({ opcode: OP.ping, payload: 'p' })])
        : frame;
    });
    return Buffer.concat(frames);
  });

const drawn: Arbitrary<Stream> = fc
  .tuple(
    fc.array(
      fc.oneof({ weight: 9, arbitrary: spec.map(frameBytes) }, { weight: 1, arbitrary: parts }),
      { minLength: 1, maxLength: 7 },
    ),
    fc.constantFrom('none', 'frames', 'bytes', 'halves'),
    rarely(fc.nat(), 8),
  )
  .map(([frames, chops, cutAt]) => {
    const all = Buffer.concat(frames);
    const stream = cutAt === null ? all : all.subarray(0, cutAt % all.length);
    return { name: 'drawn', pieces: chop(stream, frames, chops), due: outcomeOf(stream) };
  });

function chop(stream: Buffer, frames: readonly Buffer[], chops: string): Buffer[] {
  if (chops === 'bytes' && stream.length <= BYTEWISE) {
    return Array.from(stream, (byte) => Buffer.from([byte]));
  }
  const half = Math.ceil(stream.length / 2);
  if (chops === 'halves') return [stream.subarray(0, half), stream.subarray(half)];
  const isWhole = stream.length === frames.reduce((sum, { length }) => sum + length, 0);
  return chops === 'frames' && isWhole ? [...frames] : [stream];
}

export const rawStreams: Fault = {
  id: 'Z1raw',
  title: 'raw RFC 6455 bytes',
  short: 200,
  long: 100_000,
  limits: LIMITS,

  run: (course) => {
    return attack(course, { lanes: LANES }, async ({ world, seeds, once }) => {
      const seat = createSeat(world);
      for (const stream of once(NAMED_STREAMS)) await playAt(seat, 0, stream);
      for (const seed of seeds) {
        const [stream] = fc.sample(drawn, { seed, numRuns: 1 });
        if (stream) await playAt(seat, seed, stream);
      }
      await seat.leave();
    });
  },
};

async function playAt(seat: Seat, seed: number, stream: Stream): Promise<void> {
  try {
    await play(await seat.take(createRandom(seed)), stream);
    seat.expectUndisturbed();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    const hex = Buffer.concat(stream.pieces).toString('hex');
    const shown = hex.length > 2_000 ? `${hex.slice(0, 2_000)}…` : hex;
    throw new Error(`${stream.name}, seed ${seed}: ${what}\nafter ${shown}`, { cause });
  }
}

async function play(place: Place, { pieces, due }: Omit<Stream, 'name'>): Promise<void> {
  const socket = await connectRawSocket(place);
  socket.write(HELLO);
  const isWelcome = await socket.until(() => socket.texts.length > 0);
  // Where a busy machine's store takes too long there is nobody to try it on.
  if (!isWelcome && socket.closeCode === CLOSE.storeUnreachable)
    return play(place, { pieces, due });
  for (const piece of pieces) socket.write(piece);
  const answers = () => socket.texts.filter((text) => text === ANSWER).length;
  const isAnswered = () => answers() >= due.answers && socket.pongs.length >= due.pongs.length;
  // Where a close is due nothing behind it is answered.
  if (due.closes) socket.write(frameBytes({ opcode: OP.ping, payload: MARK }));
  const isDone = () => (due.closes ? socket.pongs.includes(MARK) : isAnswered());
  await socket.until(() => socket.closeCode !== null || isDone());
  if (socket.closeCode === null) {
    // In the middle of a frame no close can be said.
    if (due.isTorn) socket.cut();
    else socket.close(1000);
  }
  await socket.gone();
  judge(socket, due, answers());
}

function judge({ closeCode, problem, pongs }: RawSocket, due: Outcome, answers: number): void {
  const { closes, isTorn } = due;
  if (problem !== null) throw new Error(problem);
  if (closeCode === null && due.pongs.length > PINGS_AT_ONCE) return;
  const allowed: readonly (number | null)[] = closes ?? (isTorn ? [null] : [1000]);
  if (!allowed.includes(closeCode)) {
    throw new Error(`closed with ${closeCode}, not with ${allowed.join(' or ')}`);
  }
  if (answers !== due.answers) throw new Error(`${answers} of ${due.answers} were answered`);
  if (JSON.stringify(pongs) !== JSON.stringify(due.pongs)) {
    throw new Error(`pongs ${JSON.stringify(pongs)}, due are ${JSON.stringify(due.pongs)}`);
  }
}
