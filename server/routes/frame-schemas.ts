/**
 * The frames of a connection as JSON Schema, for the documentation: what server/protocol/frames.ts
 * says in types and server/protocol/parse-client-frame.ts checks by hand. Those are the truth; a
 * test compares (test/routes/asyncapi.test.ts). Each with what it says, and examples.
 */
import type { JSONSchema } from 'json-schema-to-ts';
import { encodedLength } from '../protocol/encoding.ts';
import { NACK_ERRORS } from '../protocol/errors.ts';
import { END_REASONS, EXPIRES_BY } from '../protocol/frames.ts';
import type { ClientFrame, ServerFrame } from '../protocol/frames.ts';
import {
  BOX_OVERHEAD_BYTES,
  KEY_BYTES,
  MAX_MESSAGE_PADDED_BYTES,
  MAX_UNSEND_CIDS,
  PAGE_ENTRIES,
  PROTOCOL_VERSION,
} from '../protocol/limits.ts';
import { BOX, CID, HASH, OTHER_CID, SUM } from './examples.ts';
import { base64Url, Cid, exactly, nothing, object, Slot, Sum } from './schemas.ts';

export interface Frame {
  /** What it says, with the rule of PROTOCOL.md. */
  summary: string;
  payload: JSONSchema;
  examples: readonly [object, ...object[]];
}

const Count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const Seq = { ...Count, minimum: 1, description: 'A place in the log' } as const;
const Flag = { type: 'boolean' } as const;
const Ms = { ...Count, description: 'Milliseconds left' } as const;
const StoreTime = { ...Count, description: 'Milliseconds since 1970, for display only' } as const;

/** Canonical base64url of any length: bits that no byte uses are zero. */
const CANONICAL =
  '^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$';
const Box = {
  type: 'string',
  pattern: CANONICAL,
  minLength: encodedLength(BOX_OVERHEAD_BYTES + 1),
  maxLength: encodedLength(BOX_OVERHEAD_BYTES + MAX_MESSAGE_PADDED_BYTES),
  description: 'Ciphertext, at most limits.messageBytes and 40 bytes (base64url)',
} as const;

const Cids = {
  type: 'array',
  items: Cid,
  minItems: 1,
  maxItems: MAX_UNSEND_CIDS,
  uniqueItems: true,
} as const;
const Position = exactly({ seq: Seq, sum: Sum });
const Received = { ...Count, description: 'The last seq that was received' } as const;
const Read = { ...Count, description: 'The last seq that was read: not past received' } as const;
const By = { type: 'string', enum: EXPIRES_BY, description: 'Why it will end' } as const;

const type = <const T extends string>(name: T) => ({ type: 'string', const: name }) as const;

export const CLIENT_FRAMES = {
  hello: {
    summary:
      'The first frame (HS3): the last position this client holds, or null for the whole log; ' +
      'device is drawn at each page load, and takes the place of the last connection of the same. ' +
      'With the device in the address as well the welcome does not wait for it.',
    payload: exactly(
      {
        type: type('hello'),
        v: { type: 'integer', const: PROTOCOL_VERSION },
        after: { anyOf: [Position, nothing] },
      },
      { device: Cid },
    ),
    examples: [
      { type: 'hello', v: 1, after: null, device: CID },
      { type: 'hello', v: 1, after: { seq: 7, sum: SUM } },
    ],
  },
  send: {
    summary: 'Appends an entry (LG1); its echo is the acknowledgement.',
    payload: exactly({ type: type('send'), cid: Cid, box: Box }),
    examples: [{ type: 'send', cid: CID, box: BOX }],
  },
  unsend: {
    summary:
      'Takes entries of one’s own back (LG7): their boxes and files are deleted. None of the cids ' +
      'twice, and not its own.',
    payload: exactly({ type: type('unsend'), of: Cids, cid: Cid, box: Box }),
    examples: [{ type: 'unsend', of: [CID], cid: OTHER_CID, box: BOX }],
  },
  receipt: {
    summary: 'How far this participant has come (EP1).',
    payload: exactly({ type: type('receipt'), received: Received, read: Read }),
    examples: [{ type: 'receipt', received: 8, read: 7 }],
  },
  typing: {
    summary: 'Begins or stops writing (EP2).',
    payload: exactly({ type: type('typing'), on: Flag }),
    examples: [{ type: 'typing', on: true }],
  },
  keep: {
    summary: 'Activity without a message: puts the silence that ends the session off (EP5).',
    payload: exactly({ type: type('keep') }),
    examples: [{ type: 'keep' }],
  },
  end: {
    summary: 'Ends the session for both (LF4), with a control box that says who.',
    payload: exactly({ type: type('end') }, { box: Box }),
    examples: [{ type: 'end', box: BOX }, { type: 'end' }],
  },
  ping: {
    summary: 'Asks for a sign of life (EP6).',
    payload: exactly({ type: type('ping') }),
    examples: [{ type: 'ping' }],
  },
} as const satisfies Record<ClientFrame['type'], Frame>;

const needed = {
  seq: Seq,
  sum: Sum,
  slot: { ...Slot, description: 'Who sent it' },
  cid: Cid,
  at: StoreTime,
} as const;
const optional = {
  box: { ...Box, description: 'Ciphertext; absent once the entry was unsent' },
  hash: base64Url(KEY_BYTES, 'Of the box that stood here, once it was unsent: SHA-256'),
  unsends: { ...Cids, description: 'What this entry took back' },
} as const;
const Entry = object(needed, optional);

const Receipt = object({ received: Received, read: Read });
const lastAt = { ...StoreTime, description: 'When the last connection went' } as const;
const state = {
  type: 'string',
  enum: ['never', 'online', 'offline'],
  description: 'never: has not entered yet',
} as const;

const entry = { seq: 8, sum: SUM, slot: 'a', cid: CID, at: 1_700_000_000_000 };

export const SERVER_FRAMES = {
  welcome: {
    summary: 'The answer to hello (HS4): the session as it stands. The log follows in pages.',
    payload: object({
      type: type('welcome'),
      slot: { ...Slot, description: 'Who this connection is' },
      head: { ...Count, description: 'The last seq of the log, 0 if it is empty' },
      sum: {
        type: 'string',
        pattern: `^$|${Sum.pattern}`,
        description: 'The mark of the head; empty if the log is',
      },
      reset: { ...Flag, description: 'The log has lost the position of hello: all of it follows' },
      idleMs: { ...Count, description: 'The silence that ends the session' },
      expiresInMs: Ms,
      expiresBy: By,
      limits: object({
        messageBytes: { ...Count, description: 'One message, padded' },
        fileBytes: { ...Count, description: 'One file' },
        filesBytes: { ...Count, description: 'All files, as they are stored' },
        files: Count,
        entries: Count,
      }),
      receipts: object({ a: Receipt, b: Receipt }),
      peer: object({ state }, { lastAt }),
    }),
    examples: [
      {
        type: 'welcome',
        slot: 'a',
        head: 8,
        sum: SUM,
        reset: false,
        idleMs: 1_800_000,
        expiresInMs: 1_799_000,
        expiresBy: 'silence',
        limits: {
          ...{ messageBytes: 16_384, fileBytes: 5_242_880, filesBytes: 26_214_400 },
          ...{ files: 100, entries: 5_000 },
        },
        receipts: { a: { received: 8, read: 8 }, b: { received: 8, read: 7 } },
        peer: { state: 'offline', lastAt: 1_700_000_000_000 },
      },
    ],
  },
  entries: {
    summary: 'A page of the log, in order (HS5).',
    payload: object({
      type: type('entries'),
      list: { type: 'array', items: Entry, maxItems: PAGE_ENTRIES },
    }),
    examples: [{ type: 'entries', list: [{ ...entry, box: BOX }] }],
  },
  entry: {
    summary: 'An entry that was appended (LG1), to everyone, its sender too.',
    payload: object({ type: type('entry'), ...needed }, optional),
    examples: [
      { type: 'entry', ...entry, box: BOX },
      { type: 'entry', ...entry, cid: OTHER_CID, box: BOX, unsends: [CID] },
      { type: 'entry', ...entry, hash: HASH },
    ],
  },
  nack: {
    summary:
      'A send or unsend was not stored (LG5): until this cid, or its void, comes again, all other ' +
      'sends are answered with waiting. session_full and gone are final.',
    payload: object(
      {
        type: type('nack'),
        cid: Cid,
        error: { type: 'string', enum: NACK_ERRORS },
      },
      { retryInMs: { ...Count, description: 'When to send it again; absent: after a second' } },
    ),
    examples: [{ type: 'nack', cid: CID, error: 'store_unavailable' }],
  },
  receipt: {
    summary: 'How far a participant has come, over all their devices (EP1).',
    payload: object({ type: type('receipt'), slot: Slot, received: Received, read: Read }),
    examples: [{ type: 'receipt', slot: 'b', received: 8, read: 8 }],
  },
  peer: {
    summary: 'Whether the other participant is there (EP3).',
    payload: object({ type: type('peer'), state }, { lastAt }),
    examples: [{ type: 'peer', state: 'online' }],
  },
  typing: {
    summary: 'The other participant writes, or stops (EP2). Clears by itself after 6 s.',
    payload: object({ type: type('typing'), slot: Slot, on: Flag }),
    examples: [{ type: 'typing', slot: 'b', on: true }],
  },
  expires: {
    summary: 'The deadline has moved (LF3).',
    payload: object({ type: type('expires'), inMs: Ms, by: By }),
    examples: [{ type: 'expires', inMs: 1_800_000, by: 'silence' }],
  },
  notice: {
    summary: 'So many wrong codes were tried for a link (EP4).',
    payload: object({ type: type('notice'), kind: type('tries'), slot: Slot, count: Count }),
    examples: [{ type: 'notice', kind: 'tries', slot: 'b', count: 5 }],
  },
  ended: {
    summary: 'The last frame: the session is over (LF5).',
    payload: object(
      { type: type('ended'), reason: { type: 'string', enum: END_REASONS } },
      { by: { ...Slot, description: 'Who ended it' }, box: Box },
    ),
    examples: [
      { type: 'ended', reason: 'ended', by: 'a', box: BOX },
      { type: 'ended', reason: 'silence' },
    ],
  },
  pong: {
    summary: 'The answer to ping.',
    payload: object({ type: type('pong') }),
    examples: [{ type: 'pong' }],
  },
} as const satisfies Record<ServerFrame['type'], Frame>;
