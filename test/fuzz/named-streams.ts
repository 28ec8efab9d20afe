/**
 * Streams of bytes with a name and the outcome that is due. Their numbers are those of the
 * Autobahn test suite's chapters on framing, control frames, fragments, UTF-8, closing and size;
 * what there is echoed is here a frame of ours that is answered, and what is no frame of ours, or
 * larger than ours may be, is refused. Long because it is one table.
 */
import { isUtf8 } from 'node:buffer';
import { closeFrame, frameBytes, OP, textFrame, type FrameSpec } from './frame-bytes.ts';
import { NO_CODE } from './raw-socket.ts';
import { PING, type Outcome } from './receiver.ts';

export interface NamedStream {
  name: string;
  /** Each is written by itself. */
  pieces: readonly Buffer[];
  due: Outcome;
}

const WRONG = 1002;
const NO_UTF8 = 1007;
const TOO_MANY = 1008;
const TOO_BIG = 1009;
const NOT_OURS = 4500;
const MIB = 2 ** 20;

const due = (outcome: Partial<Outcome>): Outcome => ({
  ...{ pongs: [], answers: 0, closes: null, isTorn: false },
  ...outcome,
});
const closes = (code: number, also: Partial<Outcome> = {}) => due({ ...also, closes: [code] });
const answered = (answers = 1, pongs: string[] = []) => due({ answers, pongs });
const named = (name: string, due: Outcome, ...pieces: Buffer[]): NamedStream => ({
  ...{ name, due, pieces },
});

const ping = (payload: Buffer | string = '') => frameBytes({ opcode: OP.ping, payload });
const pong = (payload: Buffer | string = '') => frameBytes({ opcode: OP.pong, payload });
const binary = (payload: Buffer) => frameBytes({ opcode: OP.binary, payload });
const padded = (bytes: number) => PING.padEnd(bytes);
const part = (payload: Buffer | string, also: { fin?: boolean; opcode?: number } = {}) =>
  frameBytes({ opcode: OP.continuation, payload, fin: false, ...also });
const first = (payload: Buffer | string) => part(payload, { opcode: OP.text });
const last = (payload: Buffer | string) => part(payload, { fin: true });
const whole = (...frames: Buffer[]) => [Buffer.concat(frames)];
const chopped = (size: number, ...frames: Buffer[]) => {
  const all = Buffer.concat(frames);
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, i) => all.subarray(i * size, (i + 1) * size));
};
/** A message in fragments of so many bytes. */
const fragments = (text: Buffer | string, size: number, opcode: number = OP.text) => {
  const parts = chopped(size, Buffer.from(text));
  return parts.map((bytes, i) =>
    part(bytes, { opcode: i === 0 ? opcode : OP.continuation, fin: i === parts.length - 1 }),
  );
};
const [START, MIDDLE, END] = ['{"type":', '"pi', 'ng"}'] as const;
const odd = (spec: FrameSpec) => frameBytes(spec);
const NO_TEXT = Buffer.from([0, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0, 0xff]);
const HELLO = 'Hello, world!';

const messages: NamedStream[] = [
  named('1.1.1 no text', closes(NOT_OURS), textFrame('')),
  ...[125, 126, 127, 128].map((bytes, i) =>
    named(`1.1.${i + 2} a text of ${bytes}`, answered(), textFrame(padded(bytes))),
  ),
  ...[65_535, 65_536].map((bytes, i) =>
    named(`1.1.${i + 6} a text of ${bytes}`, closes(TOO_BIG), textFrame(padded(bytes))),
  ),
  named('1.1.8 a text in chops', closes(TOO_BIG), ...chopped(997, textFrame(padded(65_536)))),
  ...[0, 125, 126, 127, 128].map((bytes, i) =>
    named(`1.2.${i + 1} ${bytes} binary`, closes(NOT_OURS), binary(Buffer.alloc(bytes, 0xfe))),
  ),
  ...[65_535, 65_536].map((bytes, i) =>
    named(`1.2.${i + 6} ${bytes} binary`, closes(TOO_BIG), binary(Buffer.alloc(bytes, 0xfe))),
  ),
  named('1.2.8 in chops', closes(TOO_BIG), ...chopped(997, binary(Buffer.alloc(65_536, 0xfe)))),
  named('the largest text', answered(), textFrame(padded(24 * 1024))),
  named('a byte more', closes(TOO_BIG), textFrame(padded(24 * 1024 + 1))),
];

const tenPings = Array.from({ length: 10 }, (_, i) => ping(`payload-${i}`));
const tenPongs = Array.from({ length: 10 }, (_, i) => `payload-${i}`);
const full = Buffer.alloc(125, 0xfe);
const pings: NamedStream[] = [
  named('2.1 ping', answered(0, ['']), ping()),
  named('2.2 with text', answered(0, [HELLO]), ping(HELLO)),
  named('2.3 with bytes', answered(0, [NO_TEXT.toString('latin1')]), ping(NO_TEXT)),
  named('2.4 with 125 bytes', answered(0, [full.toString('latin1')]), ping(full)),
  named('2.5 with 126 bytes', closes(WRONG), ping(Buffer.alloc(126, 0xfe))),
  named('2.6 bytewise', answered(0, [full.toString('latin1')]), ...chopped(1, ping(full))),
  named('2.7 pong that nobody asked for', due({}), pong()),
  named('2.8 with text', due({}), pong('unasked')),
  named('2.9 and a ping', answered(0, ['asked']), ...whole(pong('unasked'), ping('asked'))),
  named('2.10 ten', answered(0, tenPongs), ...whole(...tenPings)),
  named('2.11 ten, bytewise', answered(0, tenPongs), ...chopped(1, ...tenPings)),
];

const reserved: NamedStream[] = [
  named('3.1 RSV 1', closes(WRONG), odd({ opcode: OP.text, payload: PING, rsv: 1 })),
  named(
    '3.2 RSV 2 behind a right one',
    closes(WRONG, { answers: 1 }),
    ...whole(textFrame(PING), odd({ opcode: OP.text, payload: PING, rsv: 2 }), ping()),
  ),
  named(
    '3.3 RSV 3, frame by frame',
    closes(WRONG, { answers: 1 }),
    ...[textFrame(PING), odd({ opcode: OP.text, payload: PING, rsv: 3 }), ping()],
  ),
  named(
    '3.4 RSV 4: compressed, which nobody agreed on; bytewise',
    closes(WRONG, { answers: 1 }),
    ...chopped(1, textFrame(PING), odd({ opcode: OP.text, payload: PING, rsv: 4 }), ping()),
  ),
  named('3.5 RSV 5', closes(WRONG), odd({ opcode: OP.binary, payload: NO_TEXT, rsv: 5 })),
  named('3.6 RSV 6', closes(WRONG), odd({ opcode: OP.ping, payload: HELLO, rsv: 6 })),
  named('3.7 RSV 7', closes(WRONG), odd({ opcode: OP.close, rsv: 7 })),
];

const opcodes: NamedStream[] = [3, 11].flatMap((from, chapter) =>
  [0, 1, 2, 3, 4].map((i) => {
    const opcode = from + i;
    const payload = i % 2 === 0 ? '' : 'payload of what is reserved';
    const name = `4.${chapter + 1}.${i + 1} opcode ${opcode}`;
    if (i < 2) return named(name, closes(WRONG), odd({ opcode, payload }));
    const frames = [textFrame(PING), odd({ opcode, payload }), ping()];
    const pieces = i === 4 ? chopped(1, ...frames) : whole(...frames);
    return named(name, closes(WRONG, { answers: 1 }), ...pieces);
  }),
);

const split = (opcode: number) => [part('fragment1', { opcode }), last('fragment2')];
const inTwo = [first(START), last(MIDDLE + END)];
const withPing = [first(START), ping('between'), last(MIDDLE + END)];
const nothingToContinue = (fin: boolean) => [part('nothing before', { fin }), textFrame(PING)];
const twice = <T>(list: readonly T[]) => [...list, ...list];
const withPings = [
  ...[first('{'), part('"type":'), ping('1'), part('"pi'), part('ng"'), ping('2'), last('}')],
];
const fragmentation: NamedStream[] = [
  named('5.1 ping in two', closes(WRONG), ...whole(...split(OP.ping))),
  named('5.2 pong in two', closes(WRONG), ...whole(...split(OP.pong))),
  named('5.3 text in two', answered(), ...whole(...inTwo)),
  named('5.4 frame by frame', answered(), ...inTwo),
  named('5.5 bytewise', answered(), ...chopped(1, ...inTwo)),
  named('5.6 a ping between', answered(1, ['between']), ...whole(...withPing)),
  named('5.7 frame by frame', answered(1, ['between']), ...withPing),
  named('5.8 bytewise', answered(1, ['between']), ...chopped(1, ...withPing)),
  named('5.9 nothing to continue', closes(WRONG), ...whole(...nothingToContinue(true))),
  named('5.10 frame by frame', closes(WRONG), ...nothingToContinue(true)),
  named('5.11 bytewise', closes(WRONG), ...chopped(1, ...nothingToContinue(true))),
  named('5.12 nothing, without FIN', closes(WRONG), ...whole(...nothingToContinue(false))),
  named('5.13 frame by frame', closes(WRONG), ...nothingToContinue(false)),
  named('5.14 bytewise', closes(WRONG), ...chopped(1, ...nothingToContinue(false))),
  named(
    '5.15 nothing left to continue',
    closes(WRONG, { answers: 1 }),
    ...whole(...inTwo, part('more'), textFrame(PING)),
  ),
  named('5.16 nothing before, twice', closes(WRONG), ...whole(...twice([part('x'), ...inTwo]))),
  named('5.17 the same with FIN', closes(WRONG), ...whole(...twice([last('x'), ...inTwo]))),
  named('5.18 two beginnings', closes(WRONG), ...whole(first(START), textFrame(MIDDLE + END))),
  named('5.19 five parts and two pings', answered(1, ['1', '2']), ...whole(...withPings)),
  named('5.20 frame by frame', answered(1, ['1', '2']), ...withPings),
  named('64 parts', answered(), ...whole(...fragments(padded(64), 1))),
  named('65 parts', closes(TOO_MANY), ...whole(...fragments(padded(65), 1))),
  named(
    'empty parts without end',
    closes(TOO_MANY),
    ...whole(first(START), ...Array.from({ length: 10_000 }, () => part(''))),
  ),
];

const GREEK = Buffer.from('κόσμε');
const SURROGATE = Buffer.concat([GREEK, Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('edited')]);
const BEYOND = Buffer.concat([GREEK, Buffer.from([0xf4, 0x90, 0x80, 0x80]), Buffer.from('edited')]);
const SPECIAL = 'Hello-µ@ßöäüàá-UTF-8!!';
/** Right UTF-8 is read, and then it is no frame of ours. */
const read = (bytes: Buffer) => closes(isUtf8(bytes) ? NOT_OURS : NO_UTF8);
const parts = (bytes: Buffer, ...at: number[]) => {
  const cuts = [0, ...at, bytes.length];
  const pieces = at.concat(0).map((_, i) => bytes.subarray(cuts[i], cuts[i + 1]));
  return [first(pieces[0]!), ...pieces.slice(1, -1).map((one) => part(one)), last(pieces.at(-1)!)];
};
const utf8: NamedStream[] = [
  named('6.1.1 empty', closes(NOT_OURS), textFrame('')),
  named('6.1.2 three empty parts', closes(NOT_OURS), ...whole(first(''), part(''), last(''))),
  named('6.1.3 the middle is not', answered(), ...whole(first(''), part(PING), last(''))),
  named('6.2.1 right', closes(NOT_OURS), textFrame(SPECIAL)),
  named('6.2.2 in two', closes(NOT_OURS), ...whole(...parts(Buffer.from(SPECIAL), 12))),
  named('6.2.3 a byte a part', closes(NOT_OURS), ...whole(...fragments(SPECIAL, 1))),
  named('6.2.4 a byte a part', closes(NOT_OURS), ...whole(...fragments(GREEK, 1))),
  named('6.3.1 wrong', closes(NO_UTF8), textFrame(SURROGATE)),
  named('6.3.2 a byte a part', closes(NO_UTF8), ...whole(...fragments(SURROGATE, 1))),
  named('6.4.1 wrong in the second part', closes(NO_UTF8), ...parts(BEYOND, 11, 15)),
  named('6.4.2 in its second byte', closes(NO_UTF8), ...parts(BEYOND, 12, 13)),
  named('6.4.3 in chops of one frame', closes(NO_UTF8), ...chopped(11, textFrame(BEYOND))),
  named('6.4.4 cut at the wrong byte', closes(NO_UTF8), ...chopped(18, textFrame(BEYOND))),
  ...sequences().map((bytes) =>
    named(`6.x ${bytes.toString('hex')}`, read(bytes), textFrame(bytes)),
  ),
];

/** What a decoder may get wrong: the first and last of each length, and what is none. */
function sequences(): Buffer[] {
  const hex = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'hex'));
  const prefixes = Array.from(GREEK, (_, i) => GREEK.subarray(0, i + 1));
  const lonely = [0xc0, 0xe0, 0xf0, 0xf8, 0xfc].map((from) =>
    Buffer.from(Array.from({ length: 4 }, (_, i) => [from + i, 0x20]).flat()),
  );
  const continuations = Array.from({ length: 6 }, (_, i) =>
    Buffer.from(Array.from({ length: i + 1 }, (_, at) => (at % 2 === 0 ? 0x80 : 0xbf))),
  );
  // Half of each sequence of one to six bytes, and how it ends too soon.
  const short = hex('c0', 'e080', 'f08080', 'f8808080', 'fc80808080');
  const shortLast = hex('df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf');
  const planes = Array.from({ length: 17 }, (_, plane) =>
    [0xfffe, 0xffff].map((n) => plane * 0x10000 + n),
  );
  return [
    ...['hello$world', 'hello¢world', 'hello€world', 'hello𤭢world'].map((text) =>
      Buffer.from(text),
    ),
    ...prefixes,
    ...hex('00', 'c280', 'e0a080', 'f0908080', 'f888808080', 'fc8480808080'),
    ...hex('7f', 'dfbf', 'efbfbf', 'f48fbfbf', 'f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'),
    ...hex('ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf', 'f4908080'),
    ...continuations,
    Buffer.from(Array.from({ length: 64 }, (_, i) => 0x80 + i)),
    ...lonely,
    ...short,
    ...shortLast,
    Buffer.concat([...short, ...shortLast]),
    ...hex('fe', 'ff', 'fefeffff'),
    ...hex('c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'),
    ...hex('c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'),
    ...hex('c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'),
    ...hex('eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'),
    ...['eda080', 'edadbf', 'edae80', 'edafbf'].flatMap((high) =>
      hex(`${high}edb080`, `${high}edbfbf`),
    ),
    ...planes.flat().map((point) => Buffer.from(String.fromCodePoint(point))),
    ...[0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd].map((n) => Buffer.from(String.fromCodePoint(n))),
  ];
}

const ALLOWED = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const FORBIDDEN = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const closing: NamedStream[] = [
  named(
    '7.1.1 a message, and a close',
    closes(1000, { answers: 1 }),
    textFrame(PING),
    closeFrame(1000),
  ),
  named('7.1.2 two closes', closes(1000), ...whole(closeFrame(1000), closeFrame(1000))),
  named('7.1.3 a ping behind it', closes(1000), ...whole(closeFrame(1000), ping())),
  named('7.1.4 a message behind it', closes(1000), ...whole(closeFrame(1000), textFrame(PING))),
  named(
    '7.1.5 the rest of a message behind it',
    closes(1000),
    ...whole(first(START), closeFrame(1000), last(MIDDLE + END)),
  ),
  named(
    '7.1.6 256 KiB before it',
    closes(TOO_BIG),
    ...whole(textFrame(padded(256 * 1024)), closeFrame(1000), ping()),
  ),
  named('7.3.1 empty', closes(NO_CODE), closeFrame(null)),
  named('7.3.2 half a code', closes(WRONG), odd({ opcode: OP.close, payload: '\u0003' })),
  named('7.3.3 a code', closes(1000), closeFrame(1000)),
  named('7.3.4 and a reason', closes(1000), closeFrame(1000, 'Hello World!')),
  named('7.3.5 the longest', closes(1000), closeFrame(1000, '*'.repeat(123))),
  named('7.3.6 too long', closes(WRONG), closeFrame(1000, '*'.repeat(124))),
  named('7.5.1 a reason that is no UTF-8', closes(NO_UTF8), closeFrame(1000, SURROGATE)),
  ...ALLOWED.map((code, i) =>
    named(`7.7.${i + 1} the code ${code}`, closes(code), closeFrame(code)),
  ),
  ...FORBIDDEN.map((code, i) =>
    named(`7.9.${i + 1} the code ${code}`, closes(WRONG), closeFrame(code)),
  ),
  named('7.13.1 the code 5000', closes(WRONG), closeFrame(5000)),
  named('7.13.2 the code 65535', closes(WRONG), closeFrame(65_535)),
];

const SIZES = [64 * 1024, 256 * 1024, MIB, 4 * MIB];
const PARTS = [64, 256, 1024, 4096, 16_384, 65_536];
const sizes: NamedStream[] = [
  ...SIZES.map((bytes, i) =>
    named(`9.1.${i + 1} a text of ${bytes}`, closes(TOO_BIG), textFrame(padded(bytes))),
  ),
  ...SIZES.map((bytes, i) =>
    named(`9.2.${i + 1} ${bytes} binary`, closes(TOO_BIG), binary(Buffer.alloc(bytes, 0xfe))),
  ),
  ...PARTS.map((bytes, i) =>
    named(
      `9.3.${i + 1} 256 KiB in parts of ${bytes}`,
      closes(bytes <= 256 ? TOO_MANY : TOO_BIG),
      ...whole(...fragments(padded(256 * 1024), bytes)),
    ),
  ),
  ...PARTS.map((bytes, i) =>
    named(
      `9.4.${i + 1} the same, binary`,
      closes(bytes <= 256 ? TOO_MANY : TOO_BIG),
      ...whole(...fragments(Buffer.alloc(256 * 1024, 0xfe), bytes, OP.binary)),
    ),
  ),
  ...[64, 256, 1024, 2048].map((bytes, i) =>
    named(
      `9.5.${i + 1} 24 KiB in chops of ${bytes}`,
      answered(),
      ...chopped(bytes, textFrame(padded(24 * 1024))),
    ),
  ),
  ...[16, 64, 256, 1024, 4096].map((bytes, i) =>
    named(
      `9.7.${i + 2} 40 texts of ${bytes}`,
      answered(40),
      ...Array.from({ length: 40 }, () => textFrame(padded(bytes))),
    ),
  ),
  named(
    '10.1.1 64 KiB in parts of 1300',
    closes(TOO_BIG),
    ...whole(...fragments(padded(65_536), 1300)),
  ),
];

const lengths: NamedStream[] = [
  named('not masked', closes(WRONG), odd({ opcode: OP.text, payload: PING, mask: null })),
  named('a close that is not masked', closes(WRONG), odd({ opcode: OP.close, mask: null })),
  named(
    'masked with zeros',
    answered(),
    odd({ opcode: OP.text, payload: PING, mask: Buffer.alloc(4) }),
  ),
  named(
    'a short length in 16 bits',
    answered(),
    odd({ opcode: OP.text, payload: PING, lengthBits: 16 }),
  ),
  named(
    'a short length in 64 bits',
    answered(),
    odd({ opcode: OP.text, payload: PING, lengthBits: 64 }),
  ),
  named('a ping of 16 bits', closes(WRONG), odd({ opcode: OP.ping, payload: 'x', lengthBits: 16 })),
  named('a close of 64 bits', closes(WRONG), odd({ opcode: OP.close, lengthBits: 64 })),
  ...[
    2n ** 31n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ].map((saidLength) =>
    named(
      `a length of ${saidLength}`,
      closes(TOO_BIG),
      odd({ opcode: OP.text, payload: PING, saidLength }),
    ),
  ),
  named('half a head', due({ isTorn: true }), textFrame(PING).subarray(0, 1)),
  named('half a length', due({ isTorn: true }), textFrame(padded(300)).subarray(0, 3)),
  named('half a mask', due({ isTorn: true }), textFrame(PING).subarray(0, 4)),
  named(
    'half a payload',
    due({ isTorn: true, answers: 1 }),
    textFrame(PING),
    textFrame(PING).subarray(0, 9),
  ),
  named('half a message', due({ isTorn: true }), first(START)),
];

export const NAMED_STREAMS: readonly NamedStream[] = [
  ...messages,
  ...pings,
  ...reserved,
  ...opcodes,
  ...fragmentation,
  ...utf8,
  ...closing,
  ...sizes,
  ...lengths,
];
