/**
 * The grammar of what a client may send (PROTOCOL.md), as fields in JSON text rather than values,
 * so that a mutation can say what no serializer would. Written from the protocol alone: of the
 * server's own parser it knows nothing.
 */
import fc, { type Arbitrary } from 'fast-check';

/** Name and JSON text of each field, in order. */
export type Fields = readonly (readonly [name: string, json: string])[];

/** What has to become of a frame where the greeting is over; `either`: it may go both ways. */
export type Due = 'taken' | 'refused' | 'either';

export interface Said {
  /** How it came about, for whoever reads of a failure. */
  what: string;
  payload: Buffer | string;
  isBinary: boolean;
  due: Due;
  /** Sent so many times, all at once. */
  times: number;
}

/** Largest box: 16 KiB of padded plaintext, nonce and tag. */
export const MAX_BOX_BYTES = 16 * 1024 + 40;
export const MIN_BOX_BYTES = 41;
export const MAX_FRAME_BYTES = 24 * 1024;

/** Few, so that the same ones come again and a log stays short. */
const CIDS = 12;
/** What the other participant has sent under these no one else may send or take back. */
export const OTHERS_CIDS = [cidOf(201), cidOf(202)];

export function cidOf(n: number): string {
  return Buffer.alloc(16, n).toString('base64url');
}

/** Canonical, of so many equal bytes. */
export function boxOf(bytes: number, fill = 7): string {
  return Buffer.alloc(bytes, fill).toString('base64url');
}

const quoted = (text: string) => JSON.stringify(text);
export const cid: Arbitrary<string> = fc.integer({ min: 1, max: CIDS }).map(cidOf);
const boxBytes = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: MIN_BOX_BYTES, max: 700 }) },
  { weight: 1, arbitrary: fc.integer({ min: 700, max: MAX_BOX_BYTES }) },
);
export const box: Arbitrary<string> = fc
  .tuple(boxBytes, fc.nat(255))
  .map(([bytes, fill]) => boxOf(bytes, fill));
const position = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 9 }))
  .map(([seq, n]) => `{"seq":${seq},"sum":"${'abcdefghij-'.slice(n)}${'_'.repeat(n)}"}`);

export const hello: Arbitrary<Fields> = fc
  .tuple(fc.oneof(fc.constant('null'), position), fc.option(cid))
  .map(([after, device]) => [
    ['type', '"hello"'],
    ['v', '1'],
    ['after', after],
    ...(device === null ? [] : ([['device', quoted(device)]] as const)),
  ]);

const send: Arbitrary<Fields> = fc.tuple(cid, box).map(([cid, box]) => [
  ['type', '"send"'],
  ['cid', quoted(cid)],
  ['box', quoted(box)],
]);

const unsend: Arbitrary<Fields> = fc
  .tuple(fc.uniqueArray(cid, { minLength: 2, maxLength: 6 }), box)
  .map(([[cid = '', ...of], box]) => [
    ['type', '"unsend"'],
    ['of', JSON.stringify(of)],
    ['cid', quoted(cid)],
    ['box', quoted(box)],
  ]);

const receipt: Arbitrary<Fields> = fc.tuple(fc.nat(60), fc.nat(60)).map(([one, other]) => [
  ['type', '"receipt"'],
  ['received', String(Math.max(one, other))],
  ['read', String(Math.min(one, other))],
]);

const typing: Arbitrary<Fields> = fc.boolean().map((on) => [
  ['type', '"typing"'],
  ['on', String(on)],
]);

const bare = (type: string): Arbitrary<Fields> => fc.constant([['type', quoted(type)]]);

const end: Arbitrary<Fields> = fc
  .option(box)
  .map((box) => [['type', '"end"'], ...(box === null ? [] : ([['box', quoted(box)]] as const))]);

/** Of those that leave the session as it is, or add to its log. */
export const frame: Arbitrary<Fields> = fc.oneof(
  { weight: 6, arbitrary: send },
  { weight: 4, arbitrary: unsend },
  { weight: 3, arbitrary: receipt },
  { weight: 2, arbitrary: typing },
  { weight: 1, arbitrary: bare('keep') },
  { weight: 1, arbitrary: bare('ping') },
);

export const ending: Arbitrary<Fields> = end;

export function textOf(fields: Fields): string {
  return `{${fields.map(([name, json]) => `${quoted(name)}:${json}`).join()}}`;
}

export function said(
  what: string,
  due: Due,
  payload: Buffer | string,
  { isBinary = false, times = 1 } = {},
): Said {
  return { what, due, payload, isBinary, times };
}

/** An unsend of what is an unsend is refused, but only by the store: whether it is one, it knows. */
export function dueOf(fields: Fields): Due {
  return fields[0]?.[1] === '"unsend"' ? 'either' : 'taken';
}

export const right: Arbitrary<Said> = frame.map((fields) =>
  said('a right frame', dueOf(fields), textOf(fields)),
);
