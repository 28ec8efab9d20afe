/**
 * The shapes of the session API. They validate, give the types, and are the documentation in
 * one; what each call means is beside its route, what is refused in refusals.ts.
 */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import { encodedLength } from '../protocol/encoding.ts';
import * as example from './examples.ts';
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
export function base64Url(bytes: number, description: string) {
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

export interface Exactly<P, O> {
  readonly type: 'object';
  readonly properties: P & O;
  readonly required: readonly Extract<keyof P, string>[];
  readonly additionalProperties: false;
}

/** An object of which everything is needed but what is optional, and which takes nothing else. */
export function exactly<const P extends Properties, const O extends Properties = None>(
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
export function object<const P extends Properties, const O extends Properties = None>(
  needed: P,
  optional?: O,
) {
  const { additionalProperties: _, ...schema } = exactly(needed, optional);
  return schema as Exactly<P, O>; // as: what we answer has no others
}

/** The same with examples, which the documentation shows. */
function shown<const S extends object>(schema: S, ...examples: readonly object[]) {
  return { ...schema, examples };
}

function two<const S extends JSONSchema>(items: S, description: string) {
  return { type: 'array', items, minItems: 2, maxItems: 2, description } as const;
}

function string(description?: string) {
  return { type: 'string', ...(description !== undefined && { description }) } as const;
}

export const nothing = { type: 'null' } as const;

const Sid = base64Url(SID_BYTES, 'The id of a session');
const Proof = base64Url(KEY_BYTES, 'The proof derived from a link secret');
const KeyBox = base64Url(KEY_BOX_BYTES, 'The session key, sealed for one link');
const NameBox = base64Url(NAME_BOX_BYTES, 'A name, sealed');
export const Slot = {
  type: 'string',
  enum: ['a', 'b'],
  description: 'One of the two participants',
} as const;
const Milliseconds = { type: 'integer', minimum: 0, description: 'Milliseconds from now' } as const;
export const Cid = base64Url(CID_BYTES, 'The id of an entry, drawn by the caller');
export const Sum = {
  type: 'string',
  pattern: `^[A-Za-z0-9_-]{${SUM_LENGTH}}$`,
  description: 'The random mark of an entry',
} as const;
const Code = string('A secret code, like 7K3M-Q9TX');
const TypedCode = string('The secret code as it was typed: case, spaces and dashes do not matter');
const Idle = string('Silence that ends the session, like 90s, 30m, 24h or 7d, within its life');

const PASS_COOKIE =
  'The pass, duologue-{id} or on https __Host-duologue-{id}: HttpOnly, SameSite=Strict, Path=/, ' +
  'until the browser closes. Cookies of other sessions may be removed along with it.';

export const SessionPath = exactly({ id: Sid });

const FileCid = base64Url(CID_BYTES, 'The cid of the message that the file belongs to');
export const FilePath = exactly({ id: Sid, cid: FileCid });
/** Octets, which nobody has read yet when it is validated. */
export const FileBody = { description: 'A box: the sealed file, byte by byte' } as const;

export const NamesBody = exactly(
  {
    names: two(
      string(),
      'Two different names, that of a first: 1 to 40 visible characters. The server makes the ' +
        'keys, and so sees them during this request.',
    ),
  },
  { idle: Idle },
);
export type NamesBody = FromSchema<typeof NamesBody>;

const Sealed = exactly({
  proofHash: base64Url(KEY_BYTES, 'SHA-256 of the proof of this link'),
  key: KeyBox,
  name: NameBox,
});
export const SealedBody = exactly(
  { id: Sid, sealed: two(Sealed, 'Of a, then of b: all made by the caller, who keeps the keys') },
  { idle: Idle },
);
export type SealedBody = FromSchema<typeof SealedBody>;
export const CreateBody = shown(
  { anyOf: [SealedBody, NamesBody] } as const,
  example.NAMES_BODY,
  example.SEALED_BODY,
);

const Made = object(
  { slot: Slot, code: Code },
  {
    name: string('The name as it will be shown'),
    link: string('What this participant opens'),
    qr: string('The link as a QR code: SVG in a data URL'),
  },
);
export const CreatedAnswer = {
  ...shown(
    object(
      {
        id: Sid,
        linkBase: string('A link is this, /c# and its fragment'),
        expiresInMs: Milliseconds,
        participants: two(
          Made,
          'a, then b. name, link and qr are there only if the server made the keys.',
        ),
      },
      { lanBase: string('The same for other devices in the network, if asked by localhost') },
    ),
    example.CREATED,
  ),
  description: 'Created. The codes, and links that the server made, come this once only.',
} as const;

export const LandingBody = shown(exactly({ proof: Proof }), example.LANDING_BODY);

export const LandingAnswer = {
  ...shown(
    object({
      slot: { ...Slot, description: 'Whose link it is' },
      key: KeyBox,
      names: two(NameBox, 'Of a, then of b'),
      here: { anyOf: [Slot, nothing], description: 'As whom this browser is in' },
      met: { type: 'boolean', description: 'Both have entered' },
      triesLeft: { type: 'integer', minimum: 0, description: 'Codes that may be tried' },
      retryInMs: Milliseconds,
      expiresInMs: Milliseconds,
    }),
    example.LANDING,
  ),
  description: 'The session is alive.',
} as const;

export const EnterBody = shown(exactly({ proof: Proof, code: TypedCode }), example.ENTER_BODY);
export const EnterAnswer = {
  ...shown(object({ slot: Slot }), example.ENTERED),
  description: 'In. Who was in already needs no right code, and keeps the pass there is.',
  headers: { 'Set-Cookie': string(PASS_COOKIE) },
} as const;

const RenewFields = exactly(
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
export const RenewBody = shown(RenewFields, example.RENEW_BODY);
export const RenewAnswer = {
  ...shown(object({ code: Code }), example.RENEWED),
  description: 'Replaced. The code comes this once only.',
} as const;

export const PushAnswer = {
  ...shown(
    object({ publicKey: string('The applicationServerKey (65 bytes, base64url)') }),
    example.PUSH_KEY,
  ),
  description: 'What a browser hands to PushManager.subscribe.',
} as const;
export const EndpointBody = shown(
  exactly({
    slot: Slot,
    endpoint: {
      type: 'string',
      minLength: 1,
      maxLength: MAX_ENDPOINT_LENGTH,
      description: 'The endpoint of a PushSubscription',
    },
  }),
  example.ENDPOINT_BODY,
);

const END_BOX = 'The control box of the end, by which the other page knows who ended it';
export const EndBody = shown(
  { anyOf: [exactly({}, { box: string(END_BOX) }), nothing] } as const,
  example.END_BODY,
);

export const NoAnswer = { ...nothing, description: 'Done' } as const;
/** Of what takes the pass away. */
export const NoPassAnswer = {
  ...NoAnswer,
  headers: { 'Set-Cookie': string('Removes the pass') },
} as const;

export const FileAnswer = {
  description: 'The box as it was put',
  headers: {
    'Content-Length': string('All of it: an answer that breaks off before is asked for again'),
    'Content-Disposition': string('Never shown in place'),
  },
  content: { 'application/octet-stream': { schema: FileBody } },
} as const;

export const Well = {
  ...shown(object({ ok: { type: 'boolean', const: true } }), { ok: true }),
  description: 'Well',
} as const;

export const DocumentAnswer = {
  type: 'object',
  description: 'The document, as JSON',
  additionalProperties: true,
} as const;

/** The socket route looks at these by hand: nobody learns which ids are well-formed. */
export const UpgradeQuery = exactly(
  {},
  {
    slot: { ...Slot, description: 'Which one is meant, should valid passes of both come along' },
    device: base64Url(CID_BYTES, 'Hello from the start of the log, before the frame says so'),
  },
);
export const UpgradeAnswer = {
  ...nothing,
  description: 'The connection is a WebSocket now: see asyncapi.json.',
} as const;
