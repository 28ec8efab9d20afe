/**
 * The shapes of the session API. They validate, give the types, and are the documentation in
 * one; what each call means is beside its route.
 */
import type { Readable } from 'node:stream';
import { Type } from 'typebox';
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
  return Type.String({
    pattern: `^[A-Za-z0-9_-]{${free}}${last}$`,
    description: `${description} (${bytes} bytes, base64url)`,
  });
}

/** An object that takes no other fields. */
function exactly<T extends Parameters<typeof Type.Object>[0]>(properties: T) {
  return Type.Object(properties, { additionalProperties: false });
}

const Sid = base64Url(SID_BYTES, 'The id of a session');
const Proof = base64Url(KEY_BYTES, 'The proof derived from a link secret');
const KeyBox = base64Url(KEY_BOX_BYTES, 'The session key, sealed for one link');
const NameBox = base64Url(NAME_BOX_BYTES, 'A name, sealed');
const Slot = Type.Union([Type.Literal('a'), Type.Literal('b')], {
  description: 'One of the two participants',
});
const Milliseconds = Type.Integer({ minimum: 0, description: 'Milliseconds from now' });
const Cid = base64Url(CID_BYTES, 'The id of an entry, drawn by the caller');
const Sum = Type.String({
  pattern: `^[A-Za-z0-9_-]{${SUM_LENGTH}}$`,
  description: 'The random mark of an entry',
});
const Code = Type.String({ description: 'A secret code, shown like 7K3M-Q9TX' });
const Idle = Type.String({ description: 'Silence that ends the session: 90s, 30m, 24h or 7d' });

export const SessionPath = exactly({ id: Sid });

const FileCid = base64Url(CID_BYTES, 'The cid of the message that the file belongs to');
export const FilePath = exactly({ id: Sid, cid: FileCid });
export const FileBody = Type.Unsafe<Readable>({
  ...Type.String({ format: 'binary', description: 'A box' }),
});

export const NamesBody = exactly({
  names: Type.Array(Type.String(), {
    minItems: 2,
    maxItems: 2,
    description: 'The server makes the keys, and so sees them during this request',
  }),
  idle: Type.Optional(Idle),
});

const Sealed = exactly({
  proofHash: base64Url(KEY_BYTES, 'SHA-256 of the proof of this link'),
  key: KeyBox,
  name: NameBox,
});
export const SealedBody = exactly({
  id: Sid,
  sealed: Type.Array(Sealed, {
    minItems: 2,
    maxItems: 2,
    description: 'Of a, then of b: all made by the caller',
  }),
  idle: Type.Optional(Idle),
});

export const CreatedAnswer = Type.Object({
  id: Sid,
  linkBase: Type.String({ description: 'A link is this, /c# and its fragment' }),
  lanBase: Type.Optional(Type.String({ description: 'The same for other devices, on localhost' })),
  expiresInMs: Milliseconds,
  participants: Type.Array(
    Type.Object({
      slot: Slot,
      code: Code,
      name: Type.Optional(Type.String()),
      link: Type.Optional(Type.String()),
      qr: Type.Optional(Type.String({ description: 'The link as SVG, in a data URL' })),
    }),
    { description: 'name, link and qr only if the server made them' },
  ),
});

export const LandingBody = exactly({ proof: Proof });

export const LandingAnswer = Type.Object({
  slot: Slot,
  key: KeyBox,
  names: Type.Array(NameBox, { minItems: 2, maxItems: 2, description: 'Of a, then of b' }),
  here: Type.Union([Slot, Type.Null()], { description: 'As whom this browser is in' }),
  met: Type.Boolean({ description: 'Both have entered' }),
  triesLeft: Type.Integer({ minimum: 0 }),
  retryInMs: Milliseconds,
  expiresInMs: Milliseconds,
});

export const EnterBody = exactly({ proof: Proof, code: Code });
export const EnterAnswer = Type.Object({ slot: Slot });

export const RenewBody = exactly({
  slot: Slot,
  proofHash: base64Url(KEY_BYTES, 'SHA-256 of the proof of the new link'),
  key: KeyBox,
  cid: Cid,
  box: Type.String({ description: 'The control entry that tells of it, sealed' }),
  after: Type.Optional(
    Type.Union([exactly({ seq: Type.Integer({ minimum: 1 }), sum: Sum }), Type.Null()], {
      description: 'The last position that the caller holds: refused if the log has lost it',
    }),
  ),
});
export const RenewAnswer = Type.Object({ code: Code });

export const PushAnswer = Type.Object({
  publicKey: Type.String({ description: 'The applicationServerKey (65 bytes, base64url)' }),
});
export const EndpointBody = exactly({
  slot: Slot,
  endpoint: Type.String({
    minLength: 1,
    maxLength: MAX_ENDPOINT_LENGTH,
    description: 'The endpoint of a PushSubscription',
  }),
});

export const EndBody = Type.Union([
  exactly({ box: Type.Optional(Type.String({ description: 'The control box of the end' })) }),
  Type.Null(),
]);

export const NoAnswer = Type.Null({ description: 'Done' });

/** Of every 4xx and 5xx. */
export const ErrorAnswer = Type.Object(
  {
    error: Type.Object(
      { code: Type.String(), message: Type.String() },
      { additionalProperties: true, description: 'Further fields depend on the code' },
    ),
  },
  { description: 'What was refused, and why' },
);
