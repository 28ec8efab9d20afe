/**
 * What is made of right frames to make them wrong, each with what has to become of it: most are
 * no frames any more and have to be refused, some look odd and are right nevertheless.
 */
import fc, { type Arbitrary } from 'fast-check';
import {
  box,
  boxOf,
  cid,
  cidOf,
  dueOf,
  frame,
  MAX_BOX_BYTES,
  MAX_FRAME_BYTES,
  MIN_BOX_BYTES,
  OTHERS_CIDS,
  said,
  textOf,
  type Due,
  type Fields,
  type Said,
} from './client-frames.ts';

/** JSON texts that are no right value of any field but those in LOOSE. */
const ODD_VALUES = [
  ...['null', 'true', 'false', '0', '-0', '1', '-1', '1.5', '1e309', '-1e309', '1e-320'],
  ...['9007199254740991', '9007199254740992', '9007199254740993', '1e21', '0e0', '0.0'],
  ...['""', '" "', '"a"', '"null"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ufeff"'],
  ...['[]', '[[]]', '[null]', '{}', '{"":0}', '{"__proto__":null}', '{"toString":1}'],
  ...['{"length":0}', '{"seq":1}', '{"toJSON":null}', '{"then":1}', '"__proto__"'],
] as const;
/** Fields of which an odd value may be a right one. */
const LOOSE = new Set(['v', 'received', 'read', 'on', 'after']);
const STRANGE_NAMES = [
  ...['x', '', ' ', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'],
  ...['Type', 'type ', 'TYPE', '\0', 'type\0', '\ufeff', '\ud800', 'then', 'length', '0'],
];
const NO_TYPES = [
  ...['PING', 'ping ', ' ping', 'ping\0', '\ufeffping', 'pıng', '', '__proto__', 'constructor'],
  ...['toString', 'welcome', 'entry', 'entries', 'nack', 'peer', 'ended', 'pong', 'notice'],
];
const NO_BASE64URL = ['=', '+', '/', ' ', '\n', '\0', '\ufeff', '\ud800', 'é', 'Ａ', '.', '%41'];
const NO_JSON_BEFORE = ['\ufeff', '\0', 'x', ',', '[', '//\n', ")]}'\n", '{}'];
const NO_JSON_BEHIND = ['\0', '\ufeff', 'x', ',', '}', ']', '{}', '\n{"type":"ping"}', '/**/', ';'];

const quoted = (text: string) => JSON.stringify(text);
const from = <T>(list: readonly T[]): Arbitrary<T> => fc.constantFrom(...list);
/** A frame and a place in its fields. */
const atField = (frames: Arbitrary<Fields>) =>
  fc.tuple(frames, fc.nat(11)).map(([fields, n]) => ({ fields, i: n % fields.length }));

function withValue(fields: Fields, i: number, json: string): Fields {
  return fields.map(([name, old], at) => [name, at === i ? json : old]);
}

/** Of frames of any kind, hello included. */
export function mutated(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc.oneof(
    ...[missing, extra, odd, misspelt, twice, deep, misshapen, cut, flipped, spaced].map((make) =>
      make(frames),
    ),
  );
}

/** Fields without which a frame is still one. */
const OPTIONAL = new Set(['device', 'box of end']);

function missing(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return atField(frames).map(({ fields, i }) => {
    const [name = ''] = fields[i] ?? [];
    const isOptional = OPTIONAL.has(name) || OPTIONAL.has(`${name} of ${kindOf(fields)}`);
    const text = textOf(fields.filter((_, at) => at !== i));
    return said(`without ${name}`, isOptional ? dueOf(fields) : 'refused', text);
  });
}

function kindOf(fields: Fields): string {
  return fields[0]?.[1].slice(1, -1) ?? '';
}

function extra(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc
    .tuple(atField(frames), from(STRANGE_NAMES), from(ODD_VALUES))
    .map(([{ fields, i }, name, json]) =>
      said('with a field more', 'refused', textOf(fields.toSpliced(i, 0, [name, json]))),
    );
}

function odd(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc.tuple(atField(frames), from(ODD_VALUES)).map(([{ fields, i }, json]) => {
    const [name = ''] = fields[i] ?? [];
    const due: Due = LOOSE.has(name) ? 'either' : 'refused';
    return said(`an odd ${name}`, due, textOf(withValue(fields, i, json)));
  });
}

/** A text in base64url that is none, or has another length. */
function misspelt(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc
    .tuple(atField(frames), from(NO_BASE64URL), fc.nat())
    .map(([{ fields, i }, wrong, n]) => {
      const at = fields.findIndex(([name], at) => at >= i && /^(cid|box|device)$/.test(name));
      const text = /^"(.*)"$/.exec(fields[at]?.[1] ?? '')?.[1];
      if (text === undefined) return said('as it was', dueOf(fields), textOf(fields));
      const place = n % text.length;
      const bad = text.slice(0, place) + wrong + text.slice(place + 1);
      return said(`misspelt`, 'refused', textOf(withValue(fields, at, quoted(bad))));
    });
}

/** The last of two counts; here it is the odd one, or the right one. */
function twice(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc
    .tuple(atField(frames), from(ODD_VALUES), fc.boolean())
    .map(([{ fields, i }, json, isFirst]) => {
      const [name = ''] = fields[i] ?? [];
      const more = fields.toSpliced(isFirst ? i : fields.length, 0, [name, json]);
      const due = isFirst ? dueOf(fields) : LOOSE.has(name) ? 'either' : 'refused';
      return said(`${name} twice`, due, textOf(more));
    });
}

function deep(frames: Arbitrary<Fields>): Arbitrary<Said> {
  const depth = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12_500 }));
  return fc
    .tuple(atField(frames), depth, from(['[', '{"a":', '[0,'] as const))
    .map(([{ fields, i }, depth, open]) => {
      const times = Math.min(depth, Math.floor(24_000 / (open.length + 1)));
      const nested = open.repeat(times) + '1' + (open[0] === '[' ? ']' : '}').repeat(times);
      return said('deep', 'refused', textOf(withValue(fields, i, nested)));
    });
}

function misshapen(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc
    .tuple(frames, from(NO_JSON_BEFORE), from(NO_JSON_BEHIND), fc.nat(3))
    .map(([fields, before, behind, way]) => {
      const text = textOf(fields);
      const shapes = [before + text, text + behind, text.replaceAll('"', "'"), `[${text}]`];
      return said('no JSON object', 'refused', shapes[way] ?? before);
    });
}

function cut(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc.tuple(frames, fc.nat()).map(([fields, n]) => {
    const text = textOf(fields);
    return said('cut off', 'refused', text.slice(0, n % text.length));
  });
}

/** One byte is another; it may be no UTF-8 any more. */
function flipped(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc.tuple(frames, fc.nat(), fc.nat(255)).map(([fields, n, byte]) => {
    const bytes = Buffer.from(textOf(fields));
    bytes[n % bytes.length] = byte;
    return said('one byte is another', 'either', bytes);
  });
}

/** JSON does not care how it is written. */
function spaced(frames: Arbitrary<Fields>): Arbitrary<Said> {
  return fc
    .tuple(frames, from([' ', '\n', '\t', '\r\n', '']), fc.boolean(), fc.nat(3))
    .map(([fields, space, isEscaped, turns]) => {
      const turned = [...fields.slice(turns % fields.length), ...fields].slice(0, fields.length);
      const all = new Set(turned.map(([name]) => name)).size === fields.length ? turned : fields;
      const name = (text: string) => (isEscaped ? escaped(text) : text);
      const pairs = all.map(([key, json]) => `${space}"${name(key)}"${space}:${space}${json}`);
      return said('written oddly', dueOf(fields), `${space}{${pairs.join()}${space}}${space}`);
    });
}

function escaped(text: string): string {
  return text.replaceAll(/./g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const number = (due: Due, texts: readonly string[], frameOf: (text: string) => string) =>
  from(texts).map((text) => said(`the number ${text}`, due, frameOf(text)));
const receiptOf = (received: string) => `{"type":"receipt","received":${received},"read":0}`;
const helloOf = (v: string) => `{"type":"hello","v":${v},"after":null}`;
const afterOf = (seq: string) =>
  `{"type":"hello","v":1,"after":{"seq":${seq},"sum":"abcdefghij-"}}`;
const NO_COUNTS = [
  ...['-1', '0.5', '1e309', '-1e309', '9007199254740992', '9007199254740993', '1e21', '1e-320'],
  ...['NaN', 'Infinity', '01', '+1', '0x1', '1.', '.1', '1_0', '1n', '--1', '1e', '"1"'],
];

/** Numbers at every edge, where a frame has one. */
export const oddHello: Arbitrary<Said> = fc.oneof(
  number('taken', ['1', '1.0', '1e0', '10e-1'], helloOf),
  number('refused', [...NO_COUNTS, '0', '-0', '2', 'true', '[1]'], helloOf),
  number('taken', ['1', '1.0', '9007199254740991'], afterOf),
  number('refused', [...NO_COUNTS, '0', '-0'], afterOf),
);

/** What is wrong in its own way. */
export const peculiar: Arbitrary<Said> = fc.oneof(
  number('taken', ['0', '-0', '0.0', '0e0', '1', '1e2', '9007199254740991'], receiptOf),
  number('refused', NO_COUNTS, receiptOf),
  from(NO_TYPES).map((type) => said('an unknown type', 'refused', `{"type":${quoted(type)}}`)),
  from([MIN_BOX_BYTES, MAX_BOX_BYTES - 1, MAX_BOX_BYTES]).map((n) => sized(n, 'taken')),
  from([0, 1, 40, MAX_BOX_BYTES + 1, 18_400]).map((n) => sized(n, 'refused')),
  fc.integer({ min: 101, max: 900 }).map((n) => ofMany(n, 'refused')),
  fc.constantFrom(1, 99, 100).map((n) => ofMany(n, 'either')),
  cid.map((own) => unsendOf([own, own], 'refused')),
  from(OTHERS_CIDS).map((theirs) => unsendOf([theirs], 'either')),
  from(OTHERS_CIDS).map((theirs) => said("the other's cid", 'either', sendOf(theirs, boxOf(41)))),
  fc.tuple(cid, box).map(([cid, box]) => notCanonical(cid, box)),
  frame.map((fields) => said('binary', 'refused', textOf(fields), { isBinary: true })),
  fc.integer({ min: 0, max: 8_192 }).map((n) => padded(MAX_FRAME_BYTES + 1 + n, 'refused')),
  fc.constantFrom(0, 1, 100).map((n) => padded(MAX_FRAME_BYTES - n, 'taken')),
  from(['ping', 'keep']).map((type) =>
    said('a flood', 'either', `{"type":"${type}"}`, { times: 60 }),
  ),
  fc.json({ noUnicodeString: false }).map((json) => said('any JSON', 'refused', json)),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => said('any text', 'refused', text)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => said('any bytes', 'refused', Buffer.from(bytes))),
);

function sendOf(cid: string, box: string): string {
  return `{"type":"send","cid":"${cid}","box":"${box}"}`;
}

function sized(bytes: number, due: Due): Said {
  return said(`a box of ${bytes} bytes`, due, sendOf(cidOf(1), boxOf(bytes)));
}

function unsendOf(of: readonly string[], due: Due): Said {
  const text = `{"type":"unsend","of":${JSON.stringify(of)},"cid":"${cidOf(99)}","box":"${boxOf(41)}"}`;
  return said(`an unsend of ${of.length}`, due, text);
}

/** Different cids, none of which is in the log. */
function ofMany(n: number, due: Due): Said {
  const cids = Array.from({ length: n }, (_, i) => {
    const bytes = Buffer.alloc(16, 250);
    bytes.writeUInt16BE(i);
    return bytes.toString('base64url');
  });
  return unsendOf(cids, due);
}

/** A cid whose last character has bits that no byte uses. */
function notCanonical(cid: string, box: string): Said {
  return said('not canonical', 'refused', sendOf(`${cid.slice(0, -1)}B`, box));
}

function padded(bytes: number, due: Due): Said {
  return said(`${bytes} bytes`, due, '{"type":"ping"}'.padEnd(bytes));
}
