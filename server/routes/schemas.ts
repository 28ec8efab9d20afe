/**
 * The shapes of the session API. They validate, give the types, and are the documentation in
 * one; what each call means is beside its route.
 */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { encodedLength } from '../protocol/encoding.ts';
import {
  CID_BYTES,
  KEY_BOX_BYTES,
  KEY_BYTES,
  MAX_ENDPOINT_LENGTH,
  NAME_BOX_BYTES,
  SID_BYTES,
  SUM_LENGTH,
} from '../protocol/limits.ts';

/** Canonical base64url of exactly so many bytes: bits that no byte uses are zero. */
function base64Url(bytes: number, description: string) {
  const length = encodedLength(bytes);
  const last = ['', '[AQgw]', '[AEIMQUYcgkosw048]'][bytes % 3] ?? '';
  const free = last === '' ? length : length - 1;
  return {
    type: 'string',
    pattern: `^[A-Za-z0-9_-]{${free}}${last}$`,
    description: `${description} (${bytes} bytes, base64url)`,
  } as const;
}

type Properties = Readonly<Record<string, JSONSchema>>;
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- that is what none is
type None = Record<never, never>;

interface Exactly<P, O> {
  readonly type: 'object';
  readonly properties: P & O;
  readonly required: readonly Extract<keyof P, string>[];
  readonly additionalProperties: false;
}

/** An object of which everything is needed but what is optional, and which takes nothing else. */
function exactly<const P extends Properties, const O extends Properties = None>(
  needed: P,
  optional?: O,
): Exactly<P, O> {
  return {
    type: 'object',
    properties: { ...needed, ...optional } as P & O, // as: an absent one is empty
    required: Object.keys(needed) as Extract<keyof P, string>[], // as: of nothing else
    additionalProperties: false,
  };
}

/** The same of an answer, to which fields may be added one day. */
function object<const P extends Properties, const O extends Properties = None>(
  needed: P,
  optional?: O,
) {
  const { additionalProperties: _, ...schema } = exactly(needed, optional);
  return schema as Exactly<P, O>; // as: what we answer has no others
}

function two<const S extends JSONSchema>(items: S, description: string) {
  return { type: 'array', items, minItems: 2, maxItems: 2, description } as const;
}

function string(description?: string) {
  return { type: 'string', ...(description !== undefined && { description }) } as const;
}

const nothing = { type: 'null' } as const;

const Sid = base64Url(SID_BYTES, 'The id of a session');
const Proof = base64Url(KEY_BYTES, 'The proof derived from a link secret');
const KeyBox = base64Url(KEY_BOX_BYTES, 'The session key, sealed for one link');
const NameBox = base64Url(NAME_BOX_BYTES, 'A name, sealed');
const Slot = {
  type: 'string',
  enum: ['a', 'b'],
  description: 'One of the two participants',
} as const;
const Milliseconds = { type: 'integer', minimum: 0, description: 'Milliseconds from now' } as const;
const Cid = base64Url(CID_BYTES, 'The id of an entry, drawn by the caller');
const Sum = {
  type: 'string',
  pattern: `^[A-Za-z0-9_-]{${SUM_LENGTH}}$`,
  description: 'The random mark of an entry',
} as const;
const Code = string('A secret code, shown like 7K3M-Q9TX');
const Idle = string('Silence that ends the session: 90s, 30m, 24h or 7d');

export const SessionPath = exactly({ id: Sid });

const FileCid = base64Url(CID_BYTES, 'The cid of the message that the file belongs to');
export const FilePath = exactly({ id: Sid, cid: FileCid });
/** Octets, which nobody has read yet when it is validated. */
export const FileBody = { description: 'A box' } as const;

export const NamesBody = exactly(
  { names: two(string(), 'The server makes the keys, and so sees them during this request') },
  { idle: Idle },
);
export type NamesBody = FromSchema<typeof NamesBody>;

const Sealed = exactly({
  proofHash: base64Url(KEY_BYTES, 'SHA-256 of the proof of this link'),
  key: KeyBox,
  name: NameBox,
});
export const SealedBody = exactly(
  { id: Sid, sealed: two(Sealed, 'Of a, then of b: all made by the caller') },
  { idle: Idle },
);
export type SealedBody = FromSchema<typeof SealedBody>;
export const CreateBody = { anyOf: [SealedBody, NamesBody] } as const;

export const CreatedAnswer = object(
  {
    id: Sid,
    linkBase: string('A link is this, /c# and its fragment'),
    expiresInMs: Milliseconds,
    participants: {
      type: 'array',
      items: object(
        { slot: Slot, code: Code },
        { name: string(), link: string(), qr: string('The link as SVG, in a data URL') },
      ),
      description: 'name, link and qr only if the server made them',
    },
  },
  { lanBase: string('The same for other devices, on localhost') },
);

export const LandingBody = exactly({ proof: Proof });

export const LandingAnswer = object({
  slot: Slot,
  key: KeyBox,
  names: two(NameBox, 'Of a, then of b'),
  here: { anyOf: [Slot, nothing], description: 'As whom this browser is in' },
  met: { type: 'boolean', description: 'Both have entered' },
  triesLeft: { type: 'integer', minimum: 0 },
  retryInMs: Milliseconds,
  expiresInMs: Milliseconds,
});

export const EnterBody = exactly({ proof: Proof, code: Code });
export const EnterAnswer = object({ slot: Slot });

export const RenewBody = exactly(
  {
    slot: Slot,
    proofHash: base64Url(KEY_BYTES, 'SHA-256 of the proof of the new link'),
    key: KeyBox,
    cid: Cid,
    box: string('The control entry that tells of it, sealed'),
  },
  {
    after: {
      anyOf: [exactly({ seq: { type: 'integer', minimum: 1 }, sum: Sum }), nothing],
      description: 'The last position that the caller holds: refused if the log has lost it',
    },
  },
);
export const RenewAnswer = object({ code: Code });

export const PushAnswer = object({
  publicKey: string('The applicationServerKey (65 bytes, base64url)'),
});
export const EndpointBody = exactly({
  slot: Slot,
  endpoint: {
    type: 'string',
    minLength: 1,
    maxLength: MAX_ENDPOINT_LENGTH,
    description: 'The endpoint of a PushSubscription',
  },
});

export const EndBody = {
  anyOf: [exactly({}, { box: string('The control box of the end') }), nothing],
} as const;

export const NoAnswer = { ...nothing, description: 'Done' } as const;

export const Well = object({ ok: { type: 'boolean', const: true } });

/** Of every 4xx and 5xx. */
export const ErrorAnswer = {
  ...object({
    error: {
      ...object({ code: string(), message: string() }),
      additionalProperties: true,
      description: 'Further fields depend on the code',
    },
  }),
  description: 'What was refused, and why',
} as const;
